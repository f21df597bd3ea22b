"""Number columns and value columns (R-7.21, R-7.22)."""

from .change import at
from .numbers import LIMIT
from .primitives import U64_MAX, Refused, uint, varint

CONSTANT, EACH, STEPS = range(3)
LENGTHS, LINES, DICTIONARY = range(3)


def zigzag(difference):
    return 2 * difference if difference >= 0 else -2 * difference - 1


def unzigzag(number):
    return number >> 1 if number & 1 == 0 else -((number + 1) >> 1)


def steps(numbers):
    """The differences of a column in steps, each the nearer way round modulo 2⁶⁴."""
    for before, after in zip(numbers, numbers[1:]):
        difference = after - before & U64_MAX
        yield difference if difference < 1 << 63 else difference - (1 << 64)


def number_column(numbers, mode=None):
    """R-7.21, writing; without a mode, the shortest."""
    if not numbers:
        return b""
    if mode is None:
        modes = [CONSTANT] if len(set(numbers)) == 1 else [EACH, STEPS]
        return min((number_column(numbers, each) for each in modes), key=len)
    if mode == CONSTANT:
        listed = numbers[:1]
    elif mode == EACH:
        listed = numbers
    else:
        listed = numbers[:1] + [zigzag(step) for step in steps(numbers)]
    return uint(mode, 1) + b"".join(map(varint, listed))


def read_numbers(reader, count):
    """R-7.21."""
    if count == 0:
        return []
    mode = reader.u8()
    if mode == CONSTANT:
        return [reader.varint()] * count
    if mode not in (EACH, STEPS):
        raise Refused("unknown column mode")
    if count > reader.left:
        raise Refused("truncated")
    numbers = [reader.varint()]
    for _ in range(count - 1):
        number = reader.varint()
        numbers.append(number if mode == EACH else numbers[-1] + unzigzag(number) & U64_MAX)
    return numbers


def value_column(values, mode=None):
    """R-7.22, writing; without a mode, the shortest."""
    if not values:
        return b""
    if mode is None:
        plain = not any(b"\n" in value for value in values)
        modes = [LENGTHS, LINES, DICTIONARY] if plain else [LENGTHS]
        return min((value_column(values, each) for each in modes), key=len)
    if mode == LENGTHS:
        return uint(mode, 1) + number_column([len(value) for value in values]) + b"".join(values)
    if mode == LINES:
        return uint(mode, 1) + _lines(values)
    table = list(dict.fromkeys(values))
    size = 1 if len(table) <= 256 else 2
    return uint(mode, 1) + varint(len(table)) + _lines(table) + b"".join(uint(table.index(value), size) for value in values)


def _lines(values):
    return b"".join(value + b"\n" for value in values)


def read_values(reader, count):
    """R-7.22."""
    if count == 0:
        return []
    mode = reader.u8()
    if mode == LENGTHS:
        return [reader.take(length) for length in read_numbers(reader, count)]
    if mode == LINES:
        return _read_lines(reader, count)
    if mode != DICTIONARY:
        raise Refused("unknown column mode")
    table = _read_lines(reader, reader.count(1, LIMIT["value_dictionary_max"]))
    size = 1 if len(table) <= 256 else 2
    return [at(table, index) for index in [reader.uint(size) for _ in range(count)]]


def _read_lines(reader, count):
    lines = []
    for _ in range(count):
        end = reader.data.find(b"\n", reader.at)
        if end < 0:
            raise Refused("truncated")
        lines.append(reader.take(end - reader.at))
        reader.take(1)
    return lines
