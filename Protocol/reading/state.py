"""Merging and the fingerprint (section 12)."""

from .authority import Authority
from .chain import chain_start
from .changes_message import verify_message
from .forks import is_branch, named
from .names import record_id
from .primitives import H, Refused, uint, varint

CONTROL, DATA = 0, 1


class State:
    """A register's state after the messages that were given to it, in any order.

    Without the founder's key every author is trusted, and only what was written twice is in quarantine."""

    def __init__(self, register, founder=None):
        self.register = register
        self.founder = founder
        self.held = []
        # By replica: by hash the links that go on from it; and by counter the hashes that are here.
        self.after = {}
        self.hashes = {}
        self.salts = {}
        self.links, self.begins = {}, {}
        self.replaced = set()
        self.records = {}

    def receive(self, message):
        """Applies a message, or holds it until what comes before it is here (R-8.6)."""
        self.held.append(message)
        while self._apply_one():
            pass
        self._name()

    def _apply_one(self):
        for message in self.held:
            starts = self._starts(message)
            if starts:
                self.held.remove(message)
                self._apply(message, starts)
                return True
        return False

    def _starts(self, message):
        """Each h(first-1) from which a message may go on."""
        if message.first == 1:
            return [chain_start(self.register, message.replica)]
        here = self.hashes.get((message.replica, message.first - 1), [])
        return [hash for hash in here if message.start in (None, hash)]

    def _apply(self, message, starts):
        for place, start in enumerate(starts, 1):
            try:
                return self._include(start, self._verified(message, start))
            except Refused:
                # Whoever knows of no fork does not say which side goes on.
                if place == len(starts):
                    raise

    def _verified(self, message, start):
        """A message's links, and the salts known after them; on another side of a fork they may be other ones."""
        known = self.salts.get(start, {})
        for salts in (dict(known), {}) if self._begins_fork(message, start) else (known,):
            try:
                return verify_message(self.register, message, start, salts), salts
            except Refused as refusal:
                if refusal.args != ("salt mismatch",) or salts == {}:
                    raise

    def _begins_fork(self, message, start):
        return bool(self.after.get(message.replica, {}).get(start))

    def _include(self, start, verified):
        links, salts = verified
        for link in links:
            change = link.change
            following = self.after.setdefault(change.replica, {}).setdefault(start, [])
            if all(each.hash != link.hash for each in following):
                following.append(link)
                self.hashes.setdefault((change.replica, change.counter), []).append(link.hash)
            start = link.hash
            self.salts[start] = salts

    def _name(self, vouched={}):
        """R-8.7: what is here by the dots that all know it by; R-12.1, R-12.4: without a founder all of it counts."""
        self.links, self.begins = {}, {}
        for replica, after in self.after.items():
            links, begins = named(self.register, replica, chain_start(self.register, replica), after, vouched.get(replica))
            self.links |= links
            self.begins |= begins
        if self.founder is None:
            self.records, self.replaced = {}, set()
            for dot, link in self.links.items():
                if dot.replica[32] == DATA:
                    self._count(link.change)

    def _count(self, change):
        """R-12.1: names count for this record and field only, whether or not their dot has come; R-12.4: control
        changes make no records; R-4.3: nor does what writes nothing."""
        if not change.writes:
            return
        self.records.setdefault(change.record, []).append(change)
        for write in change.writes:
            self.replaced |= {(change.record, write.field, dot) for dot in write.names}

    def quarantine(self):
        """R-9.8: sets the records to what counts; the dots of the rest, in order."""
        if self.founder is None:
            return sorted((dot for dot in self.links if is_branch(dot.replica)), key=lambda dot: dot.order)
        authority = self._authority()
        changes = authority.changes
        self.records, self.replaced, waiting = {}, set(), []
        for dot in sorted(changes, key=lambda dot: dot.order):
            if dot.replica[32] == DATA and authority.counts(dot):
                self._count(changes[dot])
            elif dot.replica[32] != CONTROL:
                waiting.append(dot)
        return waiting

    def _authority(self):
        """R-8.7: which side of a fork keeps its name follows from who was taken out, and that from hashes alone."""
        vouched = None
        while True:
            authority = Authority(self.register, self.founder, self.links, self.begins)
            found = {replica: cut for replica in self.after if (cut := authority.standing.vouched(replica))}
            if found == vouched:
                return authority
            vouched = found
            self._name(vouched)

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
            uint(len(waiting), 8), *(dot.bytes + self.links[dot].hash for dot in waiting),
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
