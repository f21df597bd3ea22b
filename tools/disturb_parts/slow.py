"""A link of 64 kbit/s with a backlog on it: how long a one-field edit takes. And the noise that a control makes."""
import statistics
import threading
import time

from disturb_parts.laptops import expect, until

EDITS = 10
LIMIT_SECONDS = 3.0
# So long one edit is waited for at most; what takes longer is counted as that.
PATIENCE_SECONDS = 90.0
PAUSE_SECONDS = 1.0


class Noise:
    """Edits at one laptop for as long as the block runs; nothing without a laptop."""

    def __init__(self, laptop):
        self.laptop, self.is_over = laptop, threading.Event()
        self.thread = threading.Thread(target=self.make, daemon=True)

    def __enter__(self):
        if self.laptop:
            self.thread.start()

    def __exit__(self, *_):
        self.is_over.set()
        if self.laptop:
            self.thread.join()

    def make(self):
        while not self.is_over.wait(0.5):
            self.laptop.one("add", fields=[{"field": "surname", "value": "noise"}], source=None, operator=None)


class Link:
    """A sender with a backlog, a receiver, and a few records that both have already."""

    def __init__(self, run):
        self.run = run
        self.sender, self.receiver = run.laptops
        self.records = [
            self.sender.one("add", fields=[{"field": "surname", "value": f"edit {at}"}], source=None, operator=None)["record"]
            for at in range(2 * EDITS)
        ]
        until(self.is_equal, "both have the records that are edited")
        self.talks = {}

    def is_equal(self):
        return self.sender.fingerprint() == self.receiver.fingerprint()

    def load(self, count):
        """A roster comes in at the sender while the receiver is away; then the sender starts anew.

        Without that an edit would be a later change of the replica that the whole roster is in, and a replica's changes
        are shown in their order.
        """
        self.sender.one("disconnect", node=self.receiver.node)
        roster = self.run.roster()
        done = self.sender.one("rosterImport", path=str(roster), list="slow", key="manifest_number", columns=[], skipBad=False)
        expect(done["added"] == count, f"the roster added {done['added']} of {count}")
        self.sender.stop()
        self.sender.start()
        self.sender.wait_until_ready()

    def meet(self):
        for number in (0, 1):
            self.run.network.narrow(number)
        before = self.sender.one("status")["traffic"]["sent"]
        self.sender.one("connect", target=self.receiver.node)
        until(lambda: self.sender.one("status")["traffic"]["sent"] > before + 20_000, "the backlog is on its way", 30)
        self.talks = {laptop: laptop.talk() for laptop in self.run.laptops}

    def backlog(self):
        """Changes that the sender knows the receiver to lack."""
        return self.talks[self.sender].all("peers")[0]["they_lack"]

    def edit(self, writer, reader, record):
        """Seconds from an edit's acknowledgement until the other laptop shows it."""
        write = {"field": "held_at", "value": f"from {writer.name}"}
        [dot] = self.talks[writer].one("set", id=record, fields=[write], seen=None, source=None, operator=None)["dots"]
        begin = time.monotonic()
        while time.monotonic() < begin + PATIENCE_SECONDS:
            if any(row["dot"] == dot for row in self.talks[reader].all("history", id=record)):
                break
            time.sleep(0.01)
        return time.monotonic() - begin


def play(run):
    link = Link(run)
    link.load(run.options.people)
    link.meet()
    run.tell(f"{run.options.people:,} people at {link.sender.name}, 64 kbit/s to {link.receiver.name}")
    ways = {"with the backlog": (link.sender, link.receiver, []), "against it": (link.receiver, link.sender, [])}
    for at, record in enumerate(link.records):
        writer, reader, times = list(ways.values())[at % 2]
        lacking = link.backlog()
        seconds = link.edit(writer, reader, record)
        if link.backlog() < 100:
            break
        times.append(seconds)
        run.tell(f"edit at {writer.name}: {seconds:6.2f} s, the backlog was {lacking:,} changes")
        time.sleep(PAUSE_SECONDS)
    for way, (_, _, times) in ways.items():
        expect(times, f"the backlog was over before an edit went {way}: take more people")
        run.tell(f"{way}: median {statistics.median(times):.2f} s, worst {max(times):.2f} s of {len(times)}")
    begin = time.monotonic()
    lacking = link.backlog()
    for number in (0, 1):
        run.network.narrow(number, ends=True)
    until(link.is_equal, "both have the same once the link is fast", 60)
    run.tell(f"the rest, {lacking:,} changes, {time.monotonic() - begin:.1f} s after the link is fast")
    for way, (_, _, times) in ways.items():
        expect(max(times) <= LIMIT_SECONDS, f"an edit {way} took {max(times):.2f} s, not {LIMIT_SECONDS:.0f}")
