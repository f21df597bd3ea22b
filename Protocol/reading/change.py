"""Changes, their canonical headers and their bodies (section 4)."""

from dataclasses import dataclass, field

from .names import Dot, judged_counter, read_replica
from .numbers import LIMIT
from .numbers import names as number_names
from .primitives import Reader, Refused, blob, encode_items, text, uint, utf8, varint

FIELD_MAX = (1 << 32) - 1
SOURCE, REASON, SEALED_ITEMS = 1, 2, 3
TEXT, STATE, REMOVAL, EVENT, ENTRY, MARK, SEALED, RECORD, VERIFICATION = range(9)
STATES, MARKS, OUTCOMES = number_names("state"), number_names("mark"), number_names("verification_outcome")


@dataclass
class Write:
    """R-4.2: one field of a change."""

    field: int
    names: list
    body: bytes

    @property
    def field_class(self):
        """R-4.1."""
        return self.field % 8


@dataclass
class Change:
    """R-4.2: one replica's edit."""

    replica: bytes
    counter: int
    kind: int
    record: Dot
    operator: Dot | None = None
    recorded_at: int = 0
    writes: list = field(default_factory=list)
    extras: bytes = b""
    # class → commitment, where the values were erased; each body is one zero byte then.
    erased: dict | None = None

    @property
    def dot(self):
        return Dot(self.replica, self.counter)

    @property
    def classes(self):
        """R-5.3: class 0 where it writes nothing."""
        return sorted({write.field_class for write in self.writes}) or [0]

    def references(self):
        """Every dot that the change refers to, in the order of the canonical header."""
        yield self.record
        if self.operator:
            yield self.operator
        for write in self.writes:
            yield from write.names


def header_parts(change):
    """R-4.4, as (label, bytes) pairs."""
    others = []
    for dot in change.references():
        if dot.replica != change.replica and dot.replica not in others:
            others.append(dot.replica)
    index = {change.replica: 0} | {replica: place + 1 for place, replica in enumerate(others)}

    def reference(dot):
        return varint(index[dot.replica]) + varint(dot.counter) if dot else varint(0) + varint(0)

    yield "kind", varint(change.kind)
    yield "counter", varint(change.counter)
    yield "replicas", varint(len(others)) + b"".join(others)
    yield "record", reference(change.record)
    yield "operator", reference(change.operator)
    yield "recorded-at", varint(change.recorded_at)
    yield "writes", varint(len(change.writes))
    for write in change.writes:
        names = b"".join(reference(dot) for dot in write.names)
        yield f"write of field {write.field}", varint(write.field) + varint(len(write.names)) + names
    yield "extras", blob(change.extras)


def canonical_header(change):
    """R-4.4."""
    return b"".join(part for _, part in header_parts(change))


def read_header(data, replica):
    """R-4.4, reading; the bodies are elsewhere and stay empty."""
    reader = Reader(data)
    kind, counter = reader.varint(), judged_counter(reader.varint())
    count = reader.count(high=LIMIT["replicas_per_message_max"])
    table = [replica] + [read_replica(reader) for _ in range(count)]

    def reference(none_allowed=False):
        found, number = at(table, reader.varint()), reader.varint()
        if none_allowed and (found, number) == (replica, 0):
            return None
        return Dot(found, judged_counter(number))

    record, operator, recorded_at = reference(), reference(none_allowed=True), reader.varint()
    writes = []
    for _ in range(reader.count(high=LIMIT["writes_per_change_max"])):
        number = reader.varint()
        if number > FIELD_MAX:
            raise Refused("out of limits")
        if writes and number <= writes[-1].field:
            raise Refused("not sorted")
        names = [reference() for _ in range(reader.count(high=LIMIT["names_per_change_max"]))]
        writes.append(Write(number, judged_names(names), b""))
    extras = reader.blob()
    reader.end()
    return Change(replica, counter, kind, record, operator, recorded_at, writes, extras)


def at(table, index):
    """R-7.22: an element by its index."""
    if index >= len(table):
        raise Refused("index out of range")
    return table[index]


def judged_names(names):
    """R-4.2: strictly ascending."""
    if any(a.order >= b.order for a, b in zip(names, names[1:])):
        raise Refused("not sorted")
    return names


def encode_head(form, source=None, reason=None):
    """R-4.6: an empty head stands for text without items."""
    pairs = [(kind, value.encode()) for kind, value in ((SOURCE, source), (REASON, reason)) if value is not None]
    return b"" if form == TEXT and not pairs else uint(form, 1) + encode_items(pairs)


def encode_body(form, value, source=None, reason=None):
    """R-4.6."""
    return blob(encode_head(form, source, reason)) + value


def text_body(string, source=None, reason=None):
    return encode_body(TEXT, string.encode(), source, reason)


def state_body(number, source=None, reason=None):
    return encode_body(STATE, uint(number, 1), source, reason)


def event_body(stage, time):
    return encode_body(EVENT, text(stage) + varint(time))


def mark_body(mark, dots):
    """R-4.6, form 5: the mark and the dots that were shown."""
    return encode_body(MARK, uint(mark, 1) + encode_dots(dots))


def encode_dots(dots):
    """Replicas in the order of their first mention, then the dots."""
    table = list(dict.fromkeys(dot.replica for dot in dots))
    listed = b"".join(varint(table.index(dot.replica)) + varint(dot.counter) for dot in dots)
    return varint(len(table)) + b"".join(table) + varint(len(dots)) + listed


def record_body(dot):
    return encode_body(RECORD, dot.replica + varint(dot.counter))


def verification_body(outcome, field, station, dots, source=None):
    """R-4.9."""
    return encode_body(VERIFICATION, uint(outcome, 1) + varint(field) + text(station) + encode_dots(dots), source)


def read_body(data):
    """R-4.6: (form, items of the head, value), the value still as bytes."""
    judged_body(data)
    reader = Reader(data)
    head = Reader(reader.blob())
    form, found = head.u8() if head.left else TEXT, []
    while head.left:
        kind = head.varint()
        if found and kind <= found[-1][0]:
            raise Refused("not sorted")
        found.append((kind, head.blob()))
        if kind in (SOURCE, REASON):
            utf8(found[-1][1])
        if form == SEALED and kind == SEALED_ITEMS:
            read_sealed(found[-1][1])
    return form, found, reader.rest()


def judged_body(data):
    """R-4.7."""
    if len(data) > LIMIT["body_bytes_max"]:
        raise Refused("value too long")
    return data


def read_mark(value):
    """R-4.6, form 5: the mark and the dots."""
    reader = Reader(value)
    mark = reader.u8()
    if mark not in MARKS:
        raise Refused("out of limits")
    dots = read_dots(reader)
    reader.end()
    return mark, dots


def read_dots(reader):
    table = [read_replica(reader) for _ in range(reader.count())]
    dots = []
    for _ in range(reader.count()):
        dots.append(Dot(at(table, reader.varint()), judged_counter(reader.varint())))
        judged_names(dots[-2:])
    if list(dict.fromkeys(dot.replica for dot in dots)) != table:
        raise Refused("not sorted")
    return dots


def read_record(value):
    """R-4.6, form 7."""
    reader = Reader(value)
    dot = Dot(read_replica(reader), judged_counter(reader.varint()))
    reader.end()
    return dot


def read_verification(value):
    """R-4.9: outcome, field, station, dots."""
    reader = Reader(value)
    outcome = reader.u8()
    if outcome not in OUTCOMES:
        raise Refused("out of limits")
    field = reader.varint()
    if field > FIELD_MAX:
        raise Refused("out of limits")
    station, dots = reader.text(high=LIMIT["station_bytes_max"]), read_dots(reader)
    if not dots:
        raise Refused("out of limits")
    reader.end()
    return outcome, field, station, dots


def read_sealed(data):
    """R-4.8: the key's number, the check, and what is sealed."""
    reader = Reader(data)
    key, check, sealed = reader.uint(4), reader.take(12), reader.rest()
    if not sealed or len(sealed) % 16:
        raise Refused("bad seal")
    return key, check, sealed


def read_event(value):
    """R-4.6, form 3: stage and time."""
    reader = Reader(value)
    stage, time = reader.text(), reader.varint()
    reader.end()
    return stage, time


def read_text(value):
    """R-4.6, form 0."""
    if not value:
        raise Refused("out of limits")
    if len(value) > LIMIT["value_bytes_max"]:
        raise Refused("value too long")
    return utf8(value)


def read_state(value):
    """R-4.6, form 1."""
    reader = Reader(value)
    state = reader.u8()
    if state not in STATES:
        raise Refused("out of limits")
    reader.end()
    return state
