"""The scripts with files: a bundle of 5,000 changes that comes in, and a bundle and a backup that go out."""
import pathlib
import shutil
import subprocess

from .meeting import CHANGES, Sync
from .scripts import Script, fields
from .victim import ENVIRONMENT, Victim, expect, until


def order(path, **instead):
    """Everything, for everybody."""
    return {"_0": {"targets": [], "all": True, "full": True, "recipients": [], "sealed": True, "max_bytes": None, "path": str(path)} | instead}


class Bundle(Sync):
    """A bundle, imported by one command: all or nothing. The same homes as in a sync, without the cable."""

    name = "bundle"
    strides = {}

    def prepare(self):
        super().prepare()
        source = Victim("source", self.options.bin, self.folder).start().ready()
        self.file = self.folder / "stick.bundle"
        source.control.one("export", **order(self.file, sealed=False))
        expect(source.stop() == 0, "the source does not close")

    def fresh(self, home=None):
        Script.fresh(self, home)

    def begin(self):
        return Script.begin(self)

    def run(self, struck=None):
        code = self.ask("import", paths=[str(self.file)], preview=False, salvage=False)
        expect(not (struck and struck()) or code, "an import was acknowledged though its call failed: may be lost")
        return [code]

    def stopped(self):
        pass

    def check_counts(self):
        here = self.victim.control.one("status")["changes"]
        done = any(request == "import" for (request, _), _ in self.journal.acknowledged)
        expect(here >= self.total or not done, f"lost: the import was acknowledged, and {here} of {self.total} changes are there")
        expect(here >= self.total or here < self.total - CHANGES // 2, f"half an import is there: {here} of {self.total} changes")

    def write_again(self):
        self.victim.control.all("import", paths=[str(self.file)], preview=False, salvage=False)
        expect(self.victim.control.one("status")["changes"] >= self.total, "a second import does not bring all")


class Files(Script):
    """A bundle and a backup, written to a stick: there under their names only when they are whole."""

    name = "files"
    faults = ("kill", "enospc")

    def prepare(self):
        self.stick = self.folder / "stick"
        self.bundle, self.backup = self.stick / "a.bundle", self.stick / "a.backup"
        maker = Victim("prepared", self.options.bin, self.folder).start().ready()
        maker.control.one("initRegister", name="one", register="Crash, synthetic people", operator="Clerk", protection={"openToAll": {}})
        self.records = [maker.control.one("add", fields=fields(surname=f"Person {number}"))["record"] for number in range(50)]
        other = Victim("other", self.options.bin, self.folder).start().ready()
        code = maker.control.one("invite", minutes=10, wait=False, yes=True)["code"]
        other.control.one("join", address=maker.address, name="other", operator="Clerk", code=code, protection={"openToAll": {}})
        # What it writes must open where it is looked at.
        self.key = maker.control.one("bundleKey", secret=False)["recipients"][0]
        other.control.one("bundleKey", secret=False)
        until(lambda: all(peer["up_to_date"] for peer in other.control.one("status")["peers"]), "both keys are known", 20)
        expect(other.stop() == 0 and maker.stop() == 0, "the prepared homes do not close")

    def fresh(self, home=None):
        super().fresh(home)
        shutil.rmtree(self.stick, ignore_errors=True)
        self.stick.mkdir()

    def paths(self):
        return [*super().paths(), self.stick, *(pathlib.Path(f"{path}{end}") for path in (self.bundle, self.backup) for end in ("", ".partial"))]

    def run(self, struck=None):
        return [
            self.ask("export", **order(self.bundle, recipients=[self.key])),
            self.ask("backup", path=str(self.backup))]

    def check(self):
        self.check_edits()
        done = {request for (request, _), _ in self.journal.acknowledged}
        for request, path in (("export", self.bundle), ("backup", self.backup)):
            expect(path.exists() or request not in done, f"lost: the {request} was acknowledged, and there is no file")
        if self.bundle.exists():
            seen = self.victim.control.all("inspect", path=str(self.bundle))
            expect(len(seen) >= len(self.records), "half a bundle is there")
        if self.backup.exists():
            home = self.folder / "restored"
            shutil.rmtree(home, ignore_errors=True)
            run = [self.victim.bin / "rollcalld", "--restore", self.backup, "--home", home]
            done = subprocess.run(list(map(str, run)), capture_output=True, check=False, env=ENVIRONMENT)
            expect(done.returncode == 0, "half a backup is there: it does not restore")
        self.notes["a copy of the register lies in the home, which a later start leaves there"] += any(
            path.name.startswith("backup-") for path in self.victim.home.iterdir())
        self.write_again()

    def write_again(self):
        """What was left of a first try is not in the way of the second."""
        for path in (self.bundle, self.backup):
            path.unlink(missing_ok=True)
        expect(self.run() == [None, None], "a second export or backup is refused")
