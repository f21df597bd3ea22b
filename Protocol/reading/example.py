"""Section 1 of the specification: one register, one change, every byte of it."""

from .cases.kit import A, ANNA, GENESIS, REGISTER, SURNAME, edit, invented, message, root
from .change import header_parts
from .changes_message import ReplicaNumbers, encode_message, message_parts
from .chain import chain_start, head_hash, links
from .frames import encode_frame
from .names import base32, genesis_hash, node_text, record_id, replica_tag
from .numbers import FRAME
from .primitives import text
from .salts import class_salt, leaf

BYTES_A_LINE = 32
COLUMN = 20


def _rows(parts):
    """Annotated hex: what it is, then its bytes in groups of 4; parts without bytes fall away."""
    for label, data in parts:
        for at in range(0, len(data), BYTES_A_LINE):
            yield f"{'' if at else label:{COLUMN}} {data[at:at + BYTES_A_LINE].hex(' ', -4)}"


def _dump(parts):
    return "\n".join(["```", *_rows(parts), "```"])


def worked_example():
    """The text between the headings of sections 1 and 2."""
    change = edit(A, 1, [(SURNAME, "Коваль")])
    said = message([change])
    link = next(links([change], {1: leaf(root(A, 1), 1)}, chain_start(REGISTER, A)))
    parts = list(message_parts(said, ReplicaNumbers()))
    frame = encode_frame(FRAME["changes"], encode_message(said, ReplicaNumbers()))
    genesis = [
        ("version", b"\1"), ("founder's node key", ANNA.key), ("TLS key hash", ANNA.tls),
        ("random", invented("genesis", 16)), ("title", text("Table at the north gate")),
    ]
    body = change.writes[0].body
    named = [("hash", genesis_hash(GENESIS)), ("register", REGISTER)]
    return "\n\n".join([
        "Anna founds a register and writes one surname. Nothing here is secret; `tools/vectors example` prints this section anew.",
        "The genesis (R-3.6):",
        _dump(genesis),
        "Its hash, and the register that it names:",
        _dump(named),
        f"Anna's node is `{node_text(ANNA.key)}`. She writes as the replica below (R-3.3), whose tag is `{replica_tag(A).hex()}`. "
        f"Her first change is `{base32(A[33:])}.1`; the record that it creates is shown as `{record_id(REGISTER, change.dot)}` (R-3.5).",
        _dump([("node", A[:32]), ("lane", A[32:33]), ("incarnation", A[33:])]),
        f"The change: kind 16 (edit), counter 1, of its own record, no operator, one write of field {SURNAME} (surname) that names nothing. Its canonical header (R-4.4):",
        _dump(header_parts(change)),
        "The body (R-4.6) is an empty head and a text. The salt of its class 2 comes from the leaf of counter 1 (R-5.1), the commitment from both (R-5.3):",
        _dump([
            ("head", b"\0"), ("value", body[1:]), ("leaf", said.salts[1, 1]),
            ("class salt", class_salt(said.salts[1, 1], 2)), ("commitment", link.commitments[2]),
        ]),
        "The chain (R-5.4) and what the signature is over (R-5.5):",
        _dump([
            ("h(0)", chain_start(REGISTER, A)), ("h(1)", link.hash),
            ("head", head_hash(REGISTER, A, 1, link.hash)), ("signature", said.segments[0][1]),
        ]),
        f"The changes frame (R-6.1, R-7.20), not compressed, {len(frame)} bytes. Columns without numbers take no byte and are left out:",
        _dump([("length", frame[:4]), ("type", frame[4:5]), ("flags", frame[5:6])] + parts),
    ])

