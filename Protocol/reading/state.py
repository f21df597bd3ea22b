"""Merging and the fingerprint (section 12)."""

from .authority import Authority
from .chain import chain_start
from .changes_message import verify_message
from .names import Dot, record_id
from .primitives import H, Refused, uint, varint

CONTROL = 0


class State:
    """A register's state after the messages that were given to it, in any order.

    Without the founder's key every author is trusted and nothing is in quarantine."""

    def __init__(self, register, founder=None):
        self.register = register
        self.founder = founder
        self.heights = {}
        self.hashes = {}
        self.salts = {}
        self.held = []
        self.links = {}
        self.replaced = set()
        self.records = {}

    def receive(self, message):
        """Applies a message, or holds it until what comes before it is here (R-8.6)."""
        self.held.append(message)
        while self._apply_one():
            pass

    def _apply_one(self):
        for message in self.held:
            height = self.heights.get(message.replica, 0)
            if message.first > height + 1:
                continue
            self.held.remove(message)
            self._apply(message, height)
            return True
        return False

    def _apply(self, message, height):
        replica = message.replica
        before = self.hashes.get(Dot(replica, message.first - 1)) or chain_start(self.register, replica)
        for link in verify_message(self.register, message, before, self.salts.setdefault(replica, {})):
            if link.change.counter > height:
                self._include(link)
            elif link.hash != self.hashes[link.change.dot]:
                raise Refused("fork")
        self.heights[replica] = max(height, message.last)

    def _include(self, link):
        """R-12.1: names count for this record and field only, whether or not their dot has come; R-12.4: control
        changes make no records."""
        self.links[link.change.dot] = link
        self.hashes[link.change.dot] = link.hash
        if self.founder is None:
            self._count(link.change)

    def _count(self, change):
        if change.replica[32] == CONTROL:
            return
        self.records.setdefault(change.record, []).append(change)
        for write in change.writes:
            self.replaced |= {(change.record, write.field, dot) for dot in write.names}

    def quarantine(self):
        """R-9.8: sets the records to what counts; the dots of the rest, in order."""
        if self.founder is None:
            return []
        changes = {dot: link.change for dot, link in self.links.items()}
        authority = Authority(self.register, self.founder, changes)
        self.records, self.replaced, waiting = {}, set(), []
        for dot in sorted(changes, key=lambda dot: dot.order):
            if authority.counts(dot):
                self._count(changes[dot])
            elif dot.replica[32] != CONTROL:
                waiting.append(dot)
        return waiting

    def live(self, record):
        """R-12.1: (change, its live writes), in order of dot, where there is any."""
        for change in sorted(self.records[record], key=lambda change: change.dot.order):
            writes = [w for w in change.writes if (record, w.field, change.dot) not in self.replaced]
            if writes:
                yield change, writes

    def record_digest(self, record):
        """R-12.2."""
        parts = []
        for change, writes in self.live(record):
            committed = self.links[change.dot].commitments
            fields = b"".join(varint(w.field) for w in writes)
            classes = sorted({w.field_class for w in writes})
            sums = b"".join(uint(number, 1) + committed[number] for number in classes)
            parts.append(change.dot.bytes + varint(len(writes)) + fields + sums)
        return H("rc1.rec", record.bytes, *parts)

    def ordered_records(self):
        return sorted(self.records, key=lambda dot: dot.order)

    def membership_digest(self):
        """R-12.3."""
        control = sorted((dot for dot in self.links if dot.replica[32] == CONTROL), key=lambda dot: dot.order)
        return H("rc1.members", *(dot.bytes + self.links[dot].hash for dot in control))

    def fingerprint(self):
        """R-12.4."""
        waiting = self.quarantine()
        records = self.ordered_records()
        return H(
            "rc1.state", self.register,
            uint(len(records), 8), *map(self.record_digest, records),
            self.membership_digest(),
            uint(len(waiting), 8), *(dot.bytes + self.hashes[dot] for dot in waiting),
        )

    def tell(self):
        """What a merge vector states."""
        yield "merge.applied", str(len(self.links))
        yield "merge.held", str(sum(len(message.changes) for message in self.held))
        yield "merge.records", str(len(self.records))
        for place, record in enumerate(self.ordered_records()):
            path = f"merge.record.{place}"
            live = [(change, write) for change, writes in self.live(record) for write in writes]
            yield f"{path}.dot", record.bytes.hex()
            yield f"{path}.id", record_id(self.register, record)
            yield f"{path}.live", str(len(live))
            for number, (change, write) in enumerate(live):
                yield f"{path}.live.{number}.dot", change.dot.text
                yield f"{path}.live.{number}.field", str(write.field)
                yield f"{path}.live.{number}.body", write.body.hex()
            yield f"{path}.digest", self.record_digest(record).hex()
        yield "merge.membership", self.membership_digest().hex()
        yield "merge.fingerprint", self.fingerprint().hex()
