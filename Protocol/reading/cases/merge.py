"""Merging (section 12): messages in their order of arrival, and the state that must come of them in any order."""

import itertools

from ..change import encode_body, state_body
from ..primitives import encode_items
from .kit import *

NEW = dot(A, 1)


def of(replica, counter, *writes, record=NEW, before=None, **more):
    """A message of one change."""
    return message([edit(replica, counter, list(writes), record=record, **more)], before=before)


def cases():
    yield from replacing()
    yield from kinds()
    yield from arriving()


def shown(name, comment, *messages, spec="R-12.1 R-12.2 R-12.4"):
    return vector(name, "merge", spec, comment, arrivals(*messages), register=REGISTER)


def replacing():
    yield shown("nothing", "a register without a change")
    x = of(A, 1, (SURNAME, "x"))
    y = of(B, 1, (SURNAME, "y", NEW))
    z = of(C, 1, (SURNAME, "z", dot(B, 1)))
    for order in itertools.permutations({"a": x, "b": y, "c": z}.items()):
        letters = "".join(letter for letter, _ in order)
        yield shown(f"chain_delivered_{letters}", "A:1 = x, B:1 names A:1, C:1 names B:1: z alone is live, in every order", *(each for _, each in order))
    yield shown("concurrent", "two values that know nothing of each other: both live", x, of(B, 1, (SURNAME, "y")))
    yield shown("concurrent_edits", "both name A:1: both live, A:1 not", x, y, of(C, 1, (SURNAME, "z", NEW)))
    yield shown("equal_values", "the same value twice: two live writes, one value", x, of(B, 1, (SURNAME, "x")))
    twice = message([edit(B, 1, [(SURNAME, "y", NEW)], record=NEW), edit(B, 2, [(SURNAME, "w", dot(B, 1))], record=NEW)])
    stale = of(C, 1, (SURNAME, "z", NEW, dot(B, 1)))
    yield shown("stale_name", "C names A:1 and B:1, which B:2 had already replaced: w and z are live", x, twice, stale)
    resolved = of(C, 1, (SURNAME, "x", NEW, dot(B, 1)))
    yield shown("resolved", "C names both siblings and writes the kept one anew", x, of(B, 1, (SURNAME, "y")), resolved)
    b1, b2 = edit(B, 1, [(SURNAME, "y")], record=NEW), edit(B, 2, [(SURNAME, "x", NEW, dot(B, 1))], record=NEW)
    yield shown("resolved_twice_unlike", "B keeps x, C keeps y, at once: both resolutions are live", x, message([b1, b2]), of(C, 1, (SURNAME, "y", NEW, dot(B, 1))))
    yield shown("name_in_another_field", "a name counts for its own field only", of(A, 1, (SURNAME, "x"), (GIVEN, "g")), of(B, 1, (SURNAME, "y", NEW)))
    other = of(B, 1, (SURNAME, "y", NEW), record=dot(B, 1))
    yield shown("name_in_another_record", "B:1 names A:1, but of a record of its own: x stays live", x, other)
    never = of(B, 1, (SURNAME, "y", dot(C, 5)))
    yield shown("name_that_never_comes", "B:1 names C:5, which nobody has", x, never)
    yield shown("names_itself", "B:1 names its own dot: it is born replaced", x, of(B, 1, (SURNAME, "y", dot(B, 1))))
    gone = of(A, 1, (SURNAME, "x")), of(B, 1, (GIVEN, "g", NEW))
    yield shown("name_without_a_write", "B:1 names A:1 in a field that A:1 did not write", *gone)


def kinds():
    line = of(A, 1, (LIST_LINE, "17"))
    yield shown("set_removed", "a removal names what it removes, and is itself live", line, of(B, 1, (LIST_LINE, encode_body(2, b""), NEW)))
    yield shown("set_added_at_once", "B removes A's value, C adds the same at the same time: C's stays", line, of(B, 1, (LIST_LINE, encode_body(2, b""), NEW)), of(C, 1, (LIST_LINE, "17")))
    yield shown("classes", "three classes: three commitments in the record's digest", of(A, 1, (SURNAME, "x"), (UNIT, "12"), (HEALTH, state_body(4))))
    partly = of(A, 1, (SURNAME, "x"), (UNIT, "12")), of(B, 1, (UNIT, "13", NEW))
    yield shown("class_replaced", "A:1's unit is replaced: its commitment of that class falls out of the digest", *partly)
    half = of(A, 1, (SURNAME, "x"), (GIVEN, "g")), of(B, 1, (GIVEN, "h", NEW))
    yield shown("class_half_replaced", "one of two fields of a class is replaced: the commitment stays, the list of fields tells", *half)
    yield shown("unknown_field", "a field of a later version is merged like any other", of(A, 1, (4_294_967_290, "x")), of(B, 1, (4_294_967_290, "y", NEW)))
    control = of(CONTROL, 1, (ENTRY, b"\1\4\4Olha"), record=dot(CONTROL, 1), kind=7)
    yield shown("control_and_data", "a control change makes the membership digest and no record", control, of(A, 1, (SURNAME, "x"), operator=dot(CONTROL, 1)), spec="R-12.2 R-12.3 R-12.4")
    founding = message([edit(CONTROL, 1, [(ENTRY, b"\1\4\4Olha")], kind=7)])
    yield shown("data_of_a_control_record", "a data change that refers to a control dot makes a record of it", founding, of(A, 1, (SURNAME, "x"), record=dot(CONTROL, 1)), spec="R-12.4")
    yield shown("record_of_an_absent_change", "B:1 writes to A:1's record, which has not come: the record counts", of(B, 1, (SURNAME, "y")), spec="R-12.4")
    yield shown("lone_change_without_writes", "a change that writes nothing makes no record", of(A, 1), spec="R-4.3 R-12.4")
    empty = of(A, 1, (SURNAME, "x")), of(B, 1, record=NEW)
    yield shown("change_without_writes", "B:1 writes nothing and leaves no mark in the digest", *empty, spec="R-4.3 R-12.4")
    written = of(A, 1, (SURNAME, "x"))
    looked = edit(B, 1, [], record=NEW, kind=9, extras=encode_items([(4, b"\1")]))
    unlocked = edit(B, 2, [], kind=9, extras=encode_items([(4, b"\7")]))
    yield shown("custody", "B looked at A:1's record and unlocked: the record is as it was, and there is no other", written, message([looked, unlocked]), spec="R-4.3 R-9.12 R-12.4")
    yield shown("custody_first", "the same the other way round", message([looked, unlocked]), written, spec="R-4.3 R-9.12 R-12.4")


def arriving():
    said = sample()
    hashes = run_hashes(said, chain_start(REGISTER, A))
    first, rest = message(said[:1]), message(said[1:], before=hashes[0])
    third = message(said[2:], before=hashes[1])
    yield shown("in_order", "three changes in two messages", first, rest, spec="R-8.6 R-12.4")
    yield shown("held_until_contiguous", "the later message comes first and is held", rest, first, spec="R-8.6 R-12.4")
    yield shown("gap", "A:2 is missing: A:3 is held and does not count", first, third, spec="R-8.6 R-12.4")
    yield shown("duplicate", "the first message twice", first, first, rest, spec="R-12.4")
    yield from forking(said, hashes, first)
    yield shown("overlapping", "all three changes after the first two: only the third is new", message(said[:2]), message(said), spec="R-12.4")
    yield shown("segments_joined", "the same changes in one message, two signatures fallen away", message(said), spec="R-5.6 R-12.4")


def forking(said, hashes, first):
    """Replicas that were written twice: nothing is shown of what follows the last change that both have."""
    x, y = of(A, 1, (SURNAME, "x")), of(A, 1, (SURNAME, "y"))
    yield shown("fork", "two contents of A:1, both signed: neither counts", x, y, spec="R-8.7 R-12.4")
    yield shown("fork_the_other_way", "the same in the other order", y, x, spec="R-8.7 R-12.4")
    one, other = message(said[1:], before=hashes[0]), message([edit(A, 2, [(SURNAME, "other")], record=NEW)], before=hashes[0])
    for name, order in (("fork_after_one", (first, one, other)), ("fork_after_one_shuffled", (other, one, first))):
        yield shown(name, "A:1 counts; A:2 and A:3 on one side, A:2 on the other do not", *order, spec="R-8.6 R-8.7 R-12.4")
    third = message([edit(A, 3, [(SURNAME, "third")], record=NEW)], before=hashes[1])
    yield shown("fork_of_a_branch", "one side is forked again after A:2: a branch of one change and two that leave it", first, other, one, third, spec="R-8.7 R-12.4")
    edited = of(B, 1, (SURNAME, "b", dot(A, 2)), record=NEW)
    yield shown("fork_named", "B:1 names A:2, which is nothing any more: B:1 is live beside A:1", first, one, other, edited, spec="R-8.7 R-12.1")
    whole = message([edit(A, 1, [(SURNAME, "x")]), edit(A, 2, [(GIVEN, "g")], record=NEW), edit(A, 3, [(GIVEN, "h")], record=NEW)])
    long = message([edit(A, 1, [(SURNAME, "x")]), edit(A, 2, [(GIVEN, "i")], record=NEW)])
    yield shown("fork_inside_segments", "both sides come as one segment from A:1, which both share", whole, long, spec="R-8.7 R-12.4")
    control = [message([edit(CONTROL, 1, [(ENTRY, text)], kind=7)]) for text in (b"\1\4\4Olha", b"\1\4\4Iryn")]
    yield shown("fork_of_control", "two contents of a control change: both in quarantine, and no part of the membership digest", *control, spec="R-8.7 R-12.3 R-12.4")
