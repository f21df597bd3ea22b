"""Varints, text and names (sections 2 and 3, R-9.4, R-10.1)."""

from ..numbers import WEAK_KEYS
from ..primitives import U64_MAX, text, varint
from .kit import *


def varints():
    for name, number in (("zero", 0), ("one_byte", 127), ("two_bytes", 128), ("three_hundred", 300), ("greatest", U64_MAX)):
        yield vector(name, "varint", "R-2.1", f"{number} in its only form", varint(number))
    yield vector("longer_than_needed", "varint", "R-2.1", "1 in two bytes", b"\x81\x00", "varint not minimal")
    yield vector("zero_in_two_bytes", "varint", "R-2.1", "0 in two bytes", b"\x80\x00", "varint not minimal")
    yield vector("tenth_byte_zero", "varint", "R-2.1", "a tenth byte that adds nothing", b"\x80" * 9 + b"\0", "varint not minimal")
    yield vector("over_64_bits", "varint", "R-2.1", "2⁶⁴", b"\x80" * 9 + b"\2", "varint too long")
    yield vector("eleven_bytes", "varint", "R-2.1", "the tenth byte announces another", b"\x80" * 10 + b"\1", "varint too long")
    yield vector("ends_inside", "varint", "R-2.1 R-2.4", "a first byte that announces another", b"\x80", "truncated")
    yield vector("empty", "varint", "R-2.4", "no byte at all", b"", "truncated")
    yield vector("followed_by_a_byte", "varint", "R-2.4", "1, and a byte after it", b"\1\0", "trailing bytes")
    yield vector("text", "text", "R-2.2", "two letters of two bytes each", text("Їж"))
    yield vector("text_not_utf8", "text", "R-2.2", "a lone continuation byte", b"\1\x80", "not utf-8")
    yield vector("text_surrogate", "text", "R-2.2", "a surrogate in three bytes", b"\3\xed\xa0\x80", "not utf-8")
    yield vector("text_overlong", "text", "R-2.2", "a slash in two bytes", b"\2\xc0\xaf", "not utf-8")
    yield vector("text_longer_than_input", "text", "R-2.4", "a length of 2⁶⁴-1, judged against the one byte left", varint(U64_MAX) + b"a", "truncated")


def cases():
    yield vector("base32_of_64_bits", "base32_of", "R-2.5", "8 bytes are 13 digits", bytes.fromhex("0123456789abcdef"))
    yield vector("base32_of_128_bits", "base32_of", "R-2.5", "16 bytes are 26 digits", bytes(range(0xF0, 0x100)))
    yield vector("base32_as_typed", "base32", "R-2.5", "capitals, look-alikes, hyphens and spaces", b"AbC-oO iIlL xyZ")
    yield vector("base32_letter_u", "base32", "R-2.5", "u is no digit", b"0u", "bad digit")
    yield vector("check_digit", "check_digit", "R-2.6", "nine digits get a tenth", b"0123abcxy")
    yield vector("check_digit_of_zeros", "check_digit", "R-2.6", "zeros check to zero", b"000000000")
    whole = names.with_check("0123abcxy")
    yield vector("id_as_typed", "typed_id", "R-2.5 R-2.6 R-3.5", "ten digits in capitals, with a hyphen", f"{whole[:5]}-{whole[5:]}".upper().encode())
    wrong = whole[:3] + "4" + whole[4:]
    yield vector("id_with_a_wrong_digit", "typed_id", "R-2.6 R-3.5", "the fourth digit is another", wrong.encode(), "wrong check digit")
    swapped = whole[:4] + whole[5] + whole[4] + whole[6:]
    yield vector("id_with_two_digits_swapped", "typed_id", "R-2.6 R-3.5", "the fifth and sixth digit have changed places", swapped.encode(), "wrong check digit")
    yield vector("id_of_nine_digits", "typed_id", "R-2.6 R-3.5", "the last digit is missing", whole[:9].encode(), "truncated")
    yield vector("id_of_eleven_digits", "typed_id", "R-2.6 R-3.5", "a digit too many", (whole + "0").encode(), "trailing bytes")
    yield vector("node", "node", "R-3.1", "a node's name and tag", ANNA.key)
    yield vector("replica", "replica", "R-3.3", "a data replica", A)
    yield vector("replica_of_unknown_lane", "replica", "R-3.2", "lane 2", A[:32] + b"\2" + A[33:], "unknown lane")
    yield vector("replica_of_a_branch", "branch", "R-3.3 R-8.7", "what a data replica has twice, by h of the first change", A + invented("h5", 32), register=REGISTER)
    yield vector("replica_of_a_control_branch", "branch", "R-3.3 R-8.7", "the same of a control replica", CONTROL + invented("h5", 32), register=REGISTER)
    yield vector("replica_of_incarnation_0", "replica", "R-3.3", "incarnation 0", A[:33] + bytes(8), "bad reference")
    same = BORYS.replica(0, 0x1111111111111111), ANNA.replica(0, 0x1111111111111111)
    yield vector("replica_order", "replica_order", "R-3.3", "by incarnation first, then node, then lane", C + A + B + b"".join(same))
    yield vector("record_id", "record_id", "R-3.4 R-3.5", "a record's ten digits", dot(A, 300).bytes, register=REGISTER)
    yield vector("genesis", "genesis", "R-3.6", "a genesis and the register that it names", GENESIS)
    yield vector("genesis_cut", "genesis", "R-3.6", "the title ends early", GENESIS[:-1], "truncated")
    yield vector("genesis_with_bytes_after", "genesis", "R-3.6", "one byte after the title", GENESIS + b"\0", "trailing bytes")
    yield vector("genesis_of_a_weak_key", "genesis", "R-3.6 R-9.4", "the neutral point founds a register", GENESIS[:1] + b"\1" + bytes(31) + GENESIS[33:], "weak key")
    shown = names.register_text(REGISTER)
    yield vector("register", "register", "R-3.7", "as printed, in nine groups", shown.encode())
    yield vector("register_as_typed", "register", "R-2.5 R-3.7", "in capitals, spaces for hyphens", shown.upper().replace("-", " ").encode())
    turned = shown.replace(shown[4], "7" if shown[4] != "7" else "8", 1)
    yield vector("register_with_a_wrong_digit", "register", "R-2.6 R-3.7", "one digit is another", turned.encode(), "wrong check digit")
    yield vector("register_without_its_check_digit", "register", "R-2.6 R-3.7", "26 digits", shown[:-1].encode(), "truncated")
    yield vector("register_of_28_digits", "register", "R-2.6 R-3.7", "a digit too many", (shown + "0").encode(), "trailing bytes")
    yield vector("register_of_130_bits", "register", "R-3.7", "the first digit is 8, and the check digit right", names.with_check("8" + "0" * 25).encode(), "out of limits")
    yield vector("key", "key", "R-9.4", "an ordinary key", BORYS.key)
    yield vector("key_of_small_order", "key", "R-9.4", "a point of order 8", min(key for key in WEAK_KEYS if key[0] == 0xC7), "weak key")
    yield vector("key_not_reduced", "key", "R-9.4", "y is 2²⁵⁵-19 + 3", (2**255 - 16).to_bytes(32, "little"), "weak key")
    yield vector("key_of_31_bytes", "key", "R-9.4", "one byte short", BORYS.key[:31], "weak key")
