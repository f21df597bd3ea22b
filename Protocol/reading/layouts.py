"""Small codecs from which the tables of messages are put together.

Each has `read(reader)`, `encode(value)` and `tell(path, value)`; the last yields the
`field.path: value` lines of a vector file, in the order of the bytes.
"""

from .primitives import U64_MAX, Reader, Refused, blob, encode_items, items, text, uint, varint


def shown(data):
    """Bytes in a vector file: hex, or a hyphen for none."""
    return data.hex() or "-"


def quoted(string):
    """Text in a vector file: in double quotes; backslash, quote and control characters escaped."""
    out = []
    for letter in string:
        if letter in '\\"':
            out.append("\\" + letter)
        elif ord(letter) < 0x20 or letter == "\x7f":
            out.append(f"\\u{ord(letter):04x}")
        else:
            out.append(letter)
    return '"' + "".join(out) + '"'


class Number:
    """A varint, or with a size a `u8` … `u64`; shown in decimal."""

    def __init__(self, size=None, low=None, refusal=None, high=None):
        self.size, self.low, self.refusal, self.high = size, low, refusal, high

    def read(self, reader):
        number = reader.varint() if self.size is None else reader.uint(self.size)
        if self.low is not None and number < self.low:
            raise Refused(self.refusal)
        if self.high is not None and number > self.high:
            raise Refused(self.refusal)
        return number

    def encode(self, value):
        return varint(value) if self.size is None else uint(value, self.size)

    def tell(self, path, value):
        yield path, str(value)


class Fixed:
    """So many bytes as they stand; shown in hex."""

    def __init__(self, size, must_be=None, refusal=None):
        self.size, self.must_be, self.refusal = size, must_be, refusal

    def read(self, reader):
        data = reader.take(self.size)
        if self.must_be is not None and data != self.must_be:
            raise Refused(self.refusal)
        return data

    def encode(self, value):
        if len(value) != self.size:
            raise ValueError(f"{len(value)} bytes where {self.size} belong")
        return value

    def tell(self, path, value):
        yield path, shown(value)


class Blob:
    """`bytes`; shown in hex."""

    def __init__(self, sizes=None):
        self.sizes = sizes

    def read(self, reader):
        data = reader.blob()
        if self.sizes is not None and len(data) not in self.sizes:
            raise Refused("weak key")
        return data

    def encode(self, value):
        return blob(value)

    def tell(self, path, value):
        yield path, shown(value)


class Text:
    """`text`; shown in quotes."""

    def __init__(self, high=None):
        self.high = high

    def read(self, reader):
        return reader.text(high=self.high)

    def encode(self, value):
        return text(value)

    def tell(self, path, value):
        yield path, quoted(value)


class Items:
    """(type, bytes) pairs to the end, types strictly ascending."""

    def read(self, reader):
        return items(reader)

    def encode(self, value):
        return encode_items(value)

    def tell(self, path, value):
        yield f"{path}.count", str(len(value))
        for place, (kind, data) in enumerate(value):
            yield f"{path}.{place}.type", str(kind)
            yield f"{path}.{place}.bytes", shown(data)


class Repeat:
    """A varint count, then so many elements."""

    def __init__(self, element, low=0, high=None):
        self.element, self.low, self.high = element, low, high

    def read(self, reader):
        return [self.element.read(reader) for _ in range(reader.count(self.low, self.high))]

    def encode(self, value):
        return varint(len(value)) + b"".join(map(self.element.encode, value))

    def tell(self, path, value):
        yield f"{path}.count", str(len(value))
        for place, element in enumerate(value):
            yield from self.element.tell(f"{path}.{place}", element)


class OrNothing:
    """Another codec, or the end; shown as a hyphen where there is nothing."""

    def __init__(self, codec):
        self.codec = codec

    def read(self, reader):
        return self.codec.read(reader) if reader.left else None

    def encode(self, value):
        return b"" if value is None else self.codec.encode(value)

    def tell(self, path, value):
        if value is None:
            yield path, "-"
        else:
            yield from self.codec.tell(path, value)


class Struct:
    """Fields one after another; the value is a dictionary."""

    def __init__(self, **fields):
        self.fields = fields

    def read(self, reader):
        return {name: codec.read(reader) for name, codec in self.fields.items()}

    def encode(self, value):
        return b"".join(part for _, part in self.parts(value))

    def parts(self, value):
        """(label, bytes) of each field."""
        return [(name, codec.encode(value[name])) for name, codec in self.fields.items()]

    def tell(self, path, value):
        for name, codec in self.fields.items():
            yield from codec.tell(f"{path}.{name}", value[name])


class Interval(Struct):
    """Two bounds, both included (R-7.3, R-7.4, R-11.2)."""

    def __init__(self, low, bound, *, least=0, most=U64_MAX):
        super().__init__(**{low[0]: bound, low[1]: bound})
        self.names, self.least, self.most = low, least, most

    def read(self, reader):
        value = super().read(reader)
        if not self.least <= value[self.names[0]] <= value[self.names[1]] <= self.most:
            raise Refused("bad range")
        return value


class Joined:
    """Struct pieces whose fields stand side by side in one dictionary."""

    def __init__(self, *pieces):
        self.pieces = pieces

    def read(self, reader):
        value = {}
        for piece in self.pieces:
            value |= piece.read(reader)
        return value

    def encode(self, value):
        return b"".join(piece.encode(value) for piece in self.pieces)

    def tell(self, path, value):
        for piece in self.pieces:
            yield from piece.tell(path, value)


class Whole:
    """A message that is judged by its length before it is read (R-7.10)."""

    def __init__(self, inner, high):
        self.inner, self.high = inner, high

    def read(self, reader):
        if reader.left > self.high:
            raise Refused("out of limits")
        return self.inner.read(reader)

    def encode(self, value):
        return self.inner.encode(value)


def read_whole(codec, data):
    """R-2.4: a value that ends exactly where its input ends."""
    reader = Reader(data)
    value = codec.read(reader)
    reader.end()
    return value
