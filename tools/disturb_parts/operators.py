"""Operators who keep writing at every laptop, and the journal of what the daemons acknowledged to them."""
import dataclasses
import json
import os
import random
import threading
import time

from disturb_parts.laptops import Failure, Gone, Refused, expect

SINGLES = ("held_at", "health", "status", "rank", "next_of_kin_phone")
PLACES = ("gate", "hall 1", "hall 2", "ward", "bus 7", "bus 8", "шатро 3")
# A person is told so in the daily run of things; any other refusal of what an operator does here is a fault.
EXPECTED = {"context-required", "record-removed", "not-removed", "no-conflict", "nothing-to-remove"}
# So many records are written everywhere at once; the rest now and then.
HOT = 12
LISTED = 300


@dataclasses.dataclass
class Write:
    """One acknowledged write. What is known of its content is told by `says`: (field, value) pairs."""

    laptop: str
    record: str
    dots: list
    deed: str
    says: list


class Journal:
    """Outside all daemons: a line is on disk before its operator goes on."""

    def __init__(self, path):
        self.file = open(path, "a", encoding="utf-8")
        self.lock = threading.Lock()
        self.writes = []

    def note(self, write):
        with self.lock:
            self.file.write(json.dumps(dataclasses.asdict(write), ensure_ascii=False) + "\n")
            self.file.flush()
            os.fsync(self.file.fileno())
            self.writes.append(write)


class Importer(threading.Thread):
    """Reads a roster in at one laptop, again and again until that is acknowledged: it comes in whole or not at all."""

    def __init__(self, laptop, path, count):
        super().__init__(daemon=True)
        self.laptop, self.path, self.count = laptop, path, count
        self.is_over = threading.Event()
        self.is_acknowledged, self.tries = False, 0

    def run(self):
        while not self.is_acknowledged and not self.is_over.wait(0.2):
            try:
                self.read_in()
                self.is_acknowledged = True
            except Gone:
                pass

    def read_in(self):
        self.tries += 1
        return self.laptop.one(
            "rosterImport", path=str(self.path), list="stage 1", key="manifest_number", columns=[], skipBad=False)

    def check(self):
        """What a second reading finds missing: nothing where the first was acknowledged, else nothing or all."""
        done = self.read_in()
        lawful = {0} if self.is_acknowledged else {0, self.count}
        expect(done["added"] in lawful and not done["failed"], f"of the roster {done['added']} people were missing")


class Operator(threading.Thread):
    """Writes at one laptop until told to stop; whatever becomes of the laptop, it comes back."""

    def __init__(self, laptop, journal, seed, each_second):
        super().__init__(name=f"operator of {laptop.name}", daemon=True)
        self.laptop, self.journal, self.each_second = laptop, journal, each_second
        self.chance = random.Random(f"{seed} operator {laptop.number}")
        self.is_over = threading.Event()
        self.conversation = None
        self.records, self.listed_at = [], 0.0
        self.count, self.unknown = 0, 0
        self.refusals, self.longest = {}, 0.0
        self.failure = None

    def run(self):
        while not self.is_over.wait(self.chance.expovariate(self.each_second)):
            try:
                if self.conversation is None:
                    self.conversation = self.laptop.talk()
                self.act()
            except Gone:
                self.hang_up()
                self.is_over.wait(0.1)
            except Refused as refusal:
                self.refusals[refusal.code] = self.refusals.get(refusal.code, 0) + 1
                if refusal.code not in EXPECTED:
                    self.failure = Failure(f"{self.laptop.name} refused a write: {refusal}")
                    return
            except Exception as error:
                self.failure = Failure(f"the operator of {self.laptop.name} met {error!r}")
                return
        self.hang_up()

    def hang_up(self):
        if self.conversation:
            self.conversation.close()
        self.conversation = None

    def act(self):
        if time.monotonic() > self.listed_at + 2:
            self.records = [one["record"] for one in self.conversation.all("list", limit=LISTED, filters=[])]
            self.listed_at = time.monotonic()
        if not self.records or self.chance.random() < 0.12:
            return self.add()
        # The lowest ids are the same few on all laptops: there people get in each other's way.
        few = self.records[:HOT] if self.chance.random() < 0.5 else self.records
        record = self.chance.choice(few)
        deeds = {self.set: 50, self.say: 15, self.move: 10, self.unset: 8, self.settle: 12, self.remove: 3, self.restore: 6}
        [deed] = self.chance.choices(list(deeds), list(deeds.values()))
        return deed(record)

    def asked(self, deed, says, request, **parts):
        """Asks for a write and notes it once it is acknowledged."""
        begin = time.monotonic()
        try:
            done = self.conversation.one(request, operator=None, **parts)
        except Gone:
            self.unknown += 1
            raise
        taken = time.monotonic() - begin
        if not self.laptop.was_disturbed_since(begin):
            self.longest = max(self.longest, taken)
        dots = done.get("dots") or [done["dot"]]
        self.journal.note(Write(self.laptop.name, done["record"], dots, deed, says))
        self.count += 1
        return done

    def value(self):
        return f"{self.chance.choice(PLACES)} {self.laptop.number + 1}-{self.count}"

    # deeds

    def add(self):
        says = [("surname", self.value()), ("status", "on list"), ("manifest_number", str(self.chance.randrange(1000)))]
        done = self.asked("add", says, "add", fields=fields(says), source=None)
        self.records.append(done["record"])

    def set(self, record):
        says = [(field, self.value()) for field in self.chance.sample(SINGLES, self.chance.choice((1, 1, 1, 2)))]
        source = self.chance.choice((None, "the driver", "a nurse"))
        # Now and then somebody writes without having looked.
        seen = [] if self.chance.random() < 0.1 else None
        self.asked("set", says, "set", id=record, fields=fields(says), seen=seen, source=source)

    def say(self, record):
        text = self.value() + " слово" * self.chance.choice((0, 3, 20, 400))
        says = [(self.chance.choice(("note", "alias")), text)]
        self.asked("say", says, "set", id=record, fields=fields(says), seen=None, source=None)

    def move(self, record):
        stage = self.chance.choice(("gate", "bus", "border"))
        self.asked("move", [("arrival", stage)], "set", id=record, fields=fields([("arrival", stage)]), seen=None, source=None)

    def unset(self, record):
        alias = self.shown(record).get("alias", {}).get("values", [])
        if alias and self.chance.random() < 0.7:
            choice = {"field": "alias", "value": self.chance.choice(alias)["value"]}
            self.asked("unset", [], "unset", id=record, fields=[choice], state=None, seen=None, source=None)
        else:
            choice = {"field": self.chance.choice(SINGLES), "value": None}
            self.asked("unset", [], "unset", id=record, fields=[choice], state="refused", seen=None, source=None)

    def settle(self, record):
        torn = [(name, field) for name, field in self.shown(record).items() if field["conflict"] and name in SINGLES]
        if not torn:
            return self.set(record)
        name, field = self.chance.choice(torn)
        dots = [one["dot"] for value in field["values"] for one in value["witnesses"]]
        if self.chance.random() < 0.5:
            choice, says = {"keep": {"dot": self.chance.choice(dots)}}, []
        else:
            says = [(name, self.value())]
            choice = {"value": {"text": says[0][1]}}
        return self.asked(
            "resolve", says, "resolve", id=record, field=name, choice=choice, seen=None, reason="asked the ward")

    def remove(self, _):
        # Not one of the few, or soon nobody could write to them.
        self.asked("remove", [], "remove", id=self.chance.choice(self.records))

    def restore(self, record):
        self.asked("restore", [], "restore", id=record)

    def shown(self, record):
        return self.conversation.one("show", id=record)["fields"]


def fields(says):
    return [{"field": field, "value": value} for field, value in says]
