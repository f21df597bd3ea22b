"""The seal of bundles (R-11.4): files of the format age v1 for X25519 recipients, opened without the program's libraries."""

import base64
import hmac
import re

from .primitives import Refused, uint

VERSION = b"age-encryption.org/v1\n"
HEADER_MAX = 64 << 10
PIECE, TAG, NONCE = 64 << 10, 16, 16
PRIME = 2**255 - 19


def x25519(scalar, point):
    """RFC 7748, section 5."""
    k = int.from_bytes(scalar, "little") & ~7 & ~(1 << 255) | 1 << 254
    x = int.from_bytes(point, "little") & (1 << 255) - 1
    a, b, c, d, swapped = 1, 0, x, 1, 0
    for place in reversed(range(255)):
        bit = k >> place & 1
        if bit ^ swapped:
            a, c, b, d = c, a, d, b
        swapped = bit
        e, f = a + b, a - b
        aa, bb = e * e, f * f
        g, h = (c - d) * e, (c + d) * f
        c, d = (g + h) ** 2 % PRIME, x * (g - h) ** 2 % PRIME
        i = aa - bb
        a, b = aa * bb % PRIME, i * (bb + 121666 * i) % PRIME
    if swapped:
        a, b = c, d
    return uint(a * pow(b, PRIME - 2, PRIME) % PRIME, 32)[::-1]


BASE = uint(9, 32)[::-1]


def hkdf(secret, salt, info):
    """RFC 5869 with SHA-256, for 32 bytes."""
    key = hmac.digest(salt or bytes(32), secret, "sha256")
    return hmac.digest(key, info + b"\1", "sha256")


def _block(key, counter, nonce):
    """RFC 8439, section 2.3."""
    start = [int.from_bytes(each, "little") for each in re.findall(b"(?s)....", b"expand 32-byte k" + key + uint(counter, 4)[::-1] + nonce)]
    x = start[:]

    def quarter(a, b, c, d):
        for p, q, r, turn in ((a, b, d, 16), (c, d, b, 12), (a, b, d, 8), (c, d, b, 7)):
            x[p] = x[p] + x[q] & 0xFFFFFFFF
            x[r] ^= x[p]
            x[r] = (x[r] << turn | x[r] >> 32 - turn) & 0xFFFFFFFF

    for _ in range(10):
        for place in range(4):
            quarter(place, place + 4, place + 8, place + 12)
        for place in range(4):
            quarter(place, 4 + (place + 1) % 4, 8 + (place + 2) % 4, 12 + (place + 3) % 4)
    return b"".join((each + begun & 0xFFFFFFFF).to_bytes(4, "little") for each, begun in zip(x, start))


def stream(key, nonce, data):
    """RFC 8439, section 2.4, counted from 1."""
    out = bytearray()
    for place in range(0, len(data), 64):
        out += bytes(a ^ b for a, b in zip(data[place:place + 64], _block(key, 1 + place // 64, nonce)))
    return bytes(out)


def _tag(key, nonce, sealed):
    """RFC 8439, section 2.8, without further data."""
    block = _block(key, 0, nonce)
    r = int.from_bytes(block[:16], "little") & 0x0FFFFFFC0FFFFFFC0FFFFFFC0FFFFFFF
    data = sealed + bytes(-len(sealed) % 16) + bytes(8) + uint(len(sealed), 8)[::-1]
    sum = 0
    for place in range(0, len(data), 16):
        sum = (sum + int.from_bytes(data[place:place + 16] + b"\1", "little")) * r % (2**130 - 5)
    return uint((sum + int.from_bytes(block[16:32], "little")) % 2**128, 16)[::-1]


def seal(key, nonce, data):
    sealed = stream(key, nonce, data)
    return sealed + _tag(key, nonce, sealed)


def unseal(key, nonce, sealed):
    """The bytes; none where they are not as they were sealed."""
    body, tag = sealed[:-TAG], sealed[-TAG:]
    return stream(key, nonce, body) if len(sealed) >= TAG and _tag(key, nonce, body) == tag else None


def _base64(data):
    return base64.b64encode(data).rstrip(b"=").decode()


def _bytes(text, size=None):
    try:
        data = base64.b64decode(text + "=" * (-len(text) % 4), validate=True)
    except ValueError:
        raise Refused("bad header") from None
    if _base64(data) != text or size not in (None, len(data)):
        raise Refused("bad header")
    return data


def _wrap_key(secret, share, recipient):
    return hkdf(secret, share + recipient, b"age-encryption.org/v1/X25519")


def _mac(file_key, header):
    return hmac.digest(hkdf(file_key, b"", b"header"), header, "sha256")


def _nonce(piece, is_last):
    return uint(piece, 11) + uint(is_last, 1)


def seal_file(data, recipients, file_key, nonce, own_keys):
    """A whole file; each recipient's stanza takes one of the sealer's own keys, which nobody uses again."""
    header = VERSION
    for recipient, own in zip(recipients, own_keys):
        share = x25519(own, BASE)
        body = seal(_wrap_key(x25519(own, recipient), share, recipient), bytes(12), file_key)
        header += f"-> X25519 {_base64(share)}\n{_base64(body)}\n".encode()
    header += b"---"
    key = hkdf(file_key, nonce, b"payload")
    pieces = [data[place:place + PIECE] for place in range(0, len(data), PIECE)] or [b""]
    sealed = [seal(key, _nonce(place, place == len(pieces) - 1), piece) for place, piece in enumerate(pieces)]
    return header + b" " + _base64(_mac(file_key, header)).encode() + b"\n" + nonce + b"".join(sealed)


def _header(data):
    """The stanzas (arguments, body), the MAC, what it covers, and what follows the header."""
    if not data.startswith(VERSION):
        raise Refused("bad header")
    place, stanzas = len(VERSION), []

    def line():
        nonlocal place
        end = data.find(b"\n", place)
        if end < 0 or end >= HEADER_MAX or not re.fullmatch(rb"[\x20-\x7e]*", data[place:end]):
            raise Refused("bad header")
        found, place = data[place:end].decode(), end + 1
        return found

    while True:
        start, first = place, line()
        if first.startswith("--- "):
            if not stanzas:
                raise Refused("bad header")
            return stanzas, _bytes(first[4:], 32), data[:start + 3], data[place:]
        arguments, body = first[3:].split(" "), ""
        if not first.startswith("-> ") or "" in arguments:
            raise Refused("bad header")
        while True:
            part = line()
            body += part
            if len(part) > 64:
                raise Refused("bad header")
            if len(part) < 64:
                break
        stanzas.append((arguments, _bytes(body)))


def _file_key(stanzas, mac, covered, identity):
    if len(stanzas) > 1 and any(arguments[0] == "scrypt" for arguments, _ in stanzas):
        raise Refused("bad header")
    for arguments, body in stanzas:
        if arguments[0] != "X25519":
            continue
        if len(arguments) != 2 or len(body) != 32:
            raise Refused("bad header")
        share = _bytes(arguments[1], 32)
        secret = x25519(identity, share)
        if not any(secret):
            raise Refused("bad header")
        file_key = unseal(_wrap_key(secret, share, x25519(identity, BASE)), bytes(12), body)
        if file_key:
            if _mac(file_key, covered) != mac:
                raise Refused("bad seal")
            return file_key
    raise Refused("sealed for others")


def open_file(data, identity):
    """What was sealed, to who has one of the recipients' private keys."""
    stanzas, mac, covered, rest = _header(data)
    file_key = _file_key(stanzas, mac, covered, identity)
    nonce, sealed = rest[:NONCE], rest[NONCE:]
    if len(nonce) < NONCE:
        raise Refused("bad header")
    key = hkdf(file_key, nonce, b"payload")
    pieces = [sealed[place:place + PIECE + TAG] for place in range(0, len(sealed), PIECE + TAG)] or [b""]
    opened = [unseal(key, _nonce(place, place == len(pieces) - 1), piece) for place, piece in enumerate(pieces)]
    if None in opened or b"" in opened[1:]:
        raise Refused("bad seal")
    return b"".join(opened)


def is_sealed(data):
    return data.startswith(VERSION)


LETTERS = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"
GENERATORS = (0x3B6A57B2, 0x26508E6D, 0x1EA119FA, 0x3D4233DD, 0x2A1462B3)


def read_identity(text):
    """A private key as age-keygen writes it (BIP 173)."""
    start, _, letters = text.lower().rpartition("1")
    if start != "age-secret-key-" or text != text.upper() or len(letters) != 58 or not set(letters) <= set(LETTERS):
        raise Refused("bad digit")
    digits = [LETTERS.index(letter) for letter in letters]
    sum = 1
    for digit in [ord(letter) >> 5 for letter in start] + [0] + [ord(letter) & 31 for letter in start] + digits:
        top, sum = sum >> 25, (sum & 0x1FFFFFF) << 5 ^ digit
        for place, generator in enumerate(GENERATORS):
            sum ^= generator if top >> place & 1 else 0
    value = 0
    for digit in digits[:-6]:
        value = value << 5 | digit
    if sum != 1 or value & 15:
        raise Refused("wrong check digit")
    return uint(value >> 4, 32)
