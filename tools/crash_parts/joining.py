"""The scripts of a join by stick: an administrator answers a request, and the newcomer takes the answer in."""
import pathlib

from .files import emptied
from .scripts import Script, fields
from .victim import Refused, Victim, expect

PEOPLE = 100


class Joining(Script):
    """A register with some people, and a newcomer whose request is out; both homes as they are before the answer."""

    def prepare(self):
        place = emptied(self.folder / "stick")
        self.request, self.admission = place / "request", place / "admission"
        self.gate = Victim("gate", self.options.bin, self.folder).start().ready()
        self.gate.control.one("initRegister", name="gate", register="Crash, synthetic people", operator="Clerk", protection={"openToAll": {}})
        self.records = [self.gate.control.one("add", fields=fields(surname=f"Person {number}"))["record"] for number in range(PEOPLE)]
        self.register = self.gate.control.one("status")["register_grouped"]
        self.newcomer = Victim("newcomer", self.options.bin, self.folder).start().ready()
        self.number = self.newcomer.control.one(
            "requestToJoin", path=str(self.request), register=self.register, name="table", operator="Clerk", protection={"openToAll": {}})["number"]

    def answer(self):
        return {"path": str(self.request), "output": str(self.admission), "role": "operator", "number": self.number}


class Enter(Joining):
    """The newcomer takes in its admission: it is in the register with all that came, or waits on as before."""

    name = "enter"

    def prepare(self):
        super().prepare()
        self.gate.control.one("admit", **self.answer())
        expect(self.gate.stop() == 0 and self.newcomer.stop() == 0, "the prepared homes do not close")
        self.prepared = self.newcomer.home

    def stick_paths(self):
        return [self.admission]

    def warm_up(self):
        """Nothing can be written yet."""

    def is_in(self):
        return self.victim.control.one("status")["register"] is not None

    def one_write(self, value):
        return self.ask("add", fields=fields(surname=value)) if self.is_in() else self.run()[0]

    def read(self):
        if self.is_in():
            self.victim.control.all("list", filters=[])

    def run(self, struck=None):
        return [self.ask("import", paths=[str(self.admission)], preview=False, salvage=False)]

    def check(self):
        status = self.victim.control.one("status")
        asked = {request for (request, _), _ in self.journal.acknowledged}
        if status["register"] is None:
            expect("import" not in asked, "lost: the admission was acknowledged, and the laptop is in no register")
            expect(status["changes"] == 0, f"half an admission is there: {status['changes']} changes, and no register")
            expect(status["request"]["number"] == self.number, "lost: another request is out than before, or none")
        else:
            added = sum(request == "add" for (request, _), _ in self.journal.acknowledged)
            expect(status["records"] >= PEOPLE + added, f"lost: {status['records']} of {PEOPLE + added} people are there")
            expect(status["admitted"] and status["request"] is None, "half an admission is there: nothing lets it in, or a request is out")
        self.write_again()

    def write_again(self):
        self.victim.control.all("import", paths=[str(self.admission)], preview=False, salvage=False)
        expect(self.victim.control.one("status")["admitted"], "a second import does not let it in")
        expect(self.ask("add", fields=fields(surname="Somebody")) is None, "nothing can be written after it")


class Admit(Joining):
    """The administrator lets the newcomer in: once, and with an admission that opens or none."""

    name = "admit"

    def prepare(self):
        super().prepare()
        expect(self.gate.stop() == 0, "the prepared home does not close")
        self.prepared, self.stick = self.gate.home, self.request.parent
        self.asked = self.request.read_bytes()

    def fresh(self, home=None):
        super().fresh(home)
        emptied(self.stick)
        self.request.write_bytes(self.asked)

    def stick_paths(self):
        return [self.stick, self.request, self.admission, pathlib.Path(f"{self.admission}.partial")]

    def run(self, struck=None):
        return [self.ask("admit", **self.answer())]

    def times_in(self):
        return sum(member["name"] == "table" for member in self.victim.control.all("members"))

    def check(self):
        self.check_edits()
        done = any(request == "admit" for (request, _), _ in self.journal.acknowledged)
        expect(self.times_in() == 1 or not done, "lost: who was let in is no member")
        expect(self.admission.exists() or not done, "lost: the admission was acknowledged, and there is no file")
        if self.admission.exists():
            expect(self.times_in() == 1, "an admission is there of somebody who is no member")
            self.opens()
        self.write_again()

    def opens(self):
        """The newcomer, which runs beside, looks at it and takes nothing in."""
        try:
            rows = self.newcomer.control.all("import", paths=[str(self.admission)], preview=True, salvage=False)
        except Refused as error:
            expect(False, f"half an admission is there: {error}")
        expect(rows[0]["new"] >= PEOPLE, f"half an admission is there: {rows[0]['new']} changes")

    def write_again(self):
        self.admission.unlink(missing_ok=True)
        expect(self.ask("admit", **self.answer()) is None, "a second answer is refused")
        expect(self.times_in() == 1, f"who was let in is {self.times_in()} times a member")
        self.opens()
        left = [path.name for path in self.stick.iterdir() if path.suffix == ".partial"]
        expect(not left, f"{len(left)} half files are left after it")

    def end(self):
        super().end()
        self.newcomer.kill()
