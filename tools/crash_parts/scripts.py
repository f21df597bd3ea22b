"""The three scripts that faults are done to: 50 edits, the import of a roster, a sync of 5,000 changes either way."""
import random
import subprocess

from .journal import Journal
from .victim import Gone, Refused, Victim, expect, until

FIELDS = ("status", "health", "held_at", "note", "unit", "birth_place")
ROSTER_ROWS = 390
SYNC_ROWS, SYNC_CHANGES = 500, 5_000


def fields(**values):
    return [{"field": name, "value": value} for name, value in values.items()]


class Script:
    """One victim, one prepared home, and what is asked of it."""

    def __init__(self, options, folder):
        self.options, self.folder = options, folder
        self.prepared = folder / "prepared"
        self.victim = Victim("victim", options.bin, folder)
        self.journal = None

    def begin(self):
        """A fresh victim with one edit behind it, which shows its disk thread."""
        self.victim.copy_of(self.prepared).start().ready()
        self.journal = Journal(self.folder / "journal")
        return self.victim.disk_thread(self.warm_up)

    def warm_up(self):
        self.ask("set", id=self.records[0], fields=fields(note="warm-up"))

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

    def clean(self):
        self.victim.kill()
        if self.journal:
            self.journal.close()
            self.journal = None

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
        maker.control.one("initRegister", name="one", register="Crash, synthetic people", operator="Clerk")
        self.records = [
            maker.control.one("add", fields=fields(surname=f"Person {number}", status="present"))["record"] for number in range(10)]
        self.base = maker.control.one("status")["changes"]
        expect(maker.stop() == 0, "the prepared home does not close")

    def run(self, patience=60):
        """Until all is asked; codes of refusals, in order, None for each acknowledgement. Gone if the victim dies."""
        chance, records, answers = random.Random(self.options.seed), list(self.records), []
        for number in range(self.count):
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
        return answers

    def check(self, may_be_there=1):
        """After a restart: all that was acknowledged is there, and of what was not, at most so many changes, each whole."""
        written = self.histories()
        for (request, parts), answer in self.journal.acknowledged:
            for dot, field in zip(answer["dots"] * len(parts["fields"]), parts["fields"]):
                found = written.get(dot)
                expect(found is not None, f"lost: the acknowledged {request} {dot} is gone")
                expect(found["record"] == answer["record"], f"{dot} is of another record")
                expect(found.get(field["field"]) == field.get("value", "unknown"), f"{dot} does not say of {field['field']} what was written")
        known = {dot for _, answer in self.journal.acknowledged for dot in answer["dots"]}
        extra = self.changes() - self.base - len(known)
        expect(0 <= extra <= may_be_there, f"{extra} changes are there that were not acknowledged")
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
        make = [self.options.tools / "roster", "--records", str(ROSTER_ROWS), "--seed", str(self.options.seed), "--output", self.csv]
        subprocess.run(make, check=True)
        maker = Victim("prepared", self.options.bin, self.folder).start().ready()
        maker.control.one("initRegister", name="one", register="Crash, synthetic people", operator="Clerk")
        self.records = [maker.control.one("add", fields=fields(surname="Somebody"))["record"]]
        expect(maker.stop() == 0, "the prepared home does not close")

    def run(self, patience=60):
        parts = {"path": str(self.csv), "list": "stage 1", "key": "manifest_number", "columns": [], "skipBad": False}
        return [self.ask("rosterImport", **parts)]

    def check(self, may_be_there=ROSTER_ROWS):
        done = any(request == "rosterImport" for (request, _), _ in self.journal.acknowledged)
        here = self.victim.control.one("status")["records"] - 1
        expect(here == ROSTER_ROWS or not done, f"lost: the import was acknowledged, and {here} of {ROSTER_ROWS} people are there")
        expect(here in (0, ROSTER_ROWS), f"half an import is there: {here} of {ROSTER_ROWS} people")
        expect(here <= max(may_be_there, done * ROSTER_ROWS), "a refused import is there")
        rows = self.histories()
        for (_, parts), answer in self.journal.acknowledged[:1]:
            expect(answer["dots"][0] in rows, "lost: the acknowledged edit before the import is gone")
        self.write_again()

    def write_again(self):
        parts = {"path": str(self.csv), "list": "stage 1", "key": "manifest_number", "columns": [], "skipBad": False}
        again = self.victim.control.one("rosterImport", **parts)
        expect(again["added"] + again["unchanged"] == ROSTER_ROWS, f"a second import says {again['added']} and {again['unchanged']}")
        expect(self.victim.control.one("status")["records"] == ROSTER_ROWS + 1, "a second import doubles people")
