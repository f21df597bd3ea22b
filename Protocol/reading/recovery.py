"""Recovery keys: the entry about them, and a key on paper (R-9.13)."""

from . import ed25519
from .names import ALPHABET, base32, check_value, digit_values, judged_key
from .numbers import table
from .primitives import H, Reader, Refused, uint

WHAT = table("recovery")
KEYS, GROUPS, DIGITS = 3, 13, 4


def set_name(register, dot, keys):
    return H("rc1.recovery", register, dot.bytes, *keys)


def signed_message(register, name, dot):
    """What both keys sign."""
    return H("rc1.recover", register, name, dot.bytes)


def encode_keys(keys):
    """`keys` in the order in which they are to stand."""
    return uint(WHAT["keys"], 1) + b"".join(keys)


def encode_recover(name, proofs):
    """`proofs` is [(key, signature)], in the order in which they are to stand."""
    return uint(WHAT["recover"], 1) + name + b"".join(key + signature for key, signature in proofs)


def read_recovery(data):
    """The three keys and None, or None and (the set's name, [(key, signature)])."""
    reader = Reader(data)
    what = reader.u8()
    if what == WHAT["keys"]:
        keys, recover = [], None
        for _ in range(KEYS):
            keys.append(_key(reader, keys))
    elif what == WHAT["recover"]:
        keys, recover = None, (reader.take(32), [])
        for _ in range(2):
            key = _key(reader, [key for key, _ in recover[1]])
            recover[1].append((key, reader.take(64)))
    else:
        raise Refused("out of limits")
    reader.end()
    return keys, recover


def judge_recover(recover, register, dot):
    name, proofs = recover
    for key, signature in proofs:
        if not ed25519.verify(key, signature, signed_message(register, name, dot)):
            raise Refused("bad signature")


def _key(reader, before):
    key = reader.take(32)
    if before and key <= before[-1]:
        raise Refused("not sorted")
    return judged_key(key)


def key_text(secret):
    """A key as it is printed."""
    digits = base32(secret)
    groups = [digits[at:at + DIGITS] for at in range(0, len(digits), DIGITS)]
    return "-".join(group + ALPHABET[_check(place, digit_values(group))] for place, group in enumerate(groups))


def _check(place, values):
    return check_value([place + 1, *values])


def read_key_text(typed):
    """The 32 secret bytes of a key as it was typed."""
    parts = typed.replace("-", " ").split(" ")
    parts = [part for part in parts if part]
    if len(parts) != GROUPS:
        joined = "".join(parts)
        parts = [joined[at:at + DIGITS + 1] for at in range(0, len(joined), DIGITS + 1)]
    number = 0
    for place, part in enumerate(parts):
        if place == GROUPS:
            raise Refused("trailing bytes")
        values = digit_values(part)
        if len(values) != DIGITS + 1:
            raise Refused("truncated" if len(values) <= DIGITS else "trailing bytes")
        if _check(place, values[:-1]) != values[-1]:
            raise Refused("wrong check digit")
        for value in values[:-1]:
            number = number << 5 | value
    if len(parts) < GROUPS:
        raise Refused("truncated")
    if number >> 256:
        raise Refused("out of limits")
    return number.to_bytes(32, "big")
