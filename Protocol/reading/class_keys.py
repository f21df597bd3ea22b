"""Values of restricted classes, sealed under a key that only some laptops have (R-4.8, R-9.17)."""

from .age import BASE, hkdf, seal, stream, unseal, x25519
from .change import REASON, SEALED, SEALED_ITEMS, SOURCE, encode_body, read_body, read_sealed
from .messages import CLASS_KEY
from .primitives import H, Reader, Refused, blob, encode_items, items, uint

INFO = b"rc1.class-key"
VALUE, ITEMS = 1, 2
BLOCK, CHECK = 16, 12


def padded(data):
    """R-4.8: so that a length says less."""
    return data + b"\x80" + bytes(-(len(data) + 1) % BLOCK)


class ClassKey:
    """R-4.8: what follows from the 16 secret bytes."""

    def __init__(self, register, field_class, secret):
        parts = register, uint(field_class, 1), secret
        self.id = int.from_bytes(H("rc1.class-id", *parts)[:4])
        self.checking, self.sealing = H("rc1.class-checking", *parts), H("rc1.class-sealing", *parts)

    def check(self, data, part, record, field):
        return H("rc1.class-check", self.checking, record.bytes, uint(field, 4), uint(part, 1), data)[:CHECK]

    def seal(self, data, part, record, field):
        check = self.check(data, part, record, field)
        return uint(self.id, 4) + check + stream(self.sealing, check, padded(data))

    def open(self, sealed, part, record, field):
        key, check, data = read_sealed(sealed)
        found = stream(self.sealing, check, data)
        opened = found.rstrip(b"\0")[:-1]
        if key != self.id or padded(opened) != found or self.check(opened, part, record, field) != check:
            raise Refused("bad seal")
        return opened

    def seal_body(self, body, record, field, open_source=None):
        """R-4.8: the body as it is stored; a source that stands openly beside it may stay open."""
        form, said, value = read_body(body)
        kept = [(kind, data) for kind, data in said if kind == SOURCE and data == open_source]
        hidden = [each for each in said if each not in kept]
        if hidden:
            kept.append((SEALED_ITEMS, self.seal(encode_items(hidden), ITEMS, record, field)))
        sealed = self.seal(encode_body(form, value), VALUE, record, field)
        return blob(uint(SEALED, 1) + encode_items(kept)) + sealed

    def open_body(self, body, record, field):
        """R-4.8: the body as it was before."""
        form, said, value = read_body(body)
        if form != SEALED:
            raise Refused("bad seal")
        inner, _, plain = read_body(self.open(value, VALUE, record, field))
        found = dict(said)
        hidden = found.pop(SEALED_ITEMS, None)
        if hidden:
            found |= dict(items(Reader(self.open(hidden, ITEMS, record, field))))
        source, reason = (found[kind].decode() if kind in found else None for kind in (SOURCE, REASON))
        return encode_body(inner, plain, source, reason)


def encode_class_key(act, register, field_class, secret, recipients, own_keys):
    """R-9.17: each wrap takes a key of the writer's own that is used for nothing else."""
    wraps = []
    for recipient, own in sorted(zip(recipients, own_keys)):
        share = x25519(own, BASE)
        box = seal(hkdf(x25519(own, recipient), share + recipient, INFO), bytes(12), secret)
        wraps.append({"recipient": recipient, "share": share, "box": box})
    key = ClassKey(register, field_class, secret).id
    return CLASS_KEY.encode({"act": act, "class": field_class, "key": key, "wraps": wraps})


def opened_class_key(entry, register, identity):
    """R-9.17: the secret, for the holder of a key that it is wrapped for; none otherwise."""
    own = x25519(identity, BASE)
    for wrap in entry["wraps"]:
        if wrap["recipient"] != own:
            continue
        secret = unseal(hkdf(x25519(identity, wrap["share"]), wrap["share"] + own, INFO), bytes(12), wrap["box"])
        if secret and ClassKey(register, entry["class"], secret).id == entry["key"]:
            return secret
    return None
