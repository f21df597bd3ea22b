"""Commitments, the chain of hashes and signed heads (R-5.3 to R-5.5)."""

from dataclasses import dataclass

from . import ed25519
from .change import canonical_header
from .names import judged_key
from .primitives import H, Refused, blob, uint, varint
from .salts import class_salt


@dataclass
class Link:
    """A verified change and what its chain says about it."""

    change: object
    header: bytes
    commitments: dict
    hash: bytes


def commitment(salt, writes):
    """R-5.3: over (field number, body) pairs of one class."""
    return H("rc1.commit", salt, *(varint(number) + blob(body) for number, body in writes))


def commitments(change, leaf):
    """R-5.3: class → commitment; R-5.7: of what was erased, as it was given."""
    if change.erased is not None:
        return change.erased
    return {
        number: commitment(class_salt(leaf, number), [(w.field, w.body) for w in change.writes if w.field_class == number])
        for number in change.classes
    }


def chain_start(register, replica):
    """R-5.4: h(0)."""
    return H("rc1.chain", register, replica)


def chain_link(before, header, committed):
    """R-5.4: h(n)."""
    listed = b"".join(uint(number, 1) + committed[number] for number in sorted(committed))
    return H("rc1.link", before, blob(header), uint(len(committed), 1), listed)


def links(changes, leaves, before):
    """The links of a run of changes, from h before the first."""
    for change in changes:
        header, committed = canonical_header(change), commitments(change, leaves.get(change.counter))
        before = chain_link(before, header, committed)
        yield Link(change, header, committed, before)


def head_hash(register, replica, height, hash):
    """R-5.5: what a head's signature is over."""
    return H("rc1.head", register, replica, uint(height, 8), hash)


def sign_head(seed, register, replica, height, hash):
    """R-5.5."""
    return ed25519.sign(seed, head_hash(register, replica, height, hash))


def check_head(register, replica, height, hash, signature):
    """R-5.5, R-9.4."""
    key = judged_key(replica[:32])
    if not ed25519.verify(key, signature, head_hash(register, replica, height, hash)):
        raise Refused("bad signature")
