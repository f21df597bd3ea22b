"""Who is a member and which data changes count (R-9.7 to R-9.9), from the set of changes that are here."""

from .change import ENTRY, read_body
from .forks import BRANCH, is_branch
from .knowledge import check_member
from .messages import ADOPT, MEMBER, REVOKE, ROLE
from .names import Dot, read_replica
from .numbers import FIELD, table
from .primitives import Incomplete, Reader, Refused, items

KIND = table("change_kind")
FORMS = {KIND["member"]: MEMBER, KIND["role"]: ROLE, KIND["revoke"]: REVOKE, KIND["adopt"]: ADOPT}
ADMINISTRATOR, OBSERVER = table("role")["administrator"], table("role")["observer"]
CONTROL, DATA = 0, 1
ENDED, PARENTS = 1, 2
ADOPTED = table("verdict")["adopt"]


def lane(replica):
    return replica[32]


def node(replica):
    return replica[:32]


def _extra(change, wanted):
    """The content of one type of extras; nothing where they are no such sequence (R-4.5)."""
    try:
        return Reader(dict(items(Reader(change.extras))).get(wanted, b""))
    except (Refused, Incomplete):
        return Reader(b"")


def ended(change):
    """R-4.5, type 1: (replica, height, hash) of what a first change ends."""
    reader, found = _extra(change, ENDED), []
    try:
        while change.counter == 1 and reader.left:
            incarnation = reader.take(8)
            found.append((change.replica[:33] + incarnation, reader.varint(), reader.take(32)))
    except (Refused, Incomplete):
        return []
    return found


def parents(change):
    """R-4.5, type 2: (replica, height, start of the hash) of the control heads that the author knew."""
    reader, found = _extra(change, PARENTS), []
    try:
        while reader.left:
            found.append((read_replica(reader), reader.varint(), reader.take(16)))
    except (Refused, Incomplete):
        return []
    return found


class Authority:
    """What all the changes that are here come to; `links` is by dot, `begins` what branches go on from."""

    def __init__(self, register, founder, links, begins):
        self.register, self.founder, self.links, self.begins = register, founder, links, begins
        self.changes = changes = {dot: link.change for dot, link in links.items()}
        # By the name that its writer gave it, each change that has it; and what goes on from each.
        self.sides, self.nexts = {}, {}
        for dot, change in changes.items():
            self.sides.setdefault(change.dot, []).append(dot)
            self.nexts.setdefault(self._before(dot) or change.replica, []).append(dot)
        self.ends = {dot.replica: ended(change) for dot, change in changes.items() if dot.counter == 1 and not is_branch(dot.replica)}
        self.entries = {}
        for dot, change in changes.items():
            found = self._entry(change) if lane(dot.replica) in (CONTROL, CONTROL + BRANCH) else None
            if found:
                self.entries[dot] = change.kind, found
        self.pasts = {dot: self._past(dot) for dot in self.entries}
        self.valid = []
        for dot in sorted(self.entries, key=lambda dot: (len(self.pasts[dot]), changes[dot].dot.order, links[dot].hash)):
            if self._is_valid(dot):
                self.valid.append(dot)
        self.standing = Standing(self, self.valid)

    def _entry(self, change):
        if change.kind not in FORMS:
            return None
        try:
            bodies = [write.body for write in change.writes if write.field == FIELD["entry"]]
            form, _, value = read_body(bodies[0])
            reader = Reader(value)
            found = FORMS[change.kind].read(reader)
            reader.end()
            if change.kind == KIND["member"]:
                check_member(self.register, found)
            return found if form == ENTRY else None
        except (Refused, Incomplete, IndexError):
            return None

    def _past(self, dot):
        """R-9.7: every change that the author of one knew."""
        past, todo = set(), [dot]
        while todo:
            here = todo.pop()
            change = self.changes.get(here)
            known = [self._before(here)]
            if change:
                known += [self._named(*head) for head in parents(change) + ended(change)]
            for each in known:
                if each and each not in past:
                    past.add(each)
                    todo.append(each)
        return past

    def _before(self, dot):
        """The change that one goes on from."""
        if dot.counter > 1:
            return Dot(dot.replica, dot.counter - 1)
        return self.begins.get(dot.replica)

    def _named(self, replica, height, hash):
        """The change that a parent or an end leads to, on whichever side; none for one of an unknown side."""
        name = Dot(replica, height)
        here = self.sides.get(name)
        if here is None or height == 0:
            return name if height else None
        return next((dot for dot in here if self.links[dot].hash.startswith(hash)), None)

    def way(self, dot):
        """A change and all that it goes on from."""
        while dot:
            yield dot
            dot = self._before(dot)

    def is_on_trunk(self, dot, known, vouched):
        """R-8.7, among the changes that somebody knew (none: all): up to the cut whatever forks off, and beyond it until something does."""
        is_here = (lambda each: True) if known is None else known.__contains__
        replica, way, sure = self.changes[dot].replica, list(self.way(dot)), set()
        if vouched:
            end = next((each for each in self.sides.get(Dot(replica, vouched[0]), []) if self.links[each].hash == vouched[1]), None)
            if end and is_here(end):
                sure = set(self.way(end))
                if dot in sure:
                    return True
                if end not in way:
                    return False
        for each in way:
            beside = [other for other in self.nexts[self._before(each) or replica] if other != each and is_here(other)]
            if beside and each not in sure:
                return False
        return True

    def _is_valid(self, dot):
        author, (kind, entry) = node(dot.replica), self.entries[dot]
        before = Standing(self, [each for each in self.valid if each in self.pasts[dot]], self.pasts[dot])
        if before.is_member(author) and before.role(author) == ADMINISTRATOR:
            return True
        return kind == KIND["revoke"] and entry["node"] == author and before.is_member(author)

    def counts(self, dot):
        """R-9.8, R-9.9."""
        who = node(dot.replica)
        if is_branch(dot.replica):
            return False
        if lane(dot.replica) == DATA and self.is_adopted(dot):
            return True
        if who not in self.standing.admitted or dot.counter > self.standing.height(dot.replica):
            return False
        return lane(dot.replica) == CONTROL or self.standing.roles(who) != {OBSERVER}

    def is_adopted(self, dot):
        """R-9.9: by one of the entries about a change that no other's author knew."""
        about = [each for each in self.standing.adopts if any(
            run["replica"] == dot.replica and run["from"] <= dot.counter <= run["to"] for run in self.entries[each][1]["runs"])]
        latest = [each for each in about if not any(each in self.pasts[other] for other in about)]
        return any(self.entries[each][1]["verdict"] == ADOPTED for each in latest)


class Standing:
    """R-9.7, by some valid entries, among the changes that somebody knew (none: all)."""

    def __init__(self, authority, valid, known=None):
        self.authority = authority
        self.revokes = {}
        for kind, entry in (authority.entries[dot] for dot in valid):
            if kind == KIND["revoke"]:
                self.revokes.setdefault(entry["node"], []).append(self._vouched(entry))
        grants = [dot for dot in valid if authority.entries[dot][0] != KIND["revoke"]]
        grants = [dot for dot in grants if self._counts(authority.changes[dot], dot, known)]
        self.admitted, self.counted, self.adopts = {authority.founder}, [], []
        # Causes first, so whoever lets in was let in before.
        for dot in grants:
            kind, entry = authority.entries[dot]
            if kind == KIND["adopt"]:
                if node(dot.replica) in self.admitted:
                    self.adopts.append(dot)
            elif node(dot.replica) in self.admitted and (kind == KIND["member"] or entry["node"] in self.admitted):
                self.admitted.add(entry["node"])
                self.counted.append(dot)

    def _counts(self, change, dot, known):
        return change.counter <= self.height(change.replica) and self.authority.is_on_trunk(dot, known, self.vouched(change.replica))

    def _vouched(self, revoke):
        """R-9.5: how far each replica of the node counts, and the hash there."""
        name = lambda cut: revoke["node"] + bytes([cut["lane"]]) + cut["incarnation"].to_bytes(8, "big")
        listed = {name(cut): (cut["height"], cut["hash"]) for cut in revoke["cuts"]}
        vouched, todo = dict(listed), list(listed)
        while todo:
            for replica, height, hash in self.authority.ends.get(todo.pop(), []):
                if height and replica not in listed:
                    if replica not in vouched:
                        todo.append(replica)
                    vouched[replica] = max((height, hash), vouched.get(replica, (0, b"")))
        return vouched

    def vouched(self, replica):
        """The last change of a replica for which all vouch who took its node out: (height, hash); none if there is none."""
        cuts = [vouched.get(replica) for vouched in self.revokes.get(node(replica), [])]
        return min(cuts) if cuts and None not in cuts else None

    def height(self, replica):
        """How far a replica counts."""
        cuts = [vouched.get(replica, (0, b"")) for vouched in self.revokes.get(node(replica), [])]
        return min(cuts)[0] if cuts else 1 << 40

    def is_member(self, who):
        return who in self.admitted and who not in self.revokes

    def _about(self, who):
        return [dot for dot in self.counted if self.authority.entries[dot][1]["node"] == who]

    def roles(self, who):
        given = {self.authority.entries[dot][1]["role"] for dot in self._about(who)}
        return given | ({ADMINISTRATOR} if who == self.authority.founder else set())

    def role(self, who):
        about = self._about(who)
        latest = [dot for dot in about if not any(dot in self.authority.pasts[other] for other in about)]
        return max((self.authority.entries[dot][1]["role"] for dot in latest), default=ADMINISTRATOR)
