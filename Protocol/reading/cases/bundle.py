"""Bundles (section 11)."""

from ..age import BASE, VERSION, seal_file, x25519
from ..bundle import MANIFEST, chunk, encode_bundle, padded, sign_manifest
from ..frames import deflated, encode_frame
from ..knowledge import basis_digest
from ..numbers import FRAME
from .kit import *


def parts():
    """A manifest and the two frames that it announces: a control replica, then a data replica."""
    numbers = ReplicaNumbers()
    control = message([edit(CONTROL, 1, [(ENTRY, b"\1\4\4Olha")], kind=7)])
    data = message(sample(), segments=[2, 1])
    frames = [encode_frame(FRAME["changes"], encoded(control, numbers)), encode_frame(FRAME["changes"], deflated(encoded(data, numbers)), 1)]
    hashes = [run_hashes(each.changes, chain_start(REGISTER, each.replica))[-1] for each in (control, data)]
    entries = [
        {"node": 0, "lane": 0, "incarnation": 0x0123456789ABCDEF, "height": 1, "hash": hashes[0]},
        {"node": 0, "lane": 1, "incarnation": 0x1111111111111111, "height": 3, "hash": hashes[1]},
    ]
    basis = {"replicas": 1, "digest": basis_digest([{"replica": CONTROL, "height": 1, "hash": hashes[0]}])}
    manifest = {
        "register": REGISTER, "source": ANNA.key, "start_nonce": 77, "earlier_nonces": [75, 76], "created": TIME,
        "targets": [BORYS.key, CHRIS.key], "bases": [basis, {"replicas": 0, "digest": basis_digest([])}],
        "nodes": [ANNA.key], "vector": entries,
        "contents": [{"replica": 0, "from": 1, "to": 1}, {"replica": 1, "from": 1, "to": 3}],
        "chunks": [chunk(frame) for frame in frames],
    }
    return sign_manifest(ANNA.seed, manifest), frames


def cases():
    manifest, frames = parts()
    whole = encode_bundle(manifest, frames)
    yield vector("whole", "bundle", "R-11.1 R-11.3", "two changes frames, the second in a compressed frame", whole)
    empty = sign_manifest(ANNA.seed, manifest | {"contents": [], "chunks": []})
    yield vector("without_changes", "bundle", "R-11.1", "a bundle that only acknowledges", encode_bundle(empty, []))
    yield vector("manifest", "manifest", "R-11.2", "every part of a manifest", MANIFEST.encode(manifest))

    def fault(name, comment, data, expect, spec="R-11.3"):
        return vector(name, "bundle", spec, comment, data, expect)

    yield fault("another_file", "the start of a ZIP file", b"PK\3\4" + whole[4:], "not a bundle", "R-11.1")
    yield fault("version_2", "a later version", whole[:8] + b"\2" + whole[9:], "unknown version", "R-11.1")
    yield fault("seal_9", "a seal that this version does not know", whole[:9] + b"\x09" + whole[10:], "unknown seal", "R-11.1")
    yield fault("cut_in_the_start", "seven of eight letters", whole[:7], "truncated")
    yield fault("cut_in_the_manifest", "a hundred bytes of the manifest", whole[:110], "truncated")
    yield fault("cut_between_frames", "the second frame is missing", whole[:-len(frames[1])], "truncated")
    yield fault("last_byte_missing", "one byte short", whole[:-1], "truncated")
    yield fault("byte_after_the_end", "one byte too many", whole + b"\0", "trailing bytes")
    turned = whole.replace(REGISTER, invented("register", 16), 1)
    yield fault("manifest_altered", "the register in the manifest is another", turned, "bad signature")
    borrowed = sign_manifest(BORYS.seed, dict(manifest))
    yield fault("signed_by_another", "signed by Borys in Anna's name", encode_bundle(borrowed, frames), "bad signature")
    yield fault("chunk_altered", "a bit of the last frame is turned", whole[:-1] + bytes([whole[-1] ^ 1]), "chunk mismatch")
    yield fault("chunks_swapped", "the frames in the other order", encode_bundle(manifest, frames[::-1]), "chunk mismatch")
    shifted = sign_manifest(ANNA.seed, manifest | {"contents": [{"replica": 2, "from": 1, "to": 1}]})
    yield fault("contents_out_of_range", "replica 2 of a vector of two", encode_bundle(shifted, frames), "index out of range", "R-11.2 R-7.22")
    backwards = sign_manifest(ANNA.seed, manifest | {"contents": [{"replica": 1, "from": 3, "to": 1}]})
    yield fault("contents_backwards", "from 3 to 1", encode_bundle(backwards, frames), "bad range", "R-11.2")
    lane = sign_manifest(ANNA.seed, manifest | {"vector": [manifest["vector"][0] | {"lane": 4}]})
    yield fault("lane_4", "an unknown lane in the vector", encode_bundle(lane, frames), "unknown lane", "R-3.2 R-11.2")
    unborn = sign_manifest(ANNA.seed, manifest | {"vector": [manifest["vector"][0] | {"incarnation": 0}]})
    yield fault("incarnation_0", "a replica of incarnation 0 in the vector", encode_bundle(unborn, frames), "bad reference", "R-3.3 R-11.2")
    idle = sign_manifest(ANNA.seed, manifest | {"nodes": [ANNA.key, BORYS.key]})
    yield fault("node_without_a_replica", "a node that the vector does not mention", encode_bundle(idle, frames), "not sorted", "R-11.2")
    ping = [encode_frame(FRAME["ping"], b"")]
    pinging = sign_manifest(ANNA.seed, manifest | {"chunks": [chunk(ping[0])]})
    yield fault("chunk_of_a_ping", "a ping in the place of a changes frame", encode_bundle(pinging, ping), "not a bundle")
    packed = whole[:10] + encode_frame(FRAME["manifest"], deflated(MANIFEST.encode(manifest)), 1)
    yield fault("manifest_compressed", "a manifest in a compressed frame", packed, "unknown flags", "R-11.1 R-11.3")
    unknown = whole[:10] + encode_frame(0xFE, MANIFEST.encode(manifest))
    yield fault("manifest_of_an_unknown_type", "a critical frame that nobody knows in the place of the manifest", unknown, "not a bundle", "R-11.3")
    forged = frames[:1] + [encode_frame(FRAME["changes"], encoded(_altered(), ReplicaNumbers([CONTROL])))]
    signed = sign_manifest(ANNA.seed, manifest | {"chunks": [chunk(frame) for frame in forged]})
    later = [encode_frame(FRAME["changes"], encoded(message(sample()[1:], before=invented("h1"))))]
    open_start = sign_manifest(ANNA.seed, manifest | {"chunks": [chunk(frame) for frame in later]})
    yield fault("start_hash_missing", "changes 2 to 3 without the hash before them", encode_bundle(open_start, later), "unknown start", "R-7.20 R-11.3")
    yield fault("head_signature_wrong", "a sound manifest around a change that its author did not sign", encode_bundle(signed, forged), "bad signature", "R-5.5 R-11.3")


    yield from sealed(whole)


def sealed(whole):
    """R-11.4; the public vectors of the format itself are beside the tests of the program."""
    identities = [invented(f"bundle key of {name}") for name in ("Borys", "Chris", "nobody here")]
    keys = [x25519(identity, BASE) for identity in identities[:2]]

    def seal(data):
        return seal_file(data, keys, invented("file key", 16), invented("payload nonce", 16), [invented("share 1"), invented("share 2")])

    def case(name, comment, data, expect="success", identity=identities[0], spec="R-11.4"):
        return vector(f"sealed_{name}", "sealed", spec, comment, data, expect, identity=identity)

    file = seal(padded(whole))
    yield case("for_two", "a bundle for two, as the first of them opens it", file)
    yield case("for_two_second", "the same, as the second opens it", file, identity=identities[1])
    yield case("for_others", "the same, as somebody else tries", file, "sealed for others", identities[2])
    yield case("padding_not_zero", "a one among the zeros behind the bundle", seal(padded(whole)[:-1] + b"\1"), "trailing bytes")
    yield case("bit_turned", "a bit of the last byte", file[:-1] + bytes([file[-1] ^ 1]), "bad seal")
    yield case("cut_short", "the last byte is missing", file[:-1], "bad seal")
    yield case("byte_after_the_end", "one byte too many", file + b"\0", "bad seal")
    yield case("header_altered", "the first recipient's share is another", file.replace(b"X25519 ", b"X25519 AAAA", 1), "bad header")
    yield case("recipient_dropped", "without the second recipient's stanza", _without_stanza(file), "bad seal")
    yield case("not_sealed", "a bundle as it is before it is sealed", whole, "bad header")
    yield case("of_nothing", "no bundle in it", seal(b""), "truncated")
    yield case("version_2", "a later version of the format", file.replace(VERSION, b"age-encryption.org/v2\n"), "bad header")


def _without_stanza(file):
    lines = file.split(b"\n", 5)
    return b"\n".join(lines[:3] + lines[5:])


def _altered():
    said = message(sample())
    said.changes[0].writes[0].body = text_body("Іншова")
    return said
