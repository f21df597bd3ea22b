"""ECDSA over P-256 with SHA-256 (FIPS 186-5), slow and plain: enough to sign and to check test vectors, never for a secret that matters."""

import hashlib

P = 2**256 - 2**224 + 2**192 + 2**96 - 1
N = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
B = 0x5AC635D8AA3A93E7B3EBBD55769886BC651D06B0CC53B0F63BCE3C3E27D2604B
BASE = (
    0x6B17D1F2E12C4247F8BCE6E563A440F277037D812DEB33A0F4A13945D898C296,
    0x4FE342E2FE1A7F9B8EE7EB4A7C0F9E162BCE33576B315ECECBB6406837BF51F5,
)
# SubjectPublicKeyInfo of an uncompressed point, up to its 64 bytes.
SPKI = bytes.fromhex("3059301306072a8648ce3d020106082a8648ce3d03010703420004")


def _add(a, b):
    """The sum of two points; None is the neutral one."""
    if a is None or b is None:
        return b if a is None else a
    if a[0] == b[0]:
        if (a[1] + b[1]) % P == 0:
            return None
        slope = (3 * a[0] * a[0] - 3) * pow(2 * a[1], -1, P) % P
    else:
        slope = (b[1] - a[1]) * pow(b[0] - a[0], -1, P) % P
    x = (slope * slope - a[0] - b[0]) % P
    return x, (slope * (a[0] - x) - a[1]) % P


def _times(scalar, point):
    out = None
    while scalar:
        if scalar & 1:
            out = _add(out, point)
        point = _add(point, point)
        scalar >>= 1
    return out


def _number(*parts):
    return int.from_bytes(hashlib.sha256(b"".join(parts)).digest(), "big")


def _secret(seed):
    return _number(b"secret", seed) % (N - 1) + 1


def public_key(seed):
    """As a SubjectPublicKeyInfo."""
    x, y = _times(_secret(seed), BASE)
    return SPKI + x.to_bytes(32, "big") + y.to_bytes(32, "big")


def sign(seed, message):
    """r ‖ s; the nonce follows from seed and message."""
    nonce, secret = _number(b"nonce", seed, message) % (N - 1) + 1, _secret(seed)
    r = _times(nonce, BASE)[0] % N
    s = pow(nonce, -1, N) * (_number(message) + r * secret) % N
    return r.to_bytes(32, "big") + s.to_bytes(32, "big")


def point_of(key):
    """The point of a SubjectPublicKeyInfo, or None."""
    if len(key) != len(SPKI) + 64 or not key.startswith(SPKI):
        return None
    x, y = (int.from_bytes(key[at:at + 32], "big") for at in (len(SPKI), len(SPKI) + 32))
    if x >= P or y >= P or (y * y - (x * x * x - 3 * x + B)) % P:
        return None
    return x, y


def verify(key, signature, message):
    point = point_of(key)
    r, s = int.from_bytes(signature[:32], "big"), int.from_bytes(signature[32:], "big")
    if point is None or not 0 < r < N or not 0 < s < N:
        return False
    inverse = pow(s, -1, N)
    found = _add(_times(_number(message) * inverse % N, BASE), _times(r * inverse % N, point))
    return found is not None and found[0] % N == r
