"""Integers, lengths, text and labelled hashes (section 2)."""

import hashlib

U64_MAX = (1 << 64) - 1

REFUSALS = (
    "varint not minimal", "varint too long", "not utf-8", "truncated", "trailing bytes", "too many", "out of limits",
    "value too long", "change too long", "bad digit", "wrong check digit", "unknown lane", "salt mismatch",
    "frame too short", "frame too long", "unknown flags", "unknown critical frame",
    "inflated too long", "inflate failed",
    "bad magic", "window too small", "version", "register", "fork", "bad range", "unknown range form",
    "unknown start", "unknown column mode", "index out of range", "bad reference", "not sorted", "too many changes",
    "weak key", "not a bundle", "unknown version", "unknown seal", "bad header", "bad seal",
    "sealed for others", "bad signature", "chunk mismatch",
)


class Refused(Exception):
    """An input that the specification refuses; `reason` is the name it has there."""

    def __init__(self, reason):
        if reason not in REFUSALS:
            raise ValueError(f"“{reason}” is no refusal of the specification")
        super().__init__(reason)
        self.reason = reason


class Incomplete(Exception):
    """A frame of which not all bytes have come yet."""


def varint(number):
    """R-2.1, writing."""
    if not 0 <= number <= U64_MAX:
        raise ValueError(f"{number} does not fit into a varint")
    out = bytearray()
    while number >= 0x80:
        out.append(number & 0x7F | 0x80)
        number >>= 7
    out.append(number)
    return bytes(out)


def uint(number, size):
    """R-2.1: `u8` to `u64`."""
    return number.to_bytes(size, "big")


def blob(data):
    """R-2.2: `bytes`."""
    return varint(len(data)) + data


def text(string):
    """R-2.2: `text`."""
    return blob(string.encode())


def H(label, *parts):
    """R-2.3."""
    name = label.encode("ascii")
    return hashlib.sha256(uint(len(name), 1) + name + b"".join(parts)).digest()


def H16(label, *parts):
    """R-2.3."""
    return H(label, *parts)[:16]


def H8(label, *parts):
    """R-2.3."""
    return H(label, *parts)[:8]


class Reader:
    """Reads fields in order and never past the end (R-2.4)."""

    def __init__(self, data):
        self.data = data
        self.at = 0

    @property
    def left(self):
        return len(self.data) - self.at

    def take(self, size):
        if size > self.left:
            raise Refused("truncated")
        self.at += size
        return self.data[self.at - size:self.at]

    def uint(self, size):
        return int.from_bytes(self.take(size), "big")

    def u8(self):
        return self.uint(1)

    def varint(self):
        """R-2.1, reading."""
        number = 0
        for place in range(10):
            byte = self.u8()
            if place == 9 and byte > 1:
                raise Refused("varint too long")
            number |= (byte & 0x7F) << 7 * place
            if byte < 0x80:
                if byte == 0 and place > 0:
                    raise Refused("varint not minimal")
                return number

    def count(self, low=0, high=None):
        """R-2.4: a count of elements, judged before any of them is read."""
        number = self.varint()
        if number > self.left:
            raise Refused("truncated")
        if high is not None and number > high:
            raise Refused("too many")
        if number < low:
            raise Refused("out of limits")
        return number

    def blob(self, high=None):
        length = self.count()
        if high is not None and length > high:
            raise Refused("out of limits")
        return self.take(length)

    def text(self, high=None):
        return utf8(self.blob(high))

    def rest(self):
        return self.take(self.left)

    def end(self):
        if self.left:
            raise Refused("trailing bytes")


def utf8(data):
    """R-2.2: well-formed UTF-8, or a refusal."""
    try:
        return data.decode()
    except UnicodeDecodeError:
        raise Refused("not utf-8") from None


def items(reader):
    """A sequence of (type varint, bytes), types strictly ascending, to the end of the input."""
    found = []
    while reader.left:
        kind = reader.varint()
        if found and kind <= found[-1][0]:
            raise Refused("not sorted")
        found.append((kind, reader.blob()))
    return found


def encode_items(pairs):
    return b"".join(varint(kind) + blob(data) for kind, data in pairs)
