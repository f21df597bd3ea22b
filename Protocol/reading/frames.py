"""Frames and their compression (section 6)."""

import zlib
from typing import NamedTuple

from .numbers import LIMIT, names
from .primitives import Incomplete, Reader, Refused, uint, varint

COMPRESSED, DICTIONARY = 1, 2
ASKS_FOR_DICTIONARY = 0x20  # in the second byte of a zlib stream


class Frame(NamedTuple):
    """R-6.1."""

    type: int
    flags: int
    body: bytes


def encode_frame(kind, body, flags=0):
    """R-6.1."""
    return uint(len(body) + 2, 4) + bytes([kind, flags]) + body


def read_frame(reader):
    """R-6.1, R-6.2: the next frame; `Incomplete` where its bytes have not all come."""
    if reader.left < 4:
        raise Incomplete
    length = reader.uint(4)
    if length < LIMIT["frame_bytes_min"]:
        raise Refused("frame too short")
    if length > LIMIT["frame_bytes_max"]:
        raise Refused("frame too long")
    if reader.left < length:
        raise Incomplete
    kind, flags, body = reader.u8(), reader.u8(), reader.take(length - 2)
    judge_type(kind)
    if flags not in (0, COMPRESSED, COMPRESSED | DICTIONARY):
        raise Refused("unknown flags")
    return Frame(kind, flags, body)


def judge_type(kind):
    """R-6.4: the name of a type; None for one that is skipped."""
    name = names("frame").get(kind)
    if name is None and kind & 0x80:
        raise Refused("unknown critical frame")
    return name


def inflate(body, dictionary=None):
    """R-6.3."""
    reader = Reader(body)
    length = reader.varint()
    if not 1 <= length <= LIMIT["inflated_bytes_max"]:
        raise Refused("inflated too long")
    if dictionary is not None and reader.left > 1 and not reader.data[reader.at + 1] & ASKS_FOR_DICTIONARY:
        raise Refused("inflate failed")
    stream = zlib.decompressobj() if dictionary is None else zlib.decompressobj(zdict=dictionary)
    try:
        out = stream.decompress(reader.rest(), length + 1)
    except zlib.error:
        raise Refused("inflate failed") from None
    if len(out) != length or not stream.eof or stream.unused_data:
        raise Refused("inflate failed")
    return out


def stored_stream(data):
    """A zlib stream without compression: the same bytes from every version of every library."""
    return b"\x78\x01" + b"\1" + _lengths(data) + data + uint(zlib.adler32(data), 4)


def run_stream(before, byte, count, after):
    """A zlib stream of bytes, a long run of one byte below 144, and bytes; the run in a block with fixed codes (RFC 1951)."""
    literal, match, end, last_stored_block = format(0b00110000 + byte[0], "08b"), "11000101" + "00000", "0000000", "100"
    matches, literals = divmod(count - 1, 258)
    bits = "010" + literal + match * matches + literal * literals + end + last_stored_block
    run = int(bits[::-1], 2).to_bytes(-(-len(bits) // 8), "little")
    checksum = uint(zlib.adler32(before + byte * count + after), 4)
    return b"\x78\x01" + b"\0" + _lengths(before) + before + run + _lengths(after) + after + checksum


def _lengths(data):
    return len(data).to_bytes(2, "little") + (len(data) ^ 0xFFFF).to_bytes(2, "little")


def open_body(frame, dictionary=None):
    """The body of a frame as it was before compression."""
    if not frame.flags & COMPRESSED:
        return frame.body
    if frame.flags & DICTIONARY:
        if dictionary is None:
            raise Refused("inflate failed")
        return inflate(frame.body, dictionary)
    return inflate(frame.body)


def deflated(data):
    """R-6.3, writing, with a stored stream."""
    return varint(len(data)) + stored_stream(data)
