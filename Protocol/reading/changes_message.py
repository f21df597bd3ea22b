"""The changes message (section 7a): many changes of one replica, their parts side by side."""

from dataclasses import dataclass
from itertools import islice

from .change import FIELD_MAX, Change, Dot, Write, at, canonical_header, judged_body, judged_names
from .chain import chain_start, check_head, links
from .columns import number_column, read_numbers, read_values, value_column
from .names import judged_counter, read_replica
from .numbers import LIMIT
from .primitives import Reader, Refused, blob, uint, varint
from .salts import BLOCK, absorb, leaves, subtrees


class ReplicaNumbers:
    """Session replica numbers, of one direction of one session, one bundle or one message of an admission."""

    def __init__(self, given=()):
        self.replicas = list(given)

    def mention(self, replica):
        if replica in self.replicas:
            return varint(self.replicas.index(replica))
        self.replicas.append(replica)
        return varint(len(self.replicas) - 1) + replica

    def read(self, reader):
        number = reader.varint()
        if number == len(self.replicas):
            self.replicas.append(read_replica(reader))
        return at(self.replicas, number)


@dataclass
class Message:
    """What a changes message says; `salts` is {(first counter, size): value}."""

    replica: bytes
    first: int
    start: bytes | None
    segments: list
    salts: dict
    changes: list

    @property
    def last(self):
        return self.first + len(self.changes) - 1


def message_parts(message, numbers, modes=None):
    """R-7.20, writing, as (label, bytes) pairs; `modes` sets the mode of a column by its label."""
    modes, changes, own = modes or {}, message.changes, message.replica

    def column(label, values):
        return label, number_column(values, modes.get(label))

    others = []
    for change in changes:
        others += [dot.replica for dot in change.references() if dot.replica != own and dot.replica not in others]
    others = list(dict.fromkeys(others))
    index = {own: 0} | {replica: place + 1 for place, replica in enumerate(others)}

    def distance(change, dot):
        return change.counter - dot.counter if dot.replica == own else dot.counter

    yield "replica", numbers.mention(own)
    yield "first", varint(message.first)
    yield "start", b"\0" if message.start is None else b"\1" + message.start
    yield "segments", varint(len(message.segments))
    for place, (count, signature) in enumerate(message.segments, 1):
        yield f"segment {place}", varint(count) + signature
    yield "salts", b"".join(salt_parts(message))
    yield "others", varint(len(others)) + b"".join(map(numbers.mention, others))
    yield column("kinds", [c.kind for c in changes])
    yield column("record replicas", [index[c.record.replica] for c in changes])
    yield column("record counters", [distance(c, c.record) for c in changes])
    yield column("operator replicas", [index[c.operator.replica] + 1 if c.operator else 0 for c in changes])
    yield column("operator counters", [c.operator.counter for c in changes if c.operator])
    yield column("recorded-at", [c.recorded_at for c in changes])
    yield column("extras lengths", [len(c.extras) for c in changes])
    yield "extras", b"".join(c.extras for c in changes)
    shapes = list(dict.fromkeys(tuple(w.field for w in c.writes) for c in changes))
    yield "shapes", varint(len(shapes)) + b"".join(map(_shape, shapes))
    yield column("shape of each", [shapes.index(tuple(w.field for w in c.writes)) for c in changes])
    split = {id(w): split_body(w.body) for c in changes for w in c.writes}
    heads = list(dict.fromkeys(split[id(w)][0] for c in changes for w in c.writes))
    yield "heads", varint(len(heads)) + b"".join(map(blob, heads))
    for number in sorted({field for shape in shapes for field in shape}):
        writes = [(c, w) for c in changes for w in c.writes if w.field == number]
        names = [(c, dot) for c, w in writes for dot in w.names]
        yield column(f"{number} names counts", [len(w.names) for _, w in writes])
        yield column(f"{number} names replicas", [index[dot.replica] for _, dot in names])
        yield column(f"{number} names counters", [distance(c, dot) for c, dot in names])
        yield column(f"{number} heads", [heads.index(split[id(w)][0]) for _, w in writes])
        label = f"{number} values"
        yield label, value_column([split[id(w)][1] for _, w in writes], modes.get(label))


def block_start(counter):
    """The first counter of a counter's block."""
    return (counter - 1) // BLOCK * BLOCK + 1


def salt_parts(message):
    """R-5.2, or where something erased is in the way R-5.7."""
    if list(message.salts) == subtrees(message.first, message.last):
        yield b"\0" + b"".join(message.salts.values())
        return
    erased = [(place, change.erased) for place, change in enumerate(message.changes) if change.erased is not None]
    yield b"\1" + varint(len(erased))
    before = 0
    for place, committed in erased:
        yield varint(place - before) + uint(len(committed), 1)
        yield b"".join(uint(number, 1) + committed[number] for number in sorted(committed))
        before = place
    yield varint(len(message.salts))
    after = block_start(message.first)
    for (start, size), value in message.salts.items():
        yield varint(start - after) + uint(size.bit_length() - 1, 1) + value
        after = start + size


def _shape(fields):
    differences = [number - before for before, number in zip((0, *fields), fields)]
    return varint(len(fields)) + b"".join(map(varint, differences))


def split_body(body):
    """R-4.6: a body's head and value."""
    reader = Reader(body)
    return reader.blob(), reader.rest()


def encode_message(message, numbers, modes=None):
    """R-7.20."""
    return b"".join(part for _, part in message_parts(message, numbers, modes))


def read_message(data, numbers):
    """R-7.20."""
    reader = Reader(data)
    own = numbers.read(reader)
    first = judged_counter(reader.varint())
    start = _read_start(reader)
    segments = _read_segments(reader)
    count = sum(size for size, _ in segments)
    judged_counter(first + count - 1)
    salts, erased = _read_salts(reader, first, count)
    table = _read_table(reader, own, numbers)
    changes = _read_changes(reader, table, first, count)
    _read_heads_and_fields(reader, table, changes)
    reader.end()
    for place, committed in erased.items():
        _judge_erased(changes[place], committed)
    for change in changes:
        if sum(len(write.body) for write in change.writes) + len(canonical_header(change)) > LIMIT["change_bytes_max"]:
            raise Refused("change too long")
    return Message(own, first, start, segments, salts, changes)


def _read_salts(reader, first, count):
    """The salts, and by position what was erased."""
    form, last = reader.u8(), first + count - 1
    if form == 0:
        return {subtree: reader.take(16) for subtree in subtrees(first, last)}, {}
    if form != 1:
        raise Refused("unknown range form")
    erased = _read_erased(reader, count)
    salts, after = {}, block_start(first)
    number = reader.varint()
    if number * 18 > reader.left:
        raise Refused("truncated")
    for _ in range(number):
        start, level = after + reader.varint(), reader.u8()
        size = 1 << min(level, 9)
        if level > 8 or (start - 1) % size or not first <= start + size - 1 <= last:
            raise Refused("bad reference")
        if any(start <= first + place < start + size for place in erased):
            raise Refused("bad reference")
        salts[start, size] = reader.take(16)
        after = start + size
    return salts, erased


def _read_erased(reader, count):
    erased, place = {}, 0
    number = reader.varint()
    if number * 2 > reader.left:
        raise Refused("truncated")
    for turn in range(number):
        distance = reader.varint()
        place += distance
        if place >= count or (turn and not distance):
            raise Refused("bad reference")
        classes = {}
        for _ in range(reader.u8()):
            field_class = reader.u8()
            if field_class > 7 or any(field_class <= known for known in classes):
                raise Refused("not sorted")
            classes[field_class] = reader.take(32)
        erased[place] = classes
    return erased


def _judge_erased(change, committed):
    """R-5.7: a commitment for each class, and bodies of one zero byte."""
    if any(write.body != b"\0" for write in change.writes) or sorted(committed) != change.classes:
        raise Refused("bad reference")
    change.erased = committed


def _read_table(reader, own, numbers):
    """The replicas that references use by index: this one, then the others, each once."""
    table, mentioned = [own], {own}
    for _ in range(reader.count(high=LIMIT["replicas_per_message_max"])):
        other = numbers.read(reader)
        if other in mentioned:
            raise Refused("bad reference")
        mentioned.add(other)
        table.append(other)
    return table


def _read_start(reader):
    given = reader.u8()
    if given > 1:
        raise Refused("unknown start")
    return reader.take(32) if given else None


def _read_segments(reader):
    segments = []
    for _ in range(reader.count(low=1)):
        size = reader.varint()
        if not 1 <= size <= LIMIT["changes_per_segment_max"]:
            raise Refused("out of limits")
        segments.append((size, reader.take(64)))
    if sum(size for size, _ in segments) > LIMIT["changes_per_message_max"]:
        raise Refused("too many changes")
    return segments


def _reference(table, own_counter, index, number):
    """R-7.23: an index and a distance, or an index and a counter."""
    replica = at(table, index)
    return Dot(replica, judged_counter(own_counter - number if index == 0 else number))


def _read_changes(reader, table, first, count):
    """The columns from kinds to the shape of each; writes without names and bodies."""
    counters = range(first, first + count)
    kinds = read_numbers(reader, count)
    record_replicas = read_numbers(reader, count)
    for index in record_replicas:
        at(table, index)
    records = [_reference(table, *row) for row in zip(counters, record_replicas, read_numbers(reader, count))]
    operators = _read_operators(reader, table, count)
    recorded = read_numbers(reader, count)
    lengths = read_numbers(reader, count)
    extras = [reader.take(length) for length in lengths]
    shapes = [_read_shape(reader) for _ in range(reader.count())]
    shape_of = [at(shapes, index) for index in read_numbers(reader, count)]
    if sum(map(len, shape_of)) > LIMIT["writes_per_message_max"]:
        raise Refused("too many")
    return [
        Change(table[0], *row[:5], [Write(number, [], b"") for number in row[5]], row[6])
        for row in zip(counters, kinds, records, operators, recorded, shape_of, extras)
    ]


def _read_operators(reader, table, count):
    indices = read_numbers(reader, count)
    replicas = [at(table, index - 1) for index in indices if index]
    counters = read_numbers(reader, len(replicas))
    dots = iter(map(Dot, replicas, map(judged_counter, counters)))
    return [next(dots) if index else None for index in indices]


def _read_shape(reader):
    fields = []
    for place in range(reader.count(high=LIMIT["writes_per_change_max"])):
        difference = reader.varint()
        if place and difference == 0:
            raise Refused("not sorted")
        fields.append(difference + (fields[-1] if fields else 0))
        if fields[-1] > FIELD_MAX:
            raise Refused("out of limits")
    return fields


def _read_heads_and_fields(reader, table, changes):
    """The heads and the columns of each field, put into the changes."""
    heads = [reader.blob() for _ in range(reader.count())]
    names_left, bytes_left = LIMIT["names_per_message_max"], LIMIT["body_bytes_per_message_max"]
    names_of = dict.fromkeys((c.counter for c in changes), 0)
    for number in sorted({w.field for c in changes for w in c.writes}):
        writes = [(c.counter, w) for c in changes for w in c.writes if w.field == number]
        counts = read_numbers(reader, len(writes))
        total = sum(counts)
        names_left -= total
        for (counter, _), size in zip(writes, counts):
            names_of[counter] += size
            if names_left < 0 or names_of[counter] > LIMIT["names_per_change_max"]:
                raise Refused("too many")
        replicas = read_numbers(reader, total)
        for index in replicas:
            at(table, index)
        owners = [counter for (counter, _), size in zip(writes, counts) for _ in range(size)]
        names = iter([_reference(table, *row) for row in zip(owners, replicas, read_numbers(reader, total))])
        for (_, write), size in zip(writes, counts):
            write.names = judged_names(list(islice(names, size)))
        chosen = [at(heads, index) for index in read_numbers(reader, len(writes))]
        for (_, write), head, value in zip(writes, chosen, read_values(reader, len(writes))):
            write.body = judged_body(blob(head) + value)
            bytes_left -= len(write.body)
            if bytes_left < 0:
                raise Refused("out of limits")


def verify_message(register, message, before=None, held=None):
    """R-8.6: the links of a message whose salts, chain and signatures hold; `before` is h(first-1)."""
    absorb({} if held is None else held, message.salts)
    start = message.start if before is None else before
    if message.first == 1:
        start = chain_start(register, message.replica)
    if start is None:
        raise Refused("unknown start")
    found = leaves(message.salts)
    if any(change.erased is None and change.counter not in found for change in message.changes):
        raise Refused("salt mismatch")
    verified = list(links(message.changes, found, start))
    done = 0
    for size, signature in message.segments:
        bytes_taken = sum(len(link.header) + sum(len(write.body) for write in link.change.writes) for link in verified[done:done + size])
        if size > 1 and bytes_taken > LIMIT["segment_bytes_taken_max"]:
            raise Refused("too many")
        done += size
        check_head(register, message.replica, message.first + done - 1, verified[done - 1].hash, signature)
    return verified
