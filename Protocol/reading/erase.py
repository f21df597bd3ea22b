"""The entry that destroys values (R-9.10)."""

from .messages import DataReplica
from .names import Dot, judged_counter, replica_order
from .numbers import LIMIT
from .primitives import Reader, Refused, text, varint


def encode_erase(reason, records):
    """R-9.10: `records` is [(record, [changes])], all of them dots, in the order in which they are to stand."""
    replicas = sorted({dot.replica for record, changes in records for dot in (record, *changes)}, key=replica_order)

    def listed(dots):
        return b"".join(varint(replicas.index(dot.replica)) + varint(dot.counter) for dot in dots)

    erased = b"".join(listed([record]) + varint(len(changes)) + listed(changes) for record, changes in records)
    return text(reason) + varint(len(replicas)) + b"".join(replicas) + varint(len(records)) + erased


def read_erase(data):
    """R-9.10: the reason and [(record, [changes])]."""
    reader = Reader(data)
    reason = reader.text(LIMIT["reason_bytes_max"])
    replicas = [DataReplica().read(reader) for _ in range(_count(reader, 41))]
    _judge_order([replica_order(replica) for replica in replicas])

    def dot():
        index = reader.varint()
        if index >= len(replicas):
            raise Refused("index out of range")
        return Dot(replicas[index], judged_counter(reader.varint()))

    records = []
    for _ in range(_count(reader, 5)):
        record = dot()
        changes = [dot() for _ in range(_count(reader, 2))]
        _judge_order([change.order for change in changes])
        records.append((record, changes))
    _judge_order([record.order for record, _ in records])
    reader.end()
    return reason, records


def _count(reader, bytes_each):
    number = reader.varint()
    if number * bytes_each > reader.left:
        raise Refused("truncated")
    if number < 1:
        raise Refused("out of limits")
    return number


def _judge_order(found):
    if any(before >= after for before, after in zip(found, found[1:])):
        raise Refused("not sorted")
