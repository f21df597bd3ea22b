"""What the daemon acknowledged, kept by the test itself and synced by itself; and what a stopped home really holds."""
import contextlib
import json
import os
import shutil
import sqlite3

from .victim import expect


class Journal:
    """A line for each thing that was asked, and a line for each that was acknowledged; on the disk before the next is asked."""

    def __init__(self, path):
        self.descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        self.acknowledged, self.asked = [], None

    def put(self, kind, content):
        os.write(self.descriptor, json.dumps([kind, content]).encode() + b"\n")
        os.fsync(self.descriptor)

    def ask(self, what):
        self.put("asked", what)
        self.asked = what

    def acknowledge(self, answer):
        self.put("acknowledged", answer)
        self.acknowledged.append((self.asked, answer))
        self.asked = None

    def refuse(self, code):
        self.put("refused", code)
        self.asked = None

    def close(self):
        os.close(self.descriptor)


def integrity(home, aside):
    """What SQLite and we can say of a stopped home's register, looked at in a copy."""
    for name in ("register.sqlite", "register.sqlite-wal", "register.sqlite-journal"):
        (aside / name).unlink(missing_ok=True)
        if (home / name).exists():
            shutil.copy(home / name, aside / name)
    if not (aside / "register.sqlite").exists():
        return
    with contextlib.closing(sqlite3.connect(aside / "register.sqlite")) as database:
        finding = database.execute("PRAGMA integrity_check").fetchall()
        expect(finding == [("ok",)], f"integrity_check says {finding[0][0]}")
        if not database.execute("SELECT 1 FROM sqlite_schema").fetchone():
            return
        heights = dict(database.execute("SELECT number, height FROM replica WHERE height > 0"))
        heads = {dot for dot, in database.execute("SELECT dot FROM head")}
        counts = dict(database.execute("SELECT dot >> 40, COUNT(*) FROM change GROUP BY 1"))
    for number, height in heights.items():
        expect(counts.get(number) == height, f"replica {number} is {height} high and has {counts.get(number)} changes")
        expect(number << 40 | height in heads, f"replica {number} ends at {height}, where no head is signed")
    expect(set(counts) == set(heights), "a change is of a replica without height")
