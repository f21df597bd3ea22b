"""The scripts with two laptops: a sync of 5,000 changes, in which the victim receives, or sends."""
import subprocess

from .scripts import Script, fields
from .victim import Refused, Victim, expect, until

ROWS, CHANGES = 500, 5_000
FIELDS = ("status", "health", "held_at", "note")
SECONDS = 60


class Meeting(Script):
    """A victim and a healthy peer, both from prepared homes; whoever receives dials."""

    def __init__(self, options, folder):
        super().__init__(options, folder)
        self.acknowledged = 0
        self.peer = Victim("peer", options.bin, folder)

    def prepare(self):
        """`source` has 5,000 changes that `target` lacks, and the two refuse each other until one is told to connect."""
        source, target = Victim("source", self.options.bin, self.folder), Victim("target", self.options.bin, self.folder)
        self.sender().address = source.address
        source.start(source.address).ready()
        target.start().ready()
        source.control.one("initRegister", name="source", register="Crash, synthetic people", operator="Clerk", protection={"openToAll": {}})
        self.records = [source.control.one("add", fields=fields(surname="Somebody"))["record"]]
        code = source.control.one("invite", minutes=10, wait=False, yes=True)["code"]
        target.control.one("join", address=source.address, name="target", operator="Clerk", code=code, protection={"openToAll": {}})
        self.source_node, self.target_node = (one.control.one("status")["node"] for one in (source, target))
        # So that a bundle can be sealed for it.
        target.control.one("bundleKey", secret=False)
        until(lambda: same(source, target), "the two are the same before", SECONDS)
        target.control.one("disconnect", node=self.source_node)
        until(lambda: not sees(source, self.target_node), "the two are apart", SECONDS)
        self.fill(source)
        self.total = source.control.one("status")["changes"]
        expect(source.stop() == 0 and target.stop() == 0, "the prepared homes do not close")

    def fill(self, source):
        csv = self.folder / "roster.csv"
        make = [self.options.tools / "roster", "--records", ROWS, "--seed", self.options.seed, "--output", csv]
        subprocess.run(list(map(str, make)), check=True)
        source.control.one("rosterImport", path=str(csv), list="stage 1", key="manifest_number", columns=[], skipBad=False)
        people = [person["record"] for person in source.control.all("list", filters=[])]
        for number in range(CHANGES - ROWS):
            edit = fields(**{FIELDS[number % len(FIELDS)]: f"value {number}"})
            source.control.one("set", id=people[number % len(people)], fields=edit)

    def sender(self):
        raise NotImplementedError

    def fresh(self, home=None):
        self.peer.copy_of(self.folder / self.peer_home)
        self.peer.start(self.peer.address).ready()
        super().fresh(home)

    def begin(self):
        self.fresh()
        self.victim.start(self.victim.address).ready()
        return self.victim.disk_thread(self.warm_up)

    def meet(self):
        self.receiver().control.one("connect", target=self.source_node)

    def is_over(self):
        """Whether the receiver has it all, and the sender knows. Asked of both: Gone if the victim dies."""
        return same(self.victim, self.peer) and self.receiver().control.one("status")["changes"] >= self.total

    def run(self, struck=None):
        try:
            self.meet()
        except Refused as error:
            return [error.code]
        until(lambda: self.is_over() or (struck and struck()), "the sync is over", SECONDS)
        return [None]

    def acknowledged_count(self):
        """How many of the source's changes the target had acknowledged to it as durable."""
        peers = self.sender().control.all("peers")
        return self.total - next(peer["they_lack"] for peer in peers if peer["node"] == self.target_node)

    def check(self):
        self.check_edits()
        self.check_counts()
        self.write_again()

    def check_counts(self):
        raise NotImplementedError

    def write_again(self):
        """It goes on where it was: the two become the same, and a later edit crosses too."""
        try:
            self.meet()
        except Refused as error:
            expect(False, f"it does not connect again: {error}")
        until(lambda: same(self.victim, self.peer), "the two are the same after the restart", SECONDS)
        here = self.receiver().control.one("status")["changes"]
        expect(here >= self.total, f"the two are the same, and only {here} changes are there")

    def lose(self):
        """The peer forgets too: else it would give back what was lost, as it should."""
        super().lose()
        self.peer.kill()
        self.peer.copy_of(self.folder / self.peer_home).start(self.peer.address).ready()

    def clean(self):
        super().clean()
        self.peer.kill()


class Sync(Meeting):
    name, peer_home = "sync", "source"
    # After a full disk no session is taken for seconds.
    strides = {"enospc": 30, "enospc+": 30, "full": 8}

    def prepare(self):
        super().prepare()
        self.prepared = self.folder / "target"

    def sender(self):
        return self.peer

    def receiver(self):
        return self.victim

    def check_counts(self):
        """The sender, which lived on, says what the victim had acknowledged."""
        here = self.victim.control.one("status")["changes"]
        expect(here >= self.acknowledged, f"lost: {self.acknowledged} changes were acknowledged to the peer, {here} are there")

    def stopped(self):
        self.acknowledged = self.acknowledged_count()


class Send(Meeting):
    name, peer_home = "send", "target"

    def prepare(self):
        super().prepare()
        self.prepared = self.folder / "source"

    def sender(self):
        return self.victim

    def receiver(self):
        return self.peer

    def check_counts(self):
        here = self.victim.control.one("status")["changes"]
        expect(here >= self.total, f"lost: {here} changes of {self.total} are there")


def same(one, other):
    return one.control.one("fingerprint") == other.control.one("fingerprint")


def sees(one, node):
    return any(peer["node"] == node and peer["connected"] for peer in one.control.all("peers"))
