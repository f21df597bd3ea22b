"""The cases from which the test vectors are written, by part of the protocol."""

from . import bundle, changes, columns, frame, header, join, merge, message, name, salts

PARTS = (
    ("varint", name.varints),
    ("name", name.cases),
    ("header", header.headers),
    ("body", header.bodies),
    ("salt", salts.cases),
    ("chain", salts.chain),
    ("frame", frame.cases),
    ("compression", frame.compression),
    ("message", message.cases),
    ("column", columns.cases),
    ("changes", changes.cases),
    ("bundle", bundle.cases),
    ("merge", merge.cases),
    ("join", join.cases),
)


def all_vectors():
    """(path below vectors/, vector) of every case."""
    for part, cases in PARTS:
        for vector in cases():
            yield f"{part}/{vector.name}.txt", vector
