"""The rows of numbers.csv, by kind and name."""

import csv
from pathlib import Path

FOLDER = Path(__file__).resolve().parent.parent


def _rows():
    with open(FOLDER / "numbers.csv", newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


ROWS = _rows()


def table(kind):
    """name → number, for the rows of one kind."""
    return {row["name"]: int(row["value"]) for row in ROWS if row["kind"] == kind}


def names(kind):
    """number → name, for the rows of one kind."""
    return {number: name for name, number in table(kind).items()}


LIMIT = table("limit")
FRAME = table("frame")
FIELD = table("field")
WEAK_KEYS = frozenset(bytes.fromhex(row["value"]) for row in ROWS if row["kind"] == "weak_key")
WEAK_BUNDLE_KEYS = frozenset(bytes.fromhex(row["value"]) for row in ROWS if row["kind"] == "weak_bundle_key")
