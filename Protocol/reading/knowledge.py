"""Digests over heads (R-7.3, R-8.1, R-11.2) and enrolment (R-9.3)."""

from . import ed25519
from .layouts import Fixed, Repeat, Struct
from .messages import HEIGHT
from .names import judged_key, replica_tag
from .primitives import H, H8, H16, Refused, blob, uint

HEADS = Repeat(Struct(replica=Fixed(41), height=HEIGHT, hash=Fixed(32)))


def _by_tag(heads):
    return sorted((replica_tag(head["replica"]), head["height"], head["hash"]) for head in heads)


def heads_digest(register, heads):
    """R-8.1."""
    return H16("rc1.heads", register, *(tag + uint(height, 8) + hash for tag, height, hash in _by_tag(heads) if height))


def ended_digest(heads):
    """R-7.3."""
    return H8("rc1.ended", *(tag + uint(height, 8) + hash for tag, height, hash in _by_tag(heads)))


def basis_digest(heads):
    """R-11.2."""
    return H8("rc1.basis", *(tag + uint(height, 8) for tag, height, _ in _by_tag(heads)))


def enrolment(register, member):
    """R-9.3: what a member's proof is over."""
    return H("rc1.enrol", register, member["node"], member["tls"], blob(member["bundle_key"]))


def check_member(register, member):
    """R-9.3, R-9.4."""
    if not ed25519.verify(judged_key(member["node"]), member["proof"], enrolment(register, member)):
        raise Refused("bad signature")
