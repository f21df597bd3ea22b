"""The scripts that faults are done to on one laptop: 50 edits, the import of a roster, a first and a later start."""
import collections
import random
import shutil
import signal
import subprocess

from .journal import Journal
from .victim import Gone, Refused, Victim, expect

FIELDS = ("status", "health", "held_at", "note", "unit", "birth_place")
ROSTER_ROWS = 390


def fields(**values):
    return [{"field": name, "value": value} for name, value in values.items()]


class Script:
    """One victim, one prepared home, and what is asked of it."""

    # Whether strace holds the whole daemon from its first call on, not its disk thread alone.
    holds_all_threads = False
    makes_anew = False
    reads_twice = False
    # Too long for everybody who names no script.
    only_by_name = False
    # Faults that take seconds a point here, so that only each so-many-th point is tried.
    strides = {}
    # The folder that stands for a stick, where there is one.
    stick = None
    # Faults that are done to it; all, unless some are named.
    faults = ()

    def __init__(self, options, folder):
        self.options, self.folder = options, folder
        self.prepared = folder / "prepared"
        self.victim = Victim("victim", options.bin, folder)
        self.journal = None
        # What is worth telling though it breaks no promise, and how often it was so.
        self.notes = collections.Counter()

    def begin(self):
        """A fresh victim with one edit behind it, which shows its disk thread."""
        self.fresh()
        self.victim.start().ready()
        return self.victim.disk_thread(self.warm_up)

    def begin_held(self, calls, inject=(), paths=()):
        """As begin, with strace on the disk thread."""
        self.victim.hold(self.begin(), calls, inject, paths)

    def fresh(self, home=None):
        """A copy of the prepared home, where it always is or somewhere else, and an empty journal."""
        self.victim.home = home or self.folder / "victim"
        self.victim.copy_of(self.prepared)
        self.victim.log.unlink(missing_ok=True)
        self.journal = Journal(self.folder / "journal")

    def run(self, struck=None):
        """Until all is asked; codes of refusals, in order, None for each acknowledgement. Gone if the victim dies."""
        raise NotImplementedError

    def may_have(self, fault):
        if self.faults:
            return fault in self.faults
        has_stick = {"eio-stick": bool(self.stick_paths()), "enospc-stick": self.stick is not None, "full-stick": self.stick is not None}
        return fault not in ("flip", "cut", "moved", "hostile") and has_stick.get(fault, True)

    def stick_paths(self):
        """The files that it reads or writes elsewhere, where a stick is."""
        return []

    def paths(self):
        """The files that it writes: of the home, unless it writes others too."""
        names = ("lock", "keys", "keys.new", "register.sqlite", "register.sqlite.new", "register.sqlite-wal", "register.sqlite-journal")
        return [self.victim.home, *(self.victim.home / name for name in names)]

    def stopped(self):
        """The victim has ended, and is not started again yet."""

    def check(self):
        """After a restart: all that was acknowledged is there, nothing is half there, and it writes again."""
        raise NotImplementedError

    def has_promised(self):
        return bool(self.journal.acknowledged)

    def lose(self):
        """The negative control: a stopped home forgets all that was acknowledged."""
        for end in ("-wal", "-journal"):
            (self.victim.home / f"register.sqlite{end}").unlink(missing_ok=True)
        shutil.copy(self.prepared / "register.sqlite", self.victim.home / "register.sqlite")

    def warm_up(self):
        expect(self.one_write("warm-up") is None, "the edit before the fault is refused")

    def one_write(self, value):
        return self.ask("set", id=self.records[0], fields=fields(unit=value))

    def ask(self, request, **parts):
        """Asks for a write and journals both sides; whether it was acknowledged."""
        self.journal.ask([request, parts])
        try:
            answer = self.victim.control.one(request, **parts)
        except Refused as error:
            self.journal.refuse(error.code)
            return error.code
        self.journal.acknowledge(answer)
        return None

    def read(self):
        """What a person may do whatever is wrong with the disk."""
        self.victim.control.one("show", id=self.records[0])
        self.victim.control.one("fingerprint")
        self.victim.control.all("list", filters=[])

    def check_edits(self):
        """The acknowledged edits of the first record, beside the script itself."""
        known = {row["dot"] for row in self.victim.control.all("history", id=self.records[0])}
        dots = {answer["dots"][0] for (request, _), answer in self.journal.acknowledged if request == "set"}
        expect(dots <= known, f"lost: {len(dots - known)} of {len(dots)} acknowledged edits are gone")

    def clean(self):
        self.victim.kill()
        if self.journal:
            self.journal.close()
            self.journal = None

    def end(self):
        """After the last loop."""
        self.clean()

    def changes(self):
        return self.victim.control.one("status")["changes"]

    # What every script checks.

    def histories(self):
        """All writes of all records: by dot, its fields with what they say."""
        written = {}
        for record in self.victim.control.all("list", filters=[]):
            for row in self.victim.control.all("history", id=record["record"]):
                says = row.get("value", row.get("state"))
                written.setdefault(row["dot"], {"record": row["record"]})[row["field"]] = says
        return written


class Edits(Script):
    """50 edits: new records of three fields, fields set anew, fields emptied; one after the other."""

    name = "edits"
    count = 50

    def prepare(self):
        maker = Victim("prepared", self.options.bin, self.folder).start().ready()
        maker.control.one("initRegister", name="one", register="Crash, synthetic people", operator="Clerk", protection={"openToAll": {}})
        self.records = [
            maker.control.one("add", fields=fields(surname=f"Person {number}", status="present"))["record"] for number in range(10)]
        self.base = maker.control.one("status")["changes"]
        expect(maker.stop() == 0, "the prepared home does not close")

    def run(self, struck=None):
        chance, records, answers = random.Random(self.options.seed), list(self.records), []
        for number in range(self.count):
            was_struck = struck and struck()
            if number % 5 == 4:
                new = fields(surname=f"Newcomer {number}", status=f"status {number}", note=f"note {number}")
                answers.append(self.ask("add", fields=new))
                if answers[-1] is None:
                    records.append(self.journal.acknowledged[-1][1]["record"])
            elif number % 7 == 6:
                answers.append(self.ask("unset", id=chance.choice(records), fields=[{"field": chance.choice(FIELDS)}]))
            else:
                edit = fields(**{chance.choice(FIELDS): f"value {number}"})
                answers.append(self.ask("set", id=chance.choice(records), fields=edit, source=f"source {number}"))
            if struck and struck() and not was_struck:
                expect(answers[-1] is not None, "a write was acknowledged though its call failed: may be lost")
        return answers

    def check(self):
        written = self.histories()
        for (request, parts), answer in self.journal.acknowledged:
            for dot, field in zip(answer["dots"] * len(parts["fields"]), parts["fields"]):
                found = written.get(dot)
                expect(found is not None, f"lost: the acknowledged {request} {dot} is gone")
                expect(found["record"] == answer["record"], f"{dot} is of another record")
                expect(found.get(field["field"]) == field.get("value", "unknown"), f"{dot} does not say of {field['field']} what was written")
        known = {dot for _, answer in self.journal.acknowledged for dot in answer["dots"]}
        # To look is logged: what these checks looked at is in the custody log.
        looked = len(self.victim.control.all("custody"))
        extra = self.changes() - self.base - len(known) - looked
        expect(0 <= extra <= 1, f"{extra} changes are there that were not acknowledged")
        for dot, says in written.items():
            if "surname" in says and says["surname"].startswith("Newcomer"):
                expect(len(says) == 4, f"half of a new record is there: {dot} has {len(says) - 1} fields of 3")
        self.write_again()

    def write_again(self):
        self.victim.control.one("set", id=self.records[0], fields=fields(note="after the restart"))


class Roster(Script):
    """A roster of 390 people, imported by one command: all or nothing."""

    name = "roster"

    def prepare(self):
        self.csv = self.folder / "roster.csv"
        make = [self.options.tools / "roster", "--records", ROSTER_ROWS, "--seed", self.options.seed, "--output", self.csv]
        subprocess.run(list(map(str, make)), check=True)
        self.order = {"path": str(self.csv), "list": "stage 1", "key": "manifest_number", "columns": [], "skipBad": False}
        maker = Victim("prepared", self.options.bin, self.folder).start().ready()
        maker.control.one("initRegister", name="one", register="Crash, synthetic people", operator="Clerk", protection={"openToAll": {}})
        self.records = [maker.control.one("add", fields=fields(surname="Somebody"))["record"]]
        expect(maker.stop() == 0, "the prepared home does not close")

    def run(self, struck=None):
        answers = [self.ask("rosterImport", **self.order)]
        expect(not (struck and struck()) or answers[0], "an import was acknowledged though its call failed: may be lost")
        return answers

    def check(self):
        done = [answer for (request, _), answer in self.journal.acknowledged if request == "rosterImport"]
        here = self.victim.control.one("status")["records"] - 1
        expect(here == ROSTER_ROWS or not done, f"lost: the import was acknowledged, and {here} of {ROSTER_ROWS} people are there")
        expect(here in (0, ROSTER_ROWS), f"half an import is there: {here} of {ROSTER_ROWS} people")
        self.check_edits()
        self.write_again()

    def write_again(self):
        again = self.victim.control.one("rosterImport", **self.order)
        expect(again["added"] + again["unchanged"] == ROSTER_ROWS, f"a second import says {again['added']} and {again['unchanged']}")
        expect(self.victim.control.one("status")["records"] == ROSTER_ROWS + 1, "a second import doubles people")


class First(Script):
    """The first start of a new home, and a register founded in it. Every thread is held, from the first call on."""

    name = "first"
    holds_all_threads = True
    makes_anew = True

    def prepare(self):
        self.prepared.mkdir()

    def begin_held(self, calls, inject=(), paths=()):
        self.fresh()
        self.victim.start_held(calls, inject, paths)

    def run(self, struck=None):
        """As others; where the daemon ends itself, it must have said why."""
        try:
            self.victim.ready()
            return [self.one_write("first")]
        except Gone:
            code = self.victim.process.wait(10)
            if code == -signal.SIGKILL:
                raise
            said = self.victim.said()
            expect("Fatal error" not in said, f"it crashes while it gives up, and ends with {code}")
            expect(code in (1, 65) and "rollcalld: error:" in said, f"it ended with {code} and did not say why")
            return []

    def one_write(self, value):
        code = self.ask("initRegister", name="one", register="Crash, synthetic people", operator="Clerk", protection={"openToAll": {}})
        return self.ask("add", fields=fields(surname="Somebody")) if code == "register-exists" else code

    def read(self):
        self.victim.control.one("status")

    def acknowledged(self, what):
        return [answer for (request, _), answer in self.journal.acknowledged if request == what]

    def check(self):
        here = self.victim.control.one("status")
        for founded in self.acknowledged("initRegister"):
            expect(here["node"] == founded["node"], "lost: the node has another key now")
            expect(here["register"] == founded["register"], "lost: the register that was founded is gone")
        self.write_again()

    def write_again(self):
        if not self.victim.control.one("status")["register"]:
            expect(self.one_write("") is None, "no register can be founded after the restart")
        self.victim.control.one("add", fields=fields(surname="Somebody"))

    def lose(self):
        shutil.rmtree(self.victim.home)


class Again(First):
    """A start after a kill, with all that was written still in the log; then one edit."""

    name = "again"

    def prepare(self):
        maker = Victim("prepared", self.options.bin, self.folder).start().ready()
        maker.control.one("initRegister", name="one", register="Crash, synthetic people", operator="Clerk", protection={"openToAll": {}})
        self.dots = [maker.control.one("add", fields=fields(surname=f"Person {number}"))["dots"][0] for number in range(10)]
        self.records = [record["record"] for record in maker.control.all("list", filters=[])]
        maker.kill()

    def one_write(self, value):
        return Script.one_write(self, value)

    def has_promised(self):
        return True

    def check(self):
        expect(self.victim.control.one("status")["register"], "lost: the register itself is gone")
        written = self.histories()
        dots = self.dots + [answer["dots"][0] for answer in self.acknowledged("set")]
        expect(all(dot in written for dot in dots), "lost: an edit of before the start is gone")
        self.write_again()

    def lose(self):
        (self.victim.home / "register.sqlite-wal").unlink(missing_ok=True)
        (self.victim.home / "register.sqlite").unlink(missing_ok=True)
