"""What is done to the victim at one call, and what must be true afterwards."""
from .journal import integrity
from .victim import CALLS, Gone, Wrong, calls_in, expect

RESTART_SECONDS = 2.0


class Fault:
    """Counts the calls of a script, then strikes at one."""

    calls = CALLS
    by_path = False

    def __init__(self, script):
        self.script, self.victim = script, script.victim

    def paths(self):
        home = self.victim.home
        return [home, *(home / f"register.sqlite{end}" for end in ("", "-wal", "-journal"))] if self.by_path else []

    def points(self):
        """Every (call, n) of a run in which nothing is struck."""
        script = self.script
        try:
            self.victim.hold(script.begin(), self.calls, paths=self.paths())
            trace = self.victim.strace
            answers = script.run()
            expect(answers and not any(answers), f"the script does not even pass unharmed: {answers}")
            expect(self.victim.stop() == 0, "the victim does not stop cleanly, unharmed")
        finally:
            script.clean()
        counts = calls_in(trace.lines())
        return [(call, number) for call in self.calls for number in range(1, counts.get(call, 0) + 1)]

    def look_and_restart(self):
        """Looks at the stopped home, then starts it; how long until it answers."""
        integrity(self.victim.home, self.script.folder / "aside")
        seconds = self.victim.restart_seconds()
        expect(seconds <= RESTART_SECONDS, f"it answers {seconds:.2f} s after the restart only")
        return seconds

    def plant(self):
        """The negative control: claims an acknowledgement that the daemon never gave."""
        self.script.journal.acknowledged.append((["set", {"fields": [{"field": "note", "value": "never"}]}], {
            "record": self.script.records[0], "dots": ["0000000000001.1"]}))


class Kill(Fault):
    """kill -9 in place of the call."""

    name = "kill"

    def at(self, call, number, planted=False):
        script, victim = self.script, self.victim
        victim.hold(script.begin(), [call], [f"{call}:signal=SIGKILL:when={number}"])
        try:
            script.run()
            victim.stop()
        except Gone:
            expect(victim.has_died(10), "the conversation ended, and the daemon was not killed")
        victim.kill()
        if planted:
            self.plant()
        seconds = self.look_and_restart()
        script.check()
        expect(victim.stop() == 0, "it does not stop cleanly after the restart")
        return seconds
