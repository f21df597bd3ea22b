"""The entries that destroy values and that keep them from it (R-9.10, R-9.15)."""

from .messages import DataReplica
from .names import Dot, judged_counter, replica_order
from .numbers import LIMIT, table
from .primitives import Reader, Refused, text, uint, varint

VERDICTS = table("hold_verdict").values()


def encode_erase(reason, records):
    """R-9.10: `records` is [(record, [changes])], all of them dots, in the order in which they are to stand."""
    replicas = sorted({dot.replica for record, changes in records for dot in (record, *changes)}, key=replica_order)

    erased = b"".join(
        _listed([record], replicas) + varint(len(changes)) + _listed(changes, replicas) for record, changes in records
    )
    return text(reason) + varint(len(replicas)) + b"".join(replicas) + varint(len(records)) + erased


def read_erase(data):
    """R-9.10: the reason and [(record, [changes])]."""
    reader = Reader(data)
    reason = reader.text(LIMIT["reason_bytes_max"])
    replicas = _replicas(reader, 1)
    records = []
    for _ in range(_count(reader, 5)):
        record = _dot(reader, replicas)
        changes = [_dot(reader, replicas) for _ in range(_count(reader, 2))]
        _judge_order([change.order for change in changes])
        records.append((record, changes))
    _judge_order([record.order for record, _ in records])
    reader.end()
    return reason, records


def encode_hold(verdict, reason, records):
    """R-9.15: `records` in the order in which they are to stand; none: the register as a whole."""
    replicas = sorted({dot.replica for dot in records}, key=replica_order)
    listed = varint(len(replicas)) + b"".join(replicas) + varint(len(records)) + _listed(records, replicas)
    return uint(verdict, 1) + text(reason) + listed


def read_hold(data):
    """R-9.15: the verdict, the reason and the records."""
    reader = Reader(data)
    verdict = reader.uint(1)
    if verdict not in VERDICTS:
        raise Refused("out of limits")
    reason = reader.text(LIMIT["reason_bytes_max"])
    replicas = _replicas(reader, 0)
    records = [_dot(reader, replicas) for _ in range(_count(reader, 2, 0))]
    _judge_order([record.order for record in records])
    reader.end()
    return verdict, reason, records


def _listed(dots, replicas):
    return b"".join(varint(replicas.index(dot.replica)) + varint(dot.counter) for dot in dots)


def _replicas(reader, least):
    replicas = [DataReplica().read(reader) for _ in range(_count(reader, 41, least))]
    _judge_order([replica_order(replica) for replica in replicas])
    return replicas


def _dot(reader, replicas):
    index = reader.varint()
    if index >= len(replicas):
        raise Refused("index out of range")
    return Dot(replicas[index], judged_counter(reader.varint()))


def _count(reader, bytes_each, least=1):
    number = reader.varint()
    if number * bytes_each > reader.left:
        raise Refused("truncated")
    if number < least:
        raise Refused("out of limits")
    return number


def _judge_order(found):
    if any(before >= after for before, after in zip(found, found[1:])):
        raise Refused("not sorted")
