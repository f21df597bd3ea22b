"""Nodes, replicas, dots, records and registers, as bytes and as people see them (sections 2 and 3)."""

from typing import NamedTuple

from .numbers import LIMIT, WEAK_KEYS
from .primitives import H, H8, H16, Reader, Refused, text, uint

ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"
REPLICA_BYTES = 41
TOP = 1 << 255


class Dot(NamedTuple):
    """R-3.4: the name of one change."""

    replica: bytes
    counter: int

    @property
    def bytes(self):
        return self.replica + uint(self.counter, 8)

    @property
    def text(self):
        return f"{base32(self.replica[33:])}.{self.counter}"

    @property
    def order(self):
        return replica_order(self.replica), self.counter


def base32(data):
    """R-2.5, writing."""
    return digits(int.from_bytes(data, "big"), -(-len(data) * 8 // 5))


def digits(number, count):
    return "".join(ALPHABET[number >> 5 * place & 31] for place in reversed(range(count)))


def digit_values(string):
    """R-2.5, reading: capitals and look-alikes count, hyphens and spaces are skipped."""
    values = []
    for letter in string:
        if letter in "- ":
            continue
        letter = letter.lower() if letter.isascii() else letter
        value = ALPHABET.find({"o": "0", "i": "1", "l": "1"}.get(letter, letter))
        if value < 0:
            raise Refused("bad digit")
        values.append(value)
    return values


def check_value(values):
    """R-2.6, in GF(32) with x⁵ = x² + 1."""
    c = 0
    for value in values:
        c = (c ^ value) << 1
        if c & 32:
            c ^= 0b100101
    return c


def with_check(string):
    return string + ALPHABET[check_value(digit_values(string))]


def checked(string, size):
    """R-2.6: the digits before the check digit of a form of so many digits, or a refusal."""
    values = digit_values(string)
    if len(values) != size:
        raise Refused("truncated" if len(values) < size else "trailing bytes")
    if check_value(values[:-1]) != values[-1]:
        raise Refused("wrong check digit")
    return "".join(ALPHABET[value] for value in values[:-1])


def node_text(key):
    """R-3.1."""
    return base32(H16("rc1.node", key))


def node_tag(key):
    """R-3.1."""
    return H8("rc1.node", key)


def replica(node, lane, incarnation):
    """R-3.3."""
    return node + uint(lane, 1) + uint(incarnation, 8)


def read_lane(reader, branches=False):
    """R-3.2: those of branches only where they may stand."""
    lane = reader.u8()
    if lane > (3 if branches else 1):
        raise Refused("unknown lane")
    return lane


def read_incarnation(reader):
    """R-3.3."""
    incarnation = reader.uint(8)
    if incarnation == 0:
        raise Refused("bad reference")
    return incarnation


def read_replica(reader, branches=False):
    """R-3.3: 41 bytes."""
    return replica(reader.take(32), read_lane(reader, branches), read_incarnation(reader))


def judged_counter(number, least=1):
    """R-3.4: a counter; with a least of 0, a height."""
    if not least <= number <= LIMIT["counter_max"]:
        raise Refused("bad reference")
    return number


def replica_tag(replica):
    """R-3.3."""
    return H8("rc1.replica", replica)


def replica_order(replica):
    """R-3.3: by incarnation, then node, then lane."""
    return replica[33:41] + replica[:33]


def record_id(register, dot):
    """R-3.5."""
    first45 = int.from_bytes(H("rc1.record", register, dot.bytes)[:6], "big") >> 3
    return with_check(digits(first45, 9))


def encode_genesis(node, tls, random, title):
    """R-3.6."""
    return bytes([1]) + node + tls + random + text(title)


def genesis_hash(genesis):
    """R-3.6."""
    return H("rc1.genesis", genesis)


def register_id(genesis):
    """R-3.6."""
    return genesis_hash(genesis)[:16]


def register_text(register):
    """R-3.7."""
    digits = with_check(base32(register))
    return "-".join(digits[at:at + 3] for at in range(0, 27, 3))


def read_register_text(typed):
    """R-3.7."""
    number = 0
    for value in digit_values(checked(typed, 27)):
        number = number << 5 | value
    if number >> 128:
        raise Refused("out of limits")
    return uint(number, 16)


def read_genesis(data):
    """R-3.6."""
    reader = Reader(data)
    if reader.u8() != 1:
        raise Refused("unknown version")
    node, tls, random = reader.take(32), reader.take(32), reader.take(16)
    title = reader.text(high=LIMIT["title_bytes_max"])
    reader.end()
    judged_key(node)
    return {"node": node, "tls": tls, "random": random, "title": title}


def judged_key(key):
    """R-9.4."""
    if len(key) != 32 or key in WEAK_KEYS or int.from_bytes(key, "little") & TOP - 1 >= TOP - 19:
        raise Refused("weak key")
    return key
