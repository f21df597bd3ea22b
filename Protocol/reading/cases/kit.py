"""Invented nodes, a register and short hands for the cases. Every seed is a hash of its name, so nothing is random."""

import hashlib

from .. import ed25519, names
from ..change import Change, Write, text_body
from ..changes_message import Message, ReplicaNumbers, encode_message, message_parts
from ..chain import chain_start, links, sign_head
from ..numbers import FIELD
from ..primitives import H16, blob
from ..salts import leaf, subtree, subtrees
from ..vector_file import Vector

TIME = 1_750_000_000_000


def invented(name, size=32):
    """So many bytes that depend on nothing but a name."""
    return hashlib.sha256(b"rollcall test vector: " + name.encode()).digest()[:size]


class Node:
    """A laptop that does not exist."""

    def __init__(self, name):
        self.seed = invented(f"seed of {name}")
        self.key = ed25519.public_key(self.seed)
        self.tls = invented(f"TLS key of {name}")

    def replica(self, lane, incarnation):
        return names.replica(self.key, lane, incarnation)


ANNA, BORYS, CHRIS = Node("Anna"), Node("Borys"), Node("Chris")
GENESIS = names.encode_genesis(ANNA.key, ANNA.tls, invented("genesis", 16), "Table at the north gate")
REGISTER = names.register_id(GENESIS)
CONTROL = ANNA.replica(0, 0x0123456789ABCDEF)
A = ANNA.replica(1, 0x1111111111111111)
B = BORYS.replica(1, 0x2222222222222222)
C = CHRIS.replica(1, 0x3333333333333333)
SEEDS = {CONTROL: ANNA.seed, A: ANNA.seed, B: BORYS.seed, C: CHRIS.seed}
SURNAME, GIVEN, SURNAME_LATIN, UNIT, HEALTH = (
    FIELD[name] for name in ("surname", "given_name", "surname_latin", "unit", "health")
)
LIST_LINE, ALIAS, STATUS, ENTRY = (FIELD[name] for name in ("list_line", "alias", "status", "entry"))


def vector(name, decode, spec, comment, data, expect="success", **given):
    """A case; given values that are bytes are shown in hex, lists as key.0, key.1, …"""
    flat = {}
    for key, value in given.items():
        values = {f"{key}.{place}": each for place, each in enumerate(value)} if isinstance(value, list) else {key: value}
        flat |= {key: each.hex() if isinstance(each, bytes) else str(each) for key, each in values.items()}
    return Vector(name, decode, expect, spec, comment, data, flat)


def root(replica, counter):
    """The root of the block that a counter falls in."""
    return H16("rc1.left", replica, bytes([(counter - 1) // 256]))


def given_salts(replica, first, last):
    return {(start, size): subtree(root(replica, start), start, size) for start, size in subtrees(first, last)}


def edit(replica, counter, writes, record=None, operator=None, kind=16, time=TIME, extras=b""):
    """A change; writes are (field, body, names…), the record its own dot where none is named."""
    listed = [Write(number, list(dots), body if isinstance(body, bytes) else text_body(body)) for number, body, *dots in writes]
    own = names.Dot(replica, counter)
    return Change(replica, counter, kind, record or own, operator, time, listed, extras)


def run_hashes(changes, before):
    replica = changes[0].replica
    found = {c.counter: leaf(root(replica, c.counter), c.counter) for c in changes}
    return [link.hash for link in links(changes, found, before)]


def message(changes, segments=None, before=None, start=False):
    """A signed changes message; `before` is h(first-1) where the first counter is not 1."""
    replica, first = changes[0].replica, changes[0].counter
    before = before or chain_start(REGISTER, replica)
    hashes, done, signed = run_hashes(changes, before), 0, []
    for size in segments or [len(changes)]:
        done += size
        height = first + done - 1
        signed.append((size, sign_head(SEEDS[replica], REGISTER, replica, height, hashes[done - 1])))
    salts = given_salts(replica, first, changes[-1].counter)
    return Message(replica, first, before if start else None, signed, salts, changes)


def encoded(said, numbers=None, modes=None):
    return encode_message(said, numbers or ReplicaNumbers(), modes)


def spoiled(said, label, instead, cut=False):
    """The bytes of a message with one part replaced, and with `cut` nothing after it."""
    out = b""
    for part, data in message_parts(said, ReplicaNumbers()):
        out += instead if part == label else data
        if part == label and cut:
            break
    return out


def arrivals(*messages):
    """The bytes of a merge vector."""
    return b"".join(blob(encoded(each)) for each in messages)


def dot(replica, counter):
    return names.Dot(replica, counter)


def sample():
    """Two new records and an edit of the first, as one message."""
    first = edit(A, 1, [(SURNAME, "Коваль"), (GIVEN, "Олена"), (UNIT, text_body("12", source="tag"))])
    second = edit(A, 2, [(SURNAME, "Бондар"), (GIVEN, "Тарас"), (UNIT, "12")], time=TIME + 9_000)
    third = edit(A, 3, [(SURNAME, "Ковальчук", dot(A, 1))], record=first.dot, time=TIME + 20_000)
    return [first, second, third]


__all__ = [name for name in dir() if not name.startswith("_")]
