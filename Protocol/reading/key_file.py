"""The file of keys of a home, opened with nothing but a passphrase: what Sources/RollcallTrust/Sealing/KeyFile.swift writes.

Needs the `cryptography` package; nothing else here does.
"""
import hashlib

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from .primitives import Reader

MAGIC, VERSION = b"rollcall keys", 1
SALT, SLOTS, KEY, NONCE, TAG, DIGEST = 16, 8, 32, 12, 16, 32
SLOT = NONCE + KEY + TAG
IDENTITY_MAGIC = b"rollcall key\x01"


def unsealed(key, sealed, context):
    return AESGCM(key).decrypt(sealed[:NONCE], sealed[NONCE:], context)


def root_key(slots, unlock_key, head):
    for index, slot in enumerate(slots):
        try:
            return unsealed(unlock_key, slot, head + bytes([index]))
        except InvalidTag:
            continue
    raise ValueError("the passphrase opens no slot")


def opened(data, passphrase=None):
    """What the file covers: the root key, the keys of epochs by number, the node's own keys, who unlocks."""
    if hashlib.sha256(data[:-DIGEST]).digest() != data[-DIGEST:]:
        raise ValueError("the file of keys is damaged")
    reader = Reader(data[:-DIGEST])
    if reader.take(len(MAGIC)) != MAGIC or reader.u8() != VERSION:
        raise ValueError("this is no file of keys of a version known here")
    is_open_to_all, rounds = reader.u8() == 0, reader.u8()
    salt = reader.take(SALT)
    head = data[:reader.at]
    slots = [reader.take(SLOT) for _ in range(SLOTS)]
    unlock_key = bytes(KEY) if is_open_to_all else hashlib.scrypt(
        passphrase.encode(), salt=salt, n=1 << rounds, r=8, p=1, dklen=KEY, maxmem=(1 << 31) - 1)
    root = root_key(slots, unlock_key, head)
    content = Reader(unsealed(root, reader.blob(), head))
    epochs = {content.uint(4): content.take(KEY) for _ in range(content.varint())}
    identity = content.blob()
    names = []
    for _ in range(SLOTS):
        is_used, name = content.u8() != 0, content.text()
        names += [name] if is_used else []
    return {"root": root, "unlock": unlock_key, "epochs": epochs, "identity": identity, "names": names}


def identity_parts(identity):
    """The Ed25519 secret, the P-256 secret and the certificate (DER)."""
    if not identity.startswith(IDENTITY_MAGIC):
        raise ValueError("the node's key begins with something else than is known here")
    reader = Reader(identity[len(IDENTITY_MAGIC):-DIGEST])
    return reader.take(32), reader.take(32), reader.take(reader.uint(2))
