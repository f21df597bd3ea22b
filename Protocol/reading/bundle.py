"""Bundle files (section 11)."""

import hashlib
from dataclasses import dataclass

from . import ed25519
from .change import at
from .changes_message import ReplicaNumbers, read_message, verify_message
from .frames import COMPRESSED, encode_frame, open_body, read_frame
from .layouts import Fixed, Joined, Repeat, Struct
from .messages import COUNTERS, HEIGHT, NONCES, U8, U64, VARINT
from .names import judged_key, read_incarnation, read_lane
from .numbers import FRAME, LIMIT
from .primitives import H, Incomplete, Reader, Refused, uint

START = b"rollcall"
VERSION, SEAL = 1, 0

BASIS = Struct(replicas=VARINT, digest=Fixed(8))
VECTOR_ENTRY = Struct(node=VARINT, lane=U8, incarnation=U64, height=HEIGHT, hash=Fixed(32))
RUN = Joined(Struct(replica=VARINT), COUNTERS)


class Bases:
    """R-11.2: the basis of each target, in their order and without a count of its own."""

    def read(self, reader, count):
        return [BASIS.read(reader) for _ in range(count)]

    def encode(self, value):
        return b"".join(map(BASIS.encode, value))

    def tell(self, path, value):
        for place, basis in enumerate(value):
            yield from BASIS.tell(f"{path}.{place}", basis)


BEFORE = Struct(register=Fixed(16), source=Fixed(32), start_nonce=U64, earlier_nonces=NONCES, created=VARINT, targets=Repeat(Fixed(32), high=LIMIT["members_max"]))
CHUNKS = Struct(chunks=Repeat(Struct(length=VARINT, digest=Fixed(16))))
AFTER = Struct(
    nodes=Repeat(Fixed(32)),
    vector=Repeat(VECTOR_ENTRY),
    contents=Repeat(RUN),
    chunks=CHUNKS.fields["chunks"],
)


class Manifest:
    """R-11.2, the signature included."""

    def read(self, reader):
        value = BEFORE.read(reader)
        value["bases"] = Bases().read(reader, len(value["targets"]))
        nodes = value["nodes"] = AFTER.fields["nodes"].read(reader)
        value["vector"] = [self._entry(reader, nodes) for _ in range(reader.count(high=LIMIT["replicas_per_message_max"]))]
        if list(dict.fromkeys(nodes[entry["node"]] for entry in value["vector"])) != nodes:
            raise Refused("not sorted")
        value["contents"] = [self._run(reader, value["vector"]) for _ in range(reader.count())]
        value |= CHUNKS.read(reader)
        value["signature"] = reader.take(64)
        return value

    def _entry(self, reader, nodes):
        node = reader.varint()
        at(nodes, node)
        lane, incarnation = read_lane(reader, branches=True), read_incarnation(reader)
        return {"node": node, "lane": lane, "incarnation": incarnation, "height": HEIGHT.read(reader), "hash": reader.take(32)}

    def _run(self, reader, vector):
        replica = reader.varint()
        at(vector, replica)
        return {"replica": replica} | COUNTERS.read(reader)

    def unsigned(self, value):
        return BEFORE.encode(value) + Bases().encode(value["bases"]) + AFTER.encode(value)

    def encode(self, value):
        return self.unsigned(value) + value["signature"]

    def tell(self, path, value):
        yield from BEFORE.tell(path, value)
        yield from Bases().tell(f"{path}.bases", value["bases"])
        yield from AFTER.tell(path, value)
        yield f"{path}.signature", value["signature"].hex()


MANIFEST = Manifest()


def sign_manifest(seed, manifest):
    """R-11.2."""
    manifest["signature"] = ed25519.sign(seed, H("rc1.bundle", MANIFEST.unsigned(manifest)))
    return manifest


def chunk(frame):
    """R-11.2: the entry of one changes frame."""
    return {"length": len(frame), "digest": hashlib.sha256(frame).digest()[:16]}


def encode_bundle(manifest, frames):
    """R-11.1."""
    return START + uint(VERSION, 1) + uint(SEAL, 1) + encode_frame(FRAME["manifest"], MANIFEST.encode(manifest)) + b"".join(frames)


@dataclass
class Bundle:
    """A bundle whose manifest's signature and chunks hold."""

    manifest: dict
    messages: list


def padded(data):
    """R-11.4: with zeros, so that a length says little: it keeps the few upper bits of its own."""
    exponent = len(data).bit_length() - 1
    unit = 1 << exponent - exponent.bit_length()
    return data + bytes(-len(data) % unit)


def read_bundle(data, dictionary=None, is_padded=False):
    """R-11.1, R-11.3; chains and head signatures are for `verify_bundle`. R-11.4: what was sealed is padded."""
    reader = Reader(data)
    if not data.startswith(START):
        raise Refused("truncated" if START.startswith(data) else "not a bundle")
    reader.take(len(START))
    if reader.u8() != VERSION:
        raise Refused("unknown version")
    if reader.u8() != SEAL:
        raise Refused("unknown seal")
    if data[reader.at + 4:reader.at + 5] not in (b"", bytes([FRAME["manifest"]])):
        raise Refused("not a bundle")
    manifest = _read_manifest(_whole_frame(reader))
    frames = [_read_chunk(reader, each) for each in manifest["chunks"]]
    if is_padded and any(reader.take(reader.left)):
        raise Refused("trailing bytes")
    reader.end()
    numbers, messages = ReplicaNumbers(), []
    for frame in frames:
        if frame.type != FRAME["changes"]:
            raise Refused("not a bundle")
        messages.append(read_message(open_body(frame, dictionary), numbers))
    return Bundle(manifest, messages)


def _whole_frame(reader):
    try:
        return read_frame(reader)
    except Incomplete:
        raise Refused("truncated") from None


def _read_manifest(frame):
    if frame.type != FRAME["manifest"]:
        raise Refused("not a bundle")
    if frame.flags & COMPRESSED:
        raise Refused("unknown flags")
    reader = Reader(frame.body)
    manifest = MANIFEST.read(reader)
    reader.end()
    key, over = judged_key(manifest["source"]), H("rc1.bundle", MANIFEST.unsigned(manifest))
    if not ed25519.verify(key, manifest["signature"], over):
        raise Refused("bad signature")
    return manifest


def _read_chunk(reader, entry):
    data = reader.take(entry["length"])
    if chunk(data) != entry:
        raise Refused("chunk mismatch")
    inner = Reader(data)
    frame = _whole_frame(inner)
    inner.end()
    return frame


def verify_bundle(bundle):
    """R-11.3: the links of each message, checked as in a session."""
    register, heads, held = bundle.manifest["register"], {}, {}
    for message in bundle.messages:
        known = heads.get((message.replica, message.first - 1))
        links = verify_message(register, message, known, held.setdefault(message.replica, {}))
        heads[message.replica, message.last] = links[-1].hash
        yield message, links
