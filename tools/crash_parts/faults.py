"""What is done to the victim at one call, and what must be true afterwards."""
import signal

from .journal import integrity
from .victim import CALLS, Gone, calls_in, expect, until

RESTART_SECONDS = 2.0
# How long after there is room again a write must pass.
RESUME_SECONDS = 5.0


class Fault:
    """Counts the calls of a script, then strikes at one."""

    calls = CALLS
    # Each so-many-th point is tried.
    stride = 1
    # Whether only calls on the home's own files are struck: not those on the log or on a thread's bell.
    by_path = True
    only_by_name = False

    def __init__(self, script):
        self.script, self.victim = script, script.victim
        # At how many points the fault really came, and at how many the control took something away.
        self.strikes = self.losses = 0

    def paths(self):
        return self.script.paths() if self.by_path else []

    def points(self):
        """Every (call, n) of a run in which nothing is struck."""
        script = self.script
        try:
            script.begin_held(self.calls, paths=self.paths())
            answers = script.run()
            expect(answers and not any(answers), f"the script does not even pass unharmed: {answers}")
            expect(self.victim.stop() == 0, "the victim does not stop cleanly, unharmed")
        finally:
            script.clean()
        counts = calls_in(self.lines())
        return [(call, number) for call in self.calls for number in range(1, counts.get(call, 0) + 1)]

    def afterwards(self, planted):
        """What must be true after all points."""

    def lines(self):
        """What strace saw until now."""
        return self.victim.trace.read_text(errors="replace").splitlines()

    def struck(self):
        return any("(INJECTED)" in line for line in self.lines())

    def stops(self, when):
        """It stops as asked, unless it has ended by itself and said why."""
        if self.victim.is_running():
            code = self.victim.stop()
            expect(code == 0, f"{when} it does not stop cleanly, but with {code}")
        self.victim.kill()

    def finish(self, planted):
        """The victim has ended: looks at its home, starts it, looks for what was acknowledged; how long the start took."""
        script, victim = self.script, self.victim
        script.stopped()
        if planted and script.has_promised():
            self.losses += 1
            script.lose()
        integrity(victim.home, script.folder / "aside")
        seconds = victim.restart_seconds()
        expect(seconds <= RESTART_SECONDS, f"it answers {seconds:.2f} s after the restart only")
        script.check()
        expect(victim.stop() == 0, "it does not stop cleanly after the restart")
        return seconds


class Kill(Fault):
    """kill -9 in place of the call."""

    name = "kill"
    by_path = False

    def points(self):
        self.count_threads()
        return super().points()

    def count_threads(self):
        """The loop means something only if one thread makes all calls on the home's files: strace counts for each apart."""
        script, victim = self.script, self.victim
        if script.holds_all_threads:
            return
        try:
            script.begin()
            victim.hold(victim.process.pid, CALLS, paths=script.paths(), whole=True)
            script.run()
            victim.stop()
            # Nor what a thread was about when it ended, of which strace can say nothing.
            threads = {line.split()[0] for line in self.lines() if not any(mark in line for mark in ("+++", "---", "???("))}
            expect(len(threads) == 1, f"{len(threads)} threads write to the home, not one")
        finally:
            script.clean()

    def at(self, call, number, planted=False):
        script, victim = self.script, self.victim
        script.begin_held([call], [f"{call}:signal=SIGKILL:when={number}"])
        try:
            script.run()
            code = victim.stop()
            expect(code in (0, -signal.SIGKILL), f"it neither stops cleanly nor is killed, but ends with {code}")
            self.strikes += code != 0
        except Gone:
            expect(victim.has_died(10), "the conversation ended, and the daemon was not killed")
            self.strikes += 1
        victim.kill()
        return self.finish(planted)


class FailedSync(Fault):
    """EIO for one sync: nothing is acknowledged from there on, reading goes on, and a restart ends it."""

    name = "eio"
    calls = ["fsync", "fdatasync"]
    when = "{}"

    def at(self, call, number, planted=False):
        script, victim = self.script, self.victim
        script.begin_held(self.calls, [f"{call}:error=EIO:when={self.when.format(number)}"], self.paths())
        answers = script.run(self.struck)
        if self.struck() and victim.is_running() and not self.is_of_a_name():
            self.refuses(answers)
        self.end()
        lines = self.lines()
        first = next((at for at, line in enumerate(lines) if "(INJECTED)" in line), len(lines))
        self.strikes += first < len(lines)
        later = any("sync(" in line for line in lines[first + 1:])
        script.notes["SQLite syncs again while it closes, what was durable before the failure"] += later
        return self.finish(planted)

    def is_of_a_name(self):
        """Whether it was SQLite's sync of the folder, whose errors SQLite ignores; we sync the folder again, and heed it."""
        return any("(INJECTED)" in line and f"<{self.victim.home}>" in line and "fdatasync(" in line for line in self.lines())

    def end(self):
        """Closing moves into the file what was durable before the failure: nothing acknowledged hangs on a second sync."""
        self.stops("after a failed sync")

    def refuses(self, answers):
        victim, script = self.victim, self.script
        first = next((at for at, code in enumerate(answers) if code), len(answers))
        expect(set(answers[first:]) <= ({"disk-failed", None} if script.makes_anew else {"disk-failed"}), f"after a failed sync it says {answers[first:]}")
        script.read()
        code = script.one_write("refused")
        # Where a home could not be made, what was begun is gone, and the next command makes another.
        allowed = {"disk-failed", None} if script.makes_anew else {"disk-failed"}
        expect(code in allowed, f"after a failed sync a write is answered with {code}")
        script.read()


class FailingSync(FailedSync):
    """EIO for a sync and all after it."""

    name = "eio+"
    when = "{}+"

    def end(self):
        """Here it is killed: what the failed sync was for may be there after the restart, whole."""
        if self.struck():
            self.victim.kill()
        else:
            super().end()


class FailedWrite(FailedSync):
    """EIO for one write, or for one change of a file's length: the same is promised as for a sync."""

    name = "eio-write"
    calls = ["pwrite64", "ftruncate"]
    stride = 4


class FailedRead(FailedSync):
    """EIO for one read of the register."""

    name = "eio-read"
    calls = ["pread64"]
    stride = 4


class NoRoom(Fault):
    """ENOSPC for one write: refused by name, nothing lost, and the next write passes."""

    name = "enospc"
    calls = ["write", "pwrite64"]
    when = "{}"

    def at(self, call, number, planted=False):
        script, victim = self.script, self.victim
        script.begin_held([call], [f"{call}:error=ENOSPC:when={self.when.format(number)}"], self.paths())
        answers = script.run(self.struck)
        expect(set(answers) <= {None, "disk-full"}, f"on a full disk it says {set(answers) - {None}}")
        if self.struck() and victim.is_running():
            self.goes_on(answers)
        self.stops("on a full disk")
        self.strikes += self.struck()
        return self.finish(planted)

    def goes_on(self, answers):
        """One write failed: the next one passes."""
        expect(answers.count("disk-full") <= 1, f"one call failed, and {answers.count('disk-full')} writes are refused")
        self.script.read()
        self.resumes()

    def resumes(self):
        def passes():
            return self.script.one_write("again") is None

        until(passes, "a write passes after there is room again", RESUME_SECONDS, 0.1)
        self.script.write_again()


class NeverRoom(NoRoom):
    """ENOSPC for a write and all after it, until there is room again."""

    name = "enospc+"
    when = "{}+"

    def goes_on(self, answers):
        first = next((at for at, code in enumerate(answers) if code), len(answers))
        expect(self.script.makes_anew or None not in answers[first:], "a write is acknowledged on a full disk")
        code = self.script.one_write("refused")
        expect(code == "disk-full" or self.script.makes_anew and code is None, f"on a full disk a write is answered with {code}")
        self.script.read()
        self.victim.let_go()
        self.resumes()


class FailedStick(NoRoom):
    """EIO for one call on the stick: refused by name, no file there under its name, and the register goes on."""

    name = "eio-stick"
    calls = ["openat", "read", "pread64", "write", "fsync", "rename"]
    error, word = "EIO", "bad-file"

    def paths(self):
        return self.script.stick_paths()

    def at(self, call, number, planted=False):
        script, victim = self.script, self.victim
        script.begin_held([call], [f"{call}:error={self.error}:when={number}"], self.paths())
        answers = script.run(self.struck)
        expect(set(answers) <= {None, self.word}, f"of a failing stick it says {set(answers) - {None}}")
        if self.struck():
            self.strikes += 1
            may_be_none = script.reads_twice and call in ("openat", "read", "pread64")
            expect(answers.count(self.word) == 1 or may_be_none, f"a call on the stick failed, and {answers.count('bad-file')} commands are refused")
            script.read()
            expect(script.one_write("again") is None, "a failing stick keeps the register from being written")
        self.stops("after a failed stick")
        return self.finish(planted)


class NoRoomOnStick(FailedStick):
    """ENOSPC for one call that writes to the stick: some file systems say it late, when they sync or name a file."""

    name = "enospc-stick"
    calls = ["write", "fsync", "rename"]
    error, word = "ENOSPC", "disk-full"
