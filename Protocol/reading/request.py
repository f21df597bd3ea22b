"""Requests to join that travel by stick (R-10.5, R-10.6)."""

import hashlib

from . import ed25519, p256
from .bundle import START, VERSION
from .frames import encode_frame, read_frame
from .knowledge import enrolment
from .layouts import Blob, Fixed, Struct, Text, read_whole
from .messages import Recipient
from .names import digits, judged_key, with_check
from .numbers import FRAME, LIMIT
from .primitives import H, Incomplete, Reader, Refused, uint

KIND = 1
KEY_BYTES = len(p256.SPKI) + 64


class TLSKey(Blob):
    """R-9.1, whole; of what form it is, is judged with the proofs."""

    def __init__(self):
        super().__init__(sizes=(KEY_BYTES,))


UNSIGNED = Struct(
    register=Fixed(16), node=Fixed(32), tls_key=TLSKey(), bundle_key=Recipient(32),
    name=Text(LIMIT["name_bytes_max"]), enrolment=Fixed(64),
)
REQUEST = Struct(**UNSIGNED.fields, signature=Fixed(64))


def tls_hash(request):
    """R-9.1."""
    return hashlib.sha256(request["tls_key"]).digest()


def enrolment_message(request):
    """R-9.3."""
    return enrolment(request["register"], {"node": request["node"], "tls": tls_hash(request), "bundle_key": request["bundle_key"]})


def signed_message(request):
    """R-10.5."""
    return H("rc1.request", UNSIGNED.encode(request))


def encode_frame_of(request):
    return encode_frame(FRAME["join_request"], REQUEST.encode(request))


def encode_file(request):
    """R-10.5."""
    return START + uint(VERSION, 1) + uint(KIND, 1) + encode_frame_of(request)


def number(request):
    """R-10.6: 95 bits, with their check digit and in groups."""
    first = int.from_bytes(H("rc1.number", encode_frame_of(request)), "big") >> 256 - 95
    whole = with_check(digits(first, 19))
    return "-".join(whole[at:at + 4] for at in range(0, 20, 4))


def check(request):
    """R-10.5: both proofs, and the keys."""
    judged_key(request["node"])
    if p256.point_of(request["tls_key"]) is None:
        raise Refused("weak key")
    if not ed25519.verify(request["node"], request["enrolment"], enrolment_message(request)):
        raise Refused("bad signature")
    if not p256.verify(request["tls_key"], request["signature"], signed_message(request)):
        raise Refused("bad signature")


def read_file(data):
    """R-10.5, with what it proves checked."""
    if not data.startswith(START):
        raise Refused("truncated" if START.startswith(data) else "bad magic")
    reader = Reader(data)
    reader.take(len(START))
    if reader.u8() != VERSION:
        raise Refused("unknown version")
    if reader.u8() != KIND:
        raise Refused("unknown seal")
    try:
        frame = read_frame(reader)
    except Incomplete:
        raise Refused("truncated") from None
    if frame.type != FRAME["join_request"]:
        raise Refused("bad magic")
    if frame.flags:
        raise Refused("unknown flags")
    request = read_whole(REQUEST, frame.body)
    reader.end()
    check(request)
    return request
