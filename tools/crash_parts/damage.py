"""The script with damaged bundles: each byte flipped, each length cut, parts moved, and files that were never bundles.

All of them go to one daemon, which must refuse each by name, soon, in little memory, and with nothing changed.
"""
import contextlib
import os
import random
import re
import sqlite3
import time

from .faults import Fault
from .files import order
from .journal import integrity
from .parts import Sealed, Unsealed, hostile, moved
from .scripts import Script, fields
from .victim import Refused, Victim, expect, until

# How large the bundles are, in KiB, and of how many random letters each note in them is.
SIZES, NOTE_LETTERS = (64, 300), 3_000
SECONDS, MEMORY_MIB, LOOK_EVERY = 1.0, 128, 64
REFUSED = re.compile(r"the bundle is refused: ([a-z0-9 -]+) \(([^)]*)\); nothing was applied")


class Damaged(Script):
    """One laptop that lacks what the bundles hold; it stays up from point to point."""

    name = "damaged"
    only_by_name = True
    faults = ("flip", "cut", "moved", "hostile")

    def prepare(self):
        maker, other = (Victim(name, self.options.bin, self.folder).start().ready() for name in ("maker", "prepared"))
        maker.control.one("initRegister", name="one", register="Crash, synthetic people", operator="Clerk", protection={"openToAll": {}})
        code = maker.control.one("invite", minutes=10, wait=False, yes=True)["code"]
        self.records = [maker.control.one("add", fields=fields(surname="Somebody"))["record"]]
        other.control.one("join", address=maker.address, name="other", operator="Clerk", code=code, protection={"openToAll": {}})
        other.control.one("bundleKey", secret=False)
        node = other.control.one("status")["node"]
        until(lambda: all(peer["up_to_date"] for peer in other.control.one("status")["peers"]), "both are the same", 20)
        expect(other.stop() == 0, "the prepared home does not close")
        self.bundles, chance = {}, random.Random(self.options.seed)
        for size in SIZES:
            while True:
                letters = chance.randbytes(NOTE_LETTERS // 2).hex()
                maker.control.one("add", fields=fields(surname=f"Person {size}", note=letters))
                path = self.folder / f"made-{size}"
                path.unlink(missing_ok=True)
                if maker.control.one("export", **order(path, sealed=False))["bytes"] >= size << 10:
                    break
            self.bundles[f"open-{size}"] = Unsealed(path.read_bytes())
            maker.control.one("export", **order(self.folder / f"sealed-{size}", all=False, targets=[node]))
            self.bundles[f"sealed-{size}"] = Sealed((self.folder / f"sealed-{size}").read_bytes())
        expect(maker.stop() == 0, "the maker does not close")
        self.file = self.folder / "stick.bundle"

    def begin(self):
        """The victim, and what its register is."""
        self.end()
        self.fresh()
        self.victim.start().ready()
        self.warm_up()
        self.before = self.state()
        self.memory = self.peak_mib()

    def state(self):
        """Of the register as it says it itself, and how many rows there are of each kind."""
        says = self.victim.control.one("status")
        aside = self.folder / "aside"
        integrity(self.victim.home, aside)
        with contextlib.closing(sqlite3.connect(aside / "register.sqlite")) as database:
            tables = [name for name, in database.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")]
            rows = {name: database.execute(f"SELECT COUNT(*) FROM {name}").fetchone()[0] for name in tables}
        return {key: says[key] for key in ("fingerprint", "changes", "records", "held", "conflicts")} | rows

    def peak_mib(self):
        lines = open(f"/proc/{self.victim.process.pid}/status").read().splitlines()
        return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM:")) >> 10

    def take(self, path=None):
        """None if it is taken in, else the error."""
        try:
            self.victim.control.all("import", paths=[str(path or self.file)], preview=False, salvage=False)
        except Refused as error:
            return error
        return None

    def check(self):
        said = self.victim.control.one("status")
        for key in ("fingerprint", "changes", "records", "held"):
            expect(said[key] == self.before[key], f"lost: {key} is another after a bundle was refused")

    def clean(self):
        """Between two points it stays up."""

    def end(self):
        super().clean()


class Damage(Fault):
    """A file at each point; and at last the whole one, which must come in: it was the damage that was refused."""

    stride = 1

    def points(self):
        self.script.begin()
        return [(name, number) for name in self.script.bundles for number in self.numbers(self.script.bundles[name])]

    def at(self, name, number, planted=False):
        script, bundle = self.script, self.script.bundles[name]
        begin = time.monotonic()
        with self.damage(bundle, number, planted) as may_be:
            error = script.take()
        seconds = time.monotonic() - begin
        self.strikes += 1
        self.losses += planted
        # Nothing leaves a register again: what came in would be there still at the next look.
        if self.strikes % LOOK_EVERY == 0:
            script.check()
        expect(error is not None, "lost: a damaged bundle is taken in, and what was whole is not told from it")
        found = REFUSED.match(error.args[0].partition(": ")[2])
        kind, place = found.groups() if found else (error.code, "")
        expect(kind in may_be or f"{kind} ({place})" in may_be, f"it says {kind} ({place}), not {' or '.join(sorted(may_be))}")
        expect(seconds <= SECONDS, f"it is refused after {seconds:.2f} s only")
        return 0

    @contextlib.contextmanager
    def damage(self, bundle, number, planted):
        raise NotImplementedError

    def afterwards(self, planted):
        script = self.script
        peak = script.peak_mib()
        script.notes[f"the daemon's memory rose from {script.memory} to {peak} MiB"] += 1
        expect(peak <= MEMORY_MIB, f"it took {peak} MiB")
        expect(planted or script.state() == script.before, "lost: other rows are there after all were refused")
        for bundle in script.bundles.values():
            script.file.write_bytes(bundle.data)
            expect(script.take() is None, "the whole bundle is refused, too")
        expect(script.victim.control.one("status")["changes"] > script.before["changes"], "the whole bundle brings nothing")
        expect(script.victim.stop() == 0, "it does not stop cleanly")


class Flip(Damage):
    """A bit of each byte."""

    name = "flip"

    def numbers(self, bundle):
        return range(len(bundle.data))

    @contextlib.contextmanager
    def damage(self, bundle, number, planted):
        file = self.script.file
        if getattr(self, "whole", None) is not bundle:
            file.write_bytes(bundle.data)
            self.whole = bundle
        with open(file, "r+b", buffering=0) as stick:
            if not planted:
                os.pwrite(stick.fileno(), bytes([bundle.data[number] ^ 1 << number * 5 % 8]), number)
            yield bundle.kinds_at(number)
            os.pwrite(stick.fileno(), bundle.data[number:number + 1], number)


class Cut(Damage):
    """Each length that is too short."""

    name = "cut"

    def numbers(self, bundle):
        return range(len(bundle.data) - 1, -1, -1)

    @contextlib.contextmanager
    def damage(self, bundle, number, planted):
        file = self.script.file
        if getattr(self, "whole", None) is not bundle or file.stat().st_size < number:
            file.write_bytes(bundle.data)
            self.whole = bundle
        if planted:
            file.write_bytes(bundle.data)
        else:
            os.truncate(file, number)
        yield bundle.kinds_cut(number)


class Moved(Damage):
    """Parts swapped, left out, put in twice, taken from another bundle; what is put behind the end."""

    name = "moved"

    def numbers(self, bundle):
        self.others = {id(one): other for one in self.script.bundles.values() for other in self.script.bundles.values()
                       if type(one) is type(other) and one is not other}
        return range(len(moved(bundle, self.others[id(bundle)])))

    @contextlib.contextmanager
    def damage(self, bundle, number, planted):
        data, may_be = moved(bundle, self.others[id(bundle)])[number]
        self.script.file.write_bytes(bundle.data if planted else data)
        yield may_be


class Hostile(Damage):
    """Files that somebody made to do harm."""

    name = "hostile"

    def numbers(self, bundle):
        self.files = hostile(self.script.bundles["open-64"].register)
        return range(len(self.files)) if bundle is self.script.bundles["open-64"] else ()

    @contextlib.contextmanager
    def damage(self, bundle, number, planted):
        data, may_be = self.files[number]
        self.script.file.write_bytes(bundle.data if planted else data)
        yield may_be
