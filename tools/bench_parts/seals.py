"""How many bytes the seals of restricted classes take: budgets of sizes are without them."""
import csv
import pathlib

NUMBERS = pathlib.Path(__file__).resolve().parent.parent.parent / "Protocol/numbers.csv"


def _restricted():
    """Names of the fields whose values are sealed: of class P3 or P4, and no events."""
    with NUMBERS.open(encoding="utf-8") as file:
        fields = {row["name"]: int(row["value"]) for row in csv.DictReader(file) if row["kind"] == "field"}
    return {name for name, number in fields.items() if number % 8 in (3, 4) and number // 8 % 4 != 2}


RESTRICTED = _restricted()


def value(field, text):
    """R-4.8: the key's number, the check, and a body without a head with the mark of its end, in blocks of 16."""
    return 4 + 12 + -(-(len(text.encode()) + 2) // 16) * 16 if field in RESTRICTED and text else 0


def rows(fields, rows):
    return sum(value(field, text) for row in rows for field, text in zip(fields, row))


def edits(edits):
    return sum(value(field, text) for _, field, text in edits)
