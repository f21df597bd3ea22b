"""Joining a register with a code (section 10)."""

import hmac

from .names import checked, genesis_hash, register_id
from .primitives import H, blob, text, uint

ROLES = ("rc1.newcomer", "rc1.inviter")


def code_digits(typed):
    """R-10.1: the 19 digits of a code as a person typed it."""
    return checked(typed, 20)


def code_key(digits):
    """R-10.1."""
    return H("rc1.code", digits.encode())


def transcript(newcomer_tls, inviter_tls, offer, answer):
    """R-10.3: T."""
    genesis = answer["genesis"]
    return H(
        "rc1.join",
        newcomer_tls, inviter_tls,
        offer["random"], answer["random"],
        offer["node"], answer["node"],
        blob(offer["bundle_key"]), text(offer["name"]),
        register_id(genesis), genesis_hash(genesis),
    )


def proof(key, role, transcript_hash):
    """R-10.3."""
    return hmac.digest(key, uint(len(role), 1) + role.encode() + transcript_hash, "sha256")


def words(transcript_hash):
    """R-10.4: six indices into words.txt."""
    return list(H("rc1.words", transcript_hash)[:6])
