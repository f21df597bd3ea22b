"""Number columns and value columns (R-7.21, R-7.22)."""

from ..columns import CONSTANT, DICTIONARY, EACH, LENGTHS, LINES, STEPS, number_column, value_column
from ..primitives import varint
from .kit import *


def cases():
    yield from number_columns()
    yield from value_columns()


def number_columns():
    def column(name, comment, numbers, mode):
        return vector(f"numbers_{name}", "number_column", "R-7.21", comment, number_column(numbers, mode), count=len(numbers))

    yield column("none", "nothing at all", [], None)
    yield column("constant", "five times 300", [300] * 5, CONSTANT)
    yield column("each", "as they are", [5, 0, 300], EACH)
    yield column("steps", "up, down and level", [1_000, 1_001, 990, 990, 5_000], STEPS)
    yield column("steps_over_the_edge", "from 2⁶⁴-1 to 0 is a step of 1, and back is -1", [2**64 - 1, 0, 2**64 - 1], STEPS)
    yield column("steps_of_2_63", "half way round: the difference -2⁶³", [0, 2**63], STEPS)
    yield vector("numbers_unknown_mode", "number_column", "R-7.21", "mode 3", b"\3\1\1", "unknown column mode", count=2)
    yield vector("numbers_cut", "number_column", "R-2.4", "two of three", b"\1\5\6", "truncated", count=3)
    yield vector("numbers_too_many", "number_column", "R-2.4", "a number after the last", b"\1\5\6\7", "trailing bytes", count=2)


def value_columns():
    def column(name, comment, values, mode):
        return vector(f"values_{name}", "value_column", "R-7.22", comment, value_column(values, mode), count=len(values))

    yield column("none", "nothing at all", [], None)
    yield column("lengths", "three lengths, one of them 0, and a line feed inside", [b"Kyiv", b"", b"a\nb"], LENGTHS)
    yield column("lines", "each ends with a line feed; one is empty", [b"Kyiv", b"", b"Lviv"], LINES)
    yield column("dictionary", "two different values, in the order in which they first come", [b"m", b"f", b"m", b"m"], DICTIONARY)
    many = [str(number).encode() for number in range(257)]
    yield column("dictionary_of_257", "257 lines, so that an index takes two bytes", many, DICTIONARY)
    yield vector("values_unknown_mode", "value_column", "R-7.22", "mode 3", b"\3", "unknown column mode", count=1)
    yield vector("values_index_out_of_range", "value_column", "R-7.22", "index 1 where there is one line", b"\2\1m\n\1", "index out of range", count=1)
    yield vector("values_last_line_open", "value_column", "R-2.4 R-7.22", "the last line feed is missing", b"\1Kyiv\nLviv", "truncated", count=2)
    yield vector("values_dictionary_empty", "value_column", "R-7.22", "no line", b"\2\0\0", "out of limits", count=1)
    yield vector("values_dictionary_over_input", "value_column", "R-2.4 R-7.22", "60,000 lines announced", b"\2" + varint(60_000) + b"m\n\0", "truncated", count=1)
    yield vector("values_lengths_over_input", "value_column", "R-2.4", "a length of 2⁶³", b"\0\0" + varint(2**63), "truncated", count=1)
