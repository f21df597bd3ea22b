"""The scripts with files: a bundle of 5,000 changes that comes in, whole or in volumes; bundles and a backup that go out."""
import pathlib
import shutil
import subprocess

from .meeting import CHANGES, Sync
from .scripts import Script, fields
from .victim import ENVIRONMENT, Victim, expect, until


def order(path, **instead):
    """Everything, for everybody."""
    return {"_0": {"targets": [], "all": True, "full": True, "recipients": [], "sealed": True, "max_bytes": None, "path": str(path)} | instead}


def emptied(folder):
    """A folder with nothing in it; something may be mounted there."""
    folder.mkdir(exist_ok=True)
    for path in folder.iterdir():
        path.unlink()
    return folder


class Bundle(Sync):
    """A sealed bundle, imported by one command: all or nothing. The same homes as in a sync, without the cable."""

    name = "bundle"
    strides = {}

    def prepare(self):
        super().prepare()
        source = Victim("source", self.options.bin, self.folder).start().ready()
        self.file = self.folder / "stick.bundle"
        source.control.one("export", **order(self.file))
        expect(source.stop() == 0, "the source does not close")

    def stick_paths(self):
        return [self.file]

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


class Carry(Bundle):
    """A stick with a bundle in volumes: they come in, each whole or not at all, then a bundle for the others goes out."""

    name = "carry"
    volume_bytes = 24_000
    # Once to take it in, and once to see whether all have it, which may well fail.
    reads_twice = True

    def prepare(self):
        self.volumes, self.stick = self.folder / "volumes", self.folder / "stick"
        Sync.prepare(self)
        self.volumes.mkdir()
        source = Victim("source", self.options.bin, self.folder).start().ready()
        made = source.control.one("export", **order(self.volumes / "a", max_bytes=self.volume_bytes))
        expect(len(made["files"]) >= 3, f"there are {len(made['files'])} volumes, too few")
        expect(source.stop() == 0, "the source does not close")
        # As a folder lists them, and as they were made: where one cannot be read, what comes after it waits.
        self.known = sorted({*self.counts(self.files()), *self.counts(sorted(self.files(), key=lambda path: (len(path), path)))})

    def counts(self, files):
        """What is there before and after each of them, unharmed."""
        try:
            self.begin()
            counts = [self.changes()]
            for file in files:
                self.victim.control.one("import", paths=[file], preview=False, salvage=False)
                counts.append(self.changes())
            return counts
        finally:
            self.clean()

    def fresh(self, home=None):
        super().fresh(home)
        shutil.copytree(self.volumes, emptied(self.stick), dirs_exist_ok=True)

    def files(self):
        return sorted(str(self.stick / path.name) for path in self.volumes.iterdir())

    def stick_paths(self):
        return [self.stick, *self.files()]

    def run(self, struck=None):
        code = self.ask("carry", folder=str(self.stick), files=self.files(), delete=False)
        refused = code is None and self.journal.acknowledged[-1][1]["refused"]
        return ["bad-file" if refused else code]

    def check_counts(self):
        here = self.changes()
        done = any(request == "carry" and not answer["refused"] for (request, _), answer in self.journal.acknowledged)
        expect(here >= self.known[-1] or not done, f"lost: the stick was acknowledged, and {here} of {self.total} changes are there")
        # Beside them a change or two of its own: that it exported, and the edit before.
        expect(any(0 <= here - known <= 6 for known in self.known), f"half a volume is there: {here} changes, not about {self.known}")
        for path in self.stick.iterdir():
            if path.name not in {file.name for file in self.volumes.iterdir()} and path.suffix != ".partial":
                expect(self.victim.control.all("inspect", path=str(path)), "half a bundle is there")

    def write_again(self):
        report = self.victim.control.one("carry", folder=str(self.stick), files=self.files(), delete=False)
        expect(not report["refused"] and self.changes() >= self.known[-1], "a second carry does not bring all")


class Files(Script):
    """A bundle, one in volumes, and a backup, written to a stick: there under their names only when they are whole."""

    name = "files"
    # Who takes copies is logged, and gets them though the log cannot be written: a failing register is for other scripts.
    faults = ("kill", "eio-stick", "enospc", "enospc-stick", "full", "full-stick")
    volume_bytes = 4_000

    def prepare(self):
        self.stick = self.folder / "stick"
        self.bundle, self.backup = self.stick / "a.bundle", self.stick / "a.backup"
        self.volumes = [self.stick / name for name in ("v", "v.2", "v.3", "v.4")]
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
        emptied(self.stick)

    def paths(self):
        return [*super().paths(), *self.stick_paths()]

    def stick_paths(self):
        files = (self.bundle, self.backup, *self.volumes)
        return [self.stick, *(pathlib.Path(f"{path}{end}") for path in files for end in ("", ".partial"))]

    def run(self, struck=None):
        return [
            self.ask("export", **order(self.bundle, recipients=[self.key])),
            self.ask("export", **order(self.volumes[0], recipients=[self.key], max_bytes=self.volume_bytes)),
            self.ask("backup", path=str(self.backup))]

    def check(self):
        self.check_edits()
        for (request, _), answer in self.journal.acknowledged:
            for path in answer.get("files", [answer["file"]] if "file" in answer else []):
                expect(pathlib.Path(path).exists(), f"lost: the {request} was acknowledged, and there is no file")
        for path in self.stick.iterdir():
            if path.suffix != ".partial" and path != self.backup:
                seen = self.victim.control.all("inspect", path=str(path))
                expect(len(seen) >= (len(self.records) if path == self.bundle else 1), "half a bundle is there")
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
        for path in (self.bundle, self.backup, *self.volumes):
            path.unlink(missing_ok=True)
        expect(self.run() == [None] * 3, "a second export or backup is refused")
        left = [path.name for path in self.stick.iterdir() if path.suffix == ".partial"]
        expect(not left, f"{len(left)} half files are left after it")
