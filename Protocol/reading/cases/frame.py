"""Frames and compression (section 6). The streams are constants, so that no version of a library matters."""

from ..frames import deflated, encode_frame, stored_stream
from ..numbers import FRAME
from ..primitives import varint
from .kit import *

PLAIN = b"surname given_name surname given_name surname"
DICTIONARY = b"surname given_name patronymic"
DEFLATED = bytes.fromhex("789c2b2e2dca4bcc4d5548cf2c4bcd8b07338b710a0100971511a4")
DEFLATED_WITH_DICTIONARY = bytes.fromhex("78f9ad730b9b2bc694c42d0400971511a4")


def cases():
    ping = encode_frame(FRAME["ping"], b"")
    yield vector("ping", "frame", "R-6.1", "the shortest frame", ping)
    yield vector("two_frames", "frame", "R-6.1", "one frame, and the start of the next left over", encode_frame(FRAME["credit"], varint(300)) + ping[:5])
    yield vector("unknown_type_skipped", "frame", "R-6.4", "type 0x33 has bit 7 clear", encode_frame(0x33, b"?"))
    yield vector("unknown_critical_type", "frame", "R-6.4", "type 0xb3 has bit 7 set", encode_frame(0xB3, b"?"), "unknown critical frame")
    yield vector("prefix_cut", "frame", "R-6.1", "three of four bytes of the length", b"\0\0\0", "incomplete")
    yield vector("empty", "frame", "R-6.1", "no byte yet", b"", "incomplete")
    yield vector("body_cut", "frame", "R-6.1", "one byte of the body is still to come", encode_frame(FRAME["credit"], varint(300))[:-1], "incomplete")
    yield vector("greatest_length_announced", "frame", "R-6.1", "1,048,576 is within bounds; its bytes are still to come", b"\0\x10\0\0", "incomplete")
    yield vector("length_0", "frame", "R-6.1", "no room for type and flags", b"\0\0\0\0", "frame too short")
    yield vector("length_1", "frame", "R-6.1", "no room for flags", b"\0\0\0\1\x0f", "frame too short")
    yield vector("length_over_limit", "frame", "R-6.1", "1,048,577: the prefix alone is enough to refuse", b"\0\x10\0\1", "frame too long")
    yield vector("length_greatest", "frame", "R-6.1", "2³²-1", b"\xff\xff\xff\xff", "frame too long")
    yield vector("flag_4", "frame", "R-6.2", "a flag that does not exist", encode_frame(FRAME["ping"], b"", 4), "unknown flags")
    yield vector("dictionary_without_compression", "frame", "R-6.2", "flag 2 alone", encode_frame(FRAME["ping"], b"", 2), "unknown flags")


def compression():
    body = varint(len(PLAIN)) + DEFLATED
    with_dictionary = varint(len(PLAIN)) + DEFLATED_WITH_DICTIONARY
    yield vector("stored", "inflate", "R-6.3", "a stream of one stored block", deflated(b"rollcall"))
    yield vector("deflated", "inflate", "R-6.3", "a stream with a repeat", body)
    yield vector("preset_dictionary", "inflate", "R-6.2 R-6.3", "a stream that copies from a dictionary", with_dictionary, dictionary=DICTIONARY)
    yield vector("whole_frame", "frame_body", "R-6.1 R-6.3", "flags 1", encode_frame(FRAME["changes"], body, 1))
    yield vector("whole_frame_with_dictionary", "frame_body", "R-6.1 R-6.3", "flags 1 and 2", encode_frame(FRAME["changes"], with_dictionary, 3), dictionary=DICTIONARY)
    yield vector("wrong_dictionary", "inflate", "R-6.3", "the dictionary is another", with_dictionary, "inflate failed", dictionary=b"another dictionary")
    yield vector("dictionary_missing", "inflate", "R-6.3", "the stream asks for a dictionary, the flag is not set", with_dictionary, "inflate failed")
    yield vector("dictionary_not_asked_for", "inflate", "R-6.2 R-6.3", "a dictionary is there, the stream makes no mention of it", body, "inflate failed", dictionary=DICTIONARY)
    yield vector("declared_shorter", "inflate", "R-6.3", "one byte less declared than comes", varint(len(PLAIN) - 1) + DEFLATED, "inflate failed")
    yield vector("declared_longer", "inflate", "R-6.3", "one byte more declared than comes", varint(len(PLAIN) + 1) + DEFLATED, "inflate failed")
    yield vector("stream_cut", "inflate", "R-6.3", "the checksum's last byte is missing", body[:-1], "inflate failed")
    yield vector("bytes_after_stream", "inflate", "R-6.3", "one byte after the checksum", body + b"\0", "inflate failed")
    yield vector("checksum_wrong", "inflate", "R-6.3", "a bit of the checksum is turned", body[:-1] + bytes([body[-1] ^ 1]), "inflate failed")
    yield vector("not_zlib", "inflate", "R-6.3", "a raw stream without header", varint(8) + stored_stream(b"rollcall")[2:-4], "inflate failed")
    yield vector("two_streams", "inflate", "R-6.3", "a second stream after the first", deflated(b"roll") + stored_stream(b"call"), "inflate failed")
    yield vector("declared_0", "inflate", "R-6.3", "nothing declared", varint(0) + stored_stream(b""), "inflated too long")
    yield vector("declared_over_limit", "inflate", "R-6.3", "1,048,577 declared: refused before anything is inflated", varint(1_048_577), "inflated too long")
    yield vector("nothing", "inflate", "R-2.4 R-6.3", "not even a length", b"", "truncated")
