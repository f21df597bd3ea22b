"""A disk or a stick that is really full: file systems in memory, of one size after another."""
import subprocess

from .faults import NoRoom
from .victim import Gone, expect

STEP_KIB, ROOMY_KIB = 8, 64 << 10


class Full(NoRoom):
    """Starts and writes where there is room for so much and no more; then it is killed there, or there is room again."""

    name = "full"
    calls = ["KiB"]

    def __init__(self, script):
        super().__init__(script)
        self.mount_point = script.folder / "small"

    def points(self):
        """From a home that just fits to where the whole script passes."""
        self.mount_point.mkdir(exist_ok=True)
        try:
            self.mount(ROOMY_KIB)
        except subprocess.CalledProcessError:
            self.script.notes["nothing may be mounted here, so no disk was really full"] += 1
            return []
        try:
            least = self.used()
            self.victim.start().ready()
            expect(not any(self.script.run()), "the script does not even pass unharmed")
            most = self.used()
        finally:
            self.clean()
        return [("KiB", size) for size in range(max(least, STEP_KIB), most + 2 * STEP_KIB, STEP_KIB)]

    def mount(self, size):
        """A file system of this size, with a fresh home on it."""
        subprocess.run(
            ["mount", "-t", "tmpfs", "-o", f"size={size}k", "tmpfs", self.mount_point], check=True, capture_output=True)
        self.script.fresh(self.mount_point / "home")

    def make_room(self):
        subprocess.run(["mount", "-o", f"remount,size={ROOMY_KIB}k", self.mount_point], check=True, capture_output=True)

    def used(self):
        done = subprocess.run(["df", "-k", "--output=used", self.mount_point], check=True, capture_output=True, text=True)
        return int(done.stdout.split()[1])

    def clean(self):
        self.script.clean()
        self.victim.home = self.script.folder / "victim"
        subprocess.run(["umount", self.mount_point], check=False, capture_output=True)

    def at(self, _, size, planted=False):
        try:
            self.mount(size)
            if self.starts():
                answers = self.script.run(self.struck)
                expect(set(answers) <= {None, "disk-full"}, f"on a full disk it says {set(answers) - {None}}")
                self.strikes += self.struck()
                self.script.read()
                if size // STEP_KIB % 2:
                    self.victim.kill()
                    self.starts()
                    self.victim.kill()
                    self.make_room()
                else:
                    self.make_room()
                    self.resumes()
            self.stops("on a full disk")
            self.make_room()
            return self.finish(planted)
        finally:
            self.clean()

    def struck(self):
        return "the disk is full" in self.victim.said()

    def starts(self):
        """Whether it starts; where it does not, it must have said that the disk is full."""
        self.victim.start()
        try:
            self.victim.ready()
            self.script.read()
            return True
        except Gone:
            self.victim.process.wait(10)
            code, said = self.victim.process.returncode, self.victim.said()
            expect("Fatal error" not in said, f"it crashes while it gives up on a full disk, and ends with {code}")
            is_named = "the disk is full" in said or "No space left" in said
            expect(code in (1, 65) and is_named, f"it does not start on a full disk, ends with {code} and does not say why")
            self.script.notes["it does not start on a full disk, and says why"] += 1
            return False


class FullStick(Full):
    """A stick with room for so much and no more: refused by name, no file there that is not whole, and the register goes on."""

    name = "full-stick"
    step_kib = 4

    def __init__(self, script):
        super().__init__(script)
        self.mount_point = script.stick

    def points(self):
        """From what lies on the stick before to where the whole script passes."""
        try:
            self.mount(ROOMY_KIB)
        except subprocess.CalledProcessError:
            self.script.notes["nothing may be mounted here, so no stick was really full"] += 1
            return []
        try:
            self.script.begin()
            least = self.used()
            expect(not any(self.script.run()), "the script does not even pass unharmed")
            most = self.used()
        finally:
            self.clean()
        return [("KiB", size) for size in range(max(least, self.step_kib), most + 2 * self.step_kib, self.step_kib)]

    def mount(self, size):
        subprocess.run(
            ["mount", "-t", "tmpfs", "-o", f"size={size}k", "tmpfs", self.mount_point], check=True, capture_output=True)

    def at(self, _, size, planted=False):
        try:
            self.mount(size)
            script = self.script
            script.begin()
            answers = script.run()
            expect(set(answers) <= {None, "disk-full"}, f"of a full stick it says {set(answers) - {None}}")
            self.strikes += any(answers)
            script.read()
            expect(script.one_write("again") is None, "a full stick keeps the register from being written")
            self.stops("after a full stick")
            self.make_room()
            return self.finish(planted)
        finally:
            self.clean()
