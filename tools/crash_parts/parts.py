"""What a bundle is made of, and what else can be made of its parts."""
import base64
import os
import pathlib
import sys
import zlib

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent.parent / "Protocol"))

from reading import ed25519
from reading.bundle import MANIFEST, chunk, encode_bundle, sign_manifest
from reading.frames import encode_frame
from reading.numbers import FRAME, LIMIT
from reading.primitives import Reader, varint

# Of a manifest that was touched, any word of the format may be the first that is wrong.
ANY = {
    "varint not minimal", "varint too long", "truncated", "trailing bytes", "out of limits", "unknown lane", "not sorted", "bad reference",
    "index out of range", "too many", "frame too short", "frame too long", "unknown flags", "not a bundle", "bad range", "bad signature", "weak key"}
HEADER = {"bad header", "bad seal", "sealed-for-others"}
MAGIC, PROLOGUE_BYTES = 8, 10


class Unsealed:
    """The prologue, the manifest's frame, the chunks."""

    def __init__(self, data):
        self.data = data
        length = int.from_bytes(data[PROLOGUE_BYTES:PROLOGUE_BYTES + 4])
        end = PROLOGUE_BYTES + 4 + length
        self.manifest = MANIFEST.read(Reader(data[PROLOGUE_BYTES + 6:end]))
        self.register = self.manifest["register"]
        self.head, self.parts, self.ends = data[:end], [], []
        for each in self.manifest["chunks"]:
            self.parts.append(data[end:end + each["length"]])
            end += each["length"]
            self.ends.append(end)
        assert end == len(data) and len(self.parts) > 1

    def part_at(self, place):
        return next(number for number, end in enumerate(self.ends, 1) if place < end)

    def kinds_at(self, place):
        if place < PROLOGUE_BYTES:
            return {"not a bundle" if place < MAGIC else "unknown version" if place == MAGIC else "unknown seal"}
        return ANY if place < len(self.head) else {f"chunk mismatch (chunk {self.part_at(place)})"}

    def kinds_cut(self, length):
        return {"truncated"}

    def joined(self, parts):
        return self.head + b"".join(parts)

    trailing = {"trailing bytes"}
    wrong_part = {"chunk mismatch", "truncated"}


class Sealed:
    """The header of age, a nonce, pieces of 64 KiB."""

    MAGIC, NONCE, PIECE = len(b"age-encryption.org/v1\n"), 16, (64 << 10) + 16

    def __init__(self, data):
        self.data = data
        self.header_bytes = data.index(b"\n", data.index(b"\n--- ") + 1) + 1
        start = self.header_bytes + self.NONCE
        self.head = data[:start]
        self.parts = [data[place:place + self.PIECE] for place in range(start, len(data), self.PIECE)]
        self.stanzas = data[self.MAGIC:data.index(b"--- ")]

    def kinds_at(self, place):
        if place < self.header_bytes:
            return {"not a bundle"} if place < self.MAGIC else HEADER
        return {f"bad seal (piece {max(0, place - len(self.head)) // self.PIECE + 1})"}

    def kinds_cut(self, length):
        if length < self.MAGIC:
            return {"truncated", "not a bundle"}
        return {"bad header"} if length < len(self.head) else {"bad seal"}

    def joined(self, parts):
        return self.head + b"".join(parts)

    trailing = {"bad seal"}
    wrong_part = {"bad seal"}


def moved(bundle, other):
    """Files and what is said of each."""
    parts, files = bundle.parts, []

    def put(data, may_be):
        if data != bundle.data:
            files.append((data, may_be))

    for place in range(len(parts)):
        for later in range(place + 1, len(parts)):
            swapped = list(parts)
            swapped[place], swapped[later] = parts[later], parts[place]
            put(bundle.joined(swapped), bundle.wrong_part)
        put(bundle.joined(parts[:place] + parts[place + 1:]), bundle.wrong_part)
        put(bundle.joined(parts[:place] + other.parts[:1] + parts[place + 1:]), bundle.wrong_part | bundle.trailing)
        for again in (parts[place], other.parts[0], bytes(17), b"\0"):
            put(bundle.joined(parts[:place] + [again] + parts[place:]), bundle.wrong_part | bundle.trailing)
    for end in (b"\0", b"\n", bytes(16), bytes(4096), bytes(80_000), parts[0], parts[-1], bundle.data, other.data):
        put(bundle.data + end, bundle.trailing)
        put(end + bundle.data, ANY | HEADER)
    put(other.head + b"".join(parts), bundle.wrong_part | bundle.trailing)
    if isinstance(bundle, Sealed):
        head, rest = bundle.data[:bundle.MAGIC], bundle.data[bundle.MAGIC + len(bundle.stanzas):]
        foreign = b"-> X25519 " + base64.b64encode(os.urandom(32)).rstrip(b"=") + b"\n" + base64.b64encode(os.urandom(32)).rstrip(b"=") + b"\n"
        for stanzas in (bundle.stanzas * 2, foreign + bundle.stanzas, bundle.stanzas + foreign, bundle.stanzas + b"-> x-grease a b\n\n"):
            put(head + stanzas + rest, {"bad seal"})
        for stanzas in (b"", foreign, b"-> scrypt AAAAAAAAAAAAAAAAAAAAAA 62\n" + bundle.stanzas):
            put(head + stanzas + rest, HEADER)
    return files


def hostile(register):
    """Files and what is said of each: all of them in good order as far as it goes, from a node that nobody knows."""
    nobody = bytes(range(32))
    empty = {"register": register, "source": ed25519.public_key(nobody), "start_nonce": 1, "earlier_nonces": [], "created": 1,
             "targets": [], "bases": [], "nodes": [], "vector": [], "contents": [], "chunks": []}

    def bundle(frames=(), **instead):
        manifest = empty | {"chunks": [chunk(frame) for frame in frames]} | instead
        return encode_bundle(sign_manifest(nobody, manifest), frames)

    def bomb(body, claims=None):
        zipped = zlib.compress(body, 9)
        return encode_frame(FRAME["changes"], varint(len(body) if claims is None else claims) + zipped, 1)

    start = b"age-encryption.org/v1\n"
    stanza = b"-> X25519 " + base64.b64encode(bytes([9]) + bytes(31)).rstrip(b"=") + b"\n" + base64.b64encode(bytes(32)).rstrip(b"=") + b"\n"
    end = b"--- " + base64.b64encode(bytes(32)).rstrip(b"=") + b"\n" + bytes(64)
    zeros = bytes(LIMIT["inflated_bytes_max"])
    bad = {"bad-bundle"}
    return [
        (bundle(), bad),
        (bundle(register=bytes(16)), {"other-register"}),
        (bundle([bomb(zeros)]), bad),
        (bundle([bomb(zeros)] * 1_000), bad),
        (bundle([bomb(bytes(64 << 20))]), bad),
        (bundle([bomb(zeros, claims=1)]), bad),
        (bundle([bomb(zeros, claims=1 << 62)]), bad),
        (bundle(chunks=[{"length": (1 << 63) - 1, "digest": bytes(16)}]), {"frame too long"}),
        (bundle(chunks=[{"length": 1 << 20, "digest": bytes(16)}] * 50_000), {"truncated"}),
        (bundle(chunks=[{"length": 0, "digest": chunk(b"")["digest"]}] * 60_000), bad),
        (encode_bundle(empty | {"signature": bytes(64)}, []), {"bad signature", "weak key"}),
        (b"rollcall\1\0" + (1 << 20).to_bytes(4) + bytes(1 << 20), {"not a bundle"}),
        (b"rollcall\1\0" + b"\xff" * 4, {"frame too long"}),
        (start + stanza * 600 + end, {"sealed-for-others"}),
        (start + stanza * 10_000 + end, {"bad header"}),
        (start + b"-> X25519 A\n" * 10_000 + end, {"bad header"}),
        (start + b"-> a\n\n" * 9_000 + end, {"sealed-for-others"}),
        (start + b"-> scrypt AAAAAAAAAAAAAAAAAAAAAA 62\n" + base64.b64encode(bytes(32)).rstrip(b"=") + b"\n" + end, {"sealed-for-others"}),
        (start + b"-> " + b"a" * (1 << 24) + b"\n\n" + end, {"bad header"}),
        (start + b"A" * (64 << 20), {"bad header"}),
        (bytes(64 << 20), {"not a bundle"}),
        (b"", {"truncated"}),
    ]
