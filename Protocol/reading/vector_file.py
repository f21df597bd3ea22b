"""The form of a test vector: `key: value` lines, a blank line, the bytes in hex."""

from dataclasses import dataclass, field

from .decoders import DECODERS
from .primitives import Incomplete, Refused

BYTES_A_LINE = 32
BYTES_A_GROUP = 4


@dataclass
class Vector:
    """One case: bytes, what else a decoder needs, and what must come of it."""

    name: str
    decode: str
    expect: str
    spec: str
    comment: str
    data: bytes
    given: dict = field(default_factory=dict)

    def outcome(self):
        """What the reading makes of the bytes: a word for `expect:` and the lines of meaning."""
        try:
            return "success", list(DECODERS[self.decode](self.data, self.given))
        except Incomplete:
            return "incomplete", []
        except Refused as refused:
            return refused.reason, []

    def text(self):
        """The file's contents."""
        lines = [("decode", self.decode), ("expect", self.expect), ("spec", self.spec), ("comment", self.comment)]
        lines += [(f"given.{key}", value) for key, value in self.given.items()]
        lines += self.outcome()[1]
        head = "".join(f"{key}: {value}\n" for key, value in lines)
        return head + "\n" + "".join(line + "\n" for line in hex_lines(self.data))


def hex_lines(data):
    """Hex in groups of 4 bytes, 32 bytes a line."""
    for at in range(0, len(data), BYTES_A_LINE):
        yield data[at:at + BYTES_A_LINE].hex(" ", -BYTES_A_GROUP)


def parse(name, text):
    """A vector and its lines of meaning, from a file's contents."""
    head, _, body = text.partition("\n\n")
    pairs = [line.partition(": ")[::2] for line in head.splitlines()]
    known = dict(pairs[:4])
    given = {key.removeprefix("given."): value for key, value in pairs if key.startswith("given.")}
    meaning = [(key, value) for key, value in pairs[4:] if not key.startswith("given.")]
    vector = Vector(name, known["decode"], known["expect"], known["spec"], known["comment"], bytes.fromhex(body), given)
    return vector, meaning
