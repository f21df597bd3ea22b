"""The changes message (section 7a): its parts, its refusals, and what a receiver verifies (R-8.6)."""

from dataclasses import replace

from ..chain import commitments
from ..change import Write
from ..columns import CONSTANT, EACH, STEPS, number_column
from ..frames import encode_frame, run_stream
from ..numbers import FRAME
from ..primitives import encode_items, varint
from ..salts import leaf, punctured
from .kit import *

# The message of `three_changes`, deflated once with the preset dictionary.
WITH_PRESET_DICTIONARY = (
    "78f91dbd18436330fcd4609af8f6a6cf338fb43aed4bff424f7035fdc8379afda2fc5b5bc2eeba3bd71905a100a89139606d72c2bcdb9326"
    "393e70377bedc35e95b6e47fe914fbc5cb15fd0ecfdf79cae2f057fecca8aeb049a7b5858c7e4f3b1ef440f1a1c333a3a6d676e1e65b6a47"
    "0e08f03104af55b09d186ff724e6dbf74312e74fbd9c7fa0fbbd78c6b63dbfc445ac9efbccb563601000bb129826981a76342ffc6e74a187"
    "f1c36a90083330131e6202263f90279818d880ce29494c872446907a4670b5b8093cc0dd0399d2d80bab0e9164a03530382530208df423c6"
    "5541810532d2d0c8d0080049767c1f"
)


def cases():
    yield from whole()
    yield from refused()
    yield from received()
    yield from erased()


def decoded(name, spec, comment, said, modes=None, **given):
    known = list(map(bytes.fromhex, given.get("replica", [])))
    return vector(name, "changes", spec, comment, encoded(said, ReplicaNumbers(known), modes), **given)


def whole():
    lone = message([edit(A, 1, [(SURNAME, "Коваль")])])
    yield decoded("lone_change", "R-7.20", "the smallest message with a value", lone)
    yield decoded("no_writes", "R-7.20", "a control change without a write", message([edit(CONTROL, 1, [], kind=4)]))
    said = message(sample())
    yield decoded("three_changes", "R-7.20", "two shapes, two heads, a name at a distance of 2", said)
    each = {label: EACH for label in ("kinds", "record replicas", "recorded-at", f"{SURNAME} heads")}
    yield decoded("every_column_each", "R-7.20 R-7.21", "columns that could be constant, written number by number", said, each)
    steps = {label: STEPS for label in ("kinds", "record counters", "shape of each", f"{UNIT} heads")}
    yield decoded("columns_in_steps", "R-7.20 R-7.21", "columns in steps", said, steps)
    for mode, name in enumerate(("lengths", "lines", "dictionary")):
        yield decoded(f"values_as_{name}", "R-7.20 R-7.22", f"every value column in mode {mode}", said, {f"{number} values": mode for number in (SURNAME, GIVEN, UNIT)})
    yield decoded("two_segments", "R-5.6 R-7.20", "segments of 2 and 1 changes, each with its signature", message(sample(), segments=[2, 1]))
    references = [
        edit(A, 5, [(SURNAME, "x", dot(A, 4), dot(B, 2), dot(C, 8)), (STATUS, "y", dot(C, 8))], record=dot(B, 2), operator=dot(CONTROL, 2)),
        edit(A, 6, [(STATUS, "z", dot(A, 5))], record=dot(B, 2)),
        edit(A, 7, [(LIST_LINE, "17")], operator=dot(CONTROL, 2), extras=encode_items([(9, b"kept")])),
    ]
    later = message(references, before=invented("h4"), start=True)
    yield decoded("references", "R-7.20", "names, record and operator of other replicas; a start hash; extras; two salts", later)
    known = [B.hex(), C.hex(), A.hex()]
    yield decoded("replicas_mentioned_before", "R-7.20", "numbers 0 to 2 were given earlier in the session, 3 is new", later, replica=known)
    control = message([edit(CONTROL, 1, [(ENTRY, b"\1\4\4Olha")], kind=7), edit(CONTROL, 2, [(ENTRY, b"\1\4\4Ihor")], kind=7, operator=dot(CONTROL, 1))])
    yield decoded("operator_of_own_replica", "R-7.20", "an operator's counter stands as it is, for the own replica too", control)
    unknown = message([edit(A, 1, [(7, b"\1\xc8\xff\0"), (4_294_967_295, "y")], kind=900)])
    yield decoded("unknown_kind_field_and_form", "R-4.1 R-4.3 R-4.6", "kept as bytes", unknown)
    ill_formed = message([edit(A, 1, [(SURNAME, "x")], extras=encode_items([(5, b""), (5, b"")])), edit(A, 2, [], extras=b"\xff")])
    yield decoded("extras_ill_formed", "R-4.5", "a type twice, and half a number: kept, without a meaning", ill_formed)
    odd = [(SURNAME, b"\1\0"), (UNIT, b"\3\1\1\xffx"), (HEALTH, b"\1\1\x09")]
    yield decoded("bodies_ill_formed", "R-4.6", "an empty text, a cut head item, state 9: kept, without a meaning", message([edit(A, 1, sorted(odd))]))
    wrong_lane = message([edit(A, 1, [(ENTRY, b"\1\4\4Olha")], kind=7)])
    yield decoded("kind_in_the_wrong_lane", "R-4.3", "an operator's change in the data lane", wrong_lane)
    one, two = (edit(A, number, [(HEALTH, "x")]) for number in (1, 2))
    yield decoded("equal_changes", "R-7.21", "two changes that differ in their counter alone: constant columns", message([one, two]))


def refused():
    said = message(sample())

    def fault(name, comment, label, instead, expect, spec="R-7.23"):
        return vector(name, "changes", spec, comment, spoiled(said, label, instead), expect)

    signature = said.segments[0][1]
    yield fault("replica_number_not_given", "number 1 where 0 is the next free one", "replica", b"\1" + A, "index out of range", "R-7.22")
    yield fault("replica_of_unknown_lane", "lane 2", "replica", b"\0" + A[:32] + b"\2" + A[33:], "unknown lane", "R-3.2")
    yield fault("first_0", "counters begin at 1", "first", b"\0", "bad reference")
    yield fault("counters_over_64_bits", "three changes from 2⁶⁴-2", "first", varint(2**64 - 2), "bad reference")
    yield fault("first_too_great", "2⁴⁰", "first", varint(2**40), "bad reference", "R-3.4 R-7.23")
    yield fault("last_too_great", "three changes from 2⁴⁰-2", "first", varint(2**40 - 2), "bad reference", "R-3.4 R-7.23")
    yield fault("own_replica_among_others", "this replica is 0 already", "others", b"\1\0", "bad reference", "R-7.20")
    yield fault("other_replica_twice", "the same replica as 1 and 2", "others", b"\2\1" + B + b"\1", "bad reference", "R-7.20")
    yield fault("replica_of_incarnation_0", "incarnation 0", "replica", b"\0" + A[:33] + bytes(8), "bad reference", "R-3.3")
    yield fault("operator_counter_too_great", "2⁴⁰", "operator replicas", b"\0\1\0" + varint(2**40), "bad reference", "R-3.4 R-7.23")
    yield fault("start_2", "neither 0 nor 1", "start", b"\2", "unknown start", "R-7.20")
    yield fault("no_segment", "a message without a segment", "segments", b"\0", "out of limits", "R-7.20")
    yield fault("segment_of_0", "a segment without a change", "segment 1", b"\0" + signature, "out of limits", "R-7.20")
    yield fault("segment_of_257", "one more than the limit", "segment 1", varint(257) + signature, "out of limits", "R-5.6")
    yield fault("segments_over_input", "a million segments announced", "segments", varint(1_000_000), "truncated", "R-2.4")
    yield fault("kinds_unknown_mode", "mode 3", "kinds", b"\3\x10", "unknown column mode", "R-7.21")
    yield fault("record_replica_out_of_range", "index 1 where none is listed", "record replicas", b"\0\1", "index out of range", "R-7.22")
    yield fault("record_before_first", "distance 1 from counter 1 leaves 0", "record counters", b"\0\1", "bad reference")
    yield fault("record_distance_huge", "a distance of 2⁶⁴-1", "record counters", b"\1\0\0" + varint(2**64 - 1), "bad reference")
    yield fault("operator_out_of_range", "index 2 where none is listed", "operator replicas", b"\0\2", "index out of range", "R-7.22")
    yield fault("operator_counter_0", "an operator with counter 0", "operator replicas", b"\0\1\0\0", "bad reference")
    yield fault("extras_over_input", "a length of 2⁴⁰", "extras lengths", b"\0" + varint(2**40), "truncated", "R-2.4")
    yield fault("shape_field_twice", "a difference of 0", "shapes", b"\1\2" + varint(SURNAME) + b"\0", "not sorted")
    yield fault("field_number_too_great", "2³²", "shapes", b"\1\1" + varint(2**32), "out of limits", "R-4.1")
    yield fault("shape_out_of_range", "shape 2 of two", "shape of each", b"\0\2", "index out of range", "R-7.22")
    yield fault("head_out_of_range", "head 9", f"{SURNAME} heads", b"\0\x09", "index out of range", "R-7.22")
    yield fault("name_replica_out_of_range", "index 1 where none is listed", f"{SURNAME} names replicas", b"\0\1", "index out of range", "R-7.22")
    yield fault("name_before_first", "distance 3 from counter 3 leaves 0", f"{SURNAME} names counters", b"\0\3", "bad reference")
    yield fault("too_many_names", "2⁵⁰ names a change in a constant column", f"{SURNAME} names counts", b"\0" + varint(2**50), "too many", "R-7.12")
    yield fault("too_many_names_of_a_change", "65,537 names in one write", f"{SURNAME} names counts", b"\1\0\0" + varint(65_537), "too many", "R-4.7")
    yield from faults_of_names()
    yield from faults_of_length()
    many = message([edit(A, counter, [(SURNAME, "x")]) for counter in range(1, 66)])
    shape = b"\1" + varint(4_096) + b"\1" * 4_096
    yield vector("too_many_writes", "changes", "R-7.12", "65 changes of 4,096 writes each, from one shape", spoiled(many, "shapes", shape, cut=True) + b"\0\0", "too many")
    yield vector("trailing_byte", "changes", "R-2.4", "a byte after the last column", encoded(said) + b"\0", "trailing bytes")
    yield vector("last_byte_missing", "changes", "R-2.4", "the last value is cut", encoded(said)[:-1], "truncated")
    segments = varint(257) + (varint(256) + bytes(64)) * 257
    yield vector("too_many_changes", "changes", "R-7.23", "257 segments of 256 changes", ReplicaNumbers().mention(A) + b"\1\0" + segments, "too many changes")


def faults_of_names():
    two = message([edit(A, 5, [(SURNAME, "x", dot(A, 2), dot(A, 4))])], before=invented("h4"), start=True)
    for name, counters in (("names_not_ascending", [1, 3]), ("name_twice", [3, 3])):
        column = number_column(counters, EACH)
        yield vector(name, "changes", "R-4.2 R-7.23", f"distances {counters[0]} and {counters[1]} from counter 5", spoiled(two, f"{SURNAME} names counters", column), "not sorted")
    foreign = message([edit(A, 5, [(SURNAME, "x", dot(B, 2))])], before=invented("h4"), start=True)
    yield vector("name_counter_0", "changes", "R-7.23", "counter 0 of another replica", spoiled(foreign, f"{SURNAME} names counters", bytes([CONSTANT, 0])), "bad reference")


def faults_of_length():
    wide = message([edit(A, 1, [(number * 32, blob(bytes(1_400)) + b"x") for number in range(1, 189)])])
    yield vector("change_too_long", "changes", "R-4.7", "188 bodies of 1,403 bytes, which share one head: 263,764 bytes, and the header", encoded(wide), "change too long")
    run = ReplicaNumbers().mention(A) + b"\1\0" + varint(27) + (varint(256) + bytes(64)) * 27 + b"\0" + bytes(27 * 16) + b"\0" + b"\0\x10" + bytes(10)
    run += b"\1\1" + varint(SURNAME) + b"\0\0" + b"\1" + blob(bytes(2_500)) + bytes(4) + bytes(3)
    yield vector("bodies_over_16_mib", "changes", "R-7.12", "6,912 empty values, which share one head of 2,500 bytes", run, "out of limits")
    long = encoded(message([edit(A, 1, [(SURNAME, "x" * 69_632)])]))
    before, _, after = long.partition(b"x" * 69_632)
    frame = encode_frame(FRAME["changes"], varint(len(long)) + run_stream(before, b"x", 69_632, after), 1)
    yield vector("value_too_long", "frame_message", "R-4.7", "a body of 69,633 bytes, inflated", frame, "value too long")
    stream = bytes.fromhex(WITH_PRESET_DICTIONARY)
    body = varint(len(encoded(message(sample())))) + stream
    yield vector("frame_with_preset_dictionary", "frame_message", "R-6.2 R-6.3 R-6.5", "the three changes of three_changes, compressed with dictionary-1.bin", encode_frame(FRAME["changes"], body, 3))
    yield vector("frame_without_its_dictionary", "frame_message", "R-6.2 R-6.3", "the same stream, but flag 2 is not set", encode_frame(FRAME["changes"], body, 1), "inflate failed")


def received():
    said = message(sample(), segments=[2, 1])
    data = encoded(said)
    yield vector("verified", "receive", "R-5.3 R-5.4 R-5.5 R-8.6", "headers, commitments and hashes of a sound message", data, register=REGISTER)
    held = [f"1 2 {given_salts(A, 1, 2)[1, 2].hex()}", f"3 1 {given_salts(A, 3, 3)[3, 1].hex()}"]
    later = message([edit(A, 4, [(SURNAME, "x")])], before=invented("h3"))
    yield vector("verified_later_salt", "receive", "R-5.2", "the value over 1–4 agrees with those held of 1–2 and 3, which fall away", encoded(later), register=REGISTER, before=invented("h3"), salt=held)
    other = [f"1 2 {invented('salt', 16).hex()}"]
    yield vector("salt_unlike_held", "receive", "R-5.2", "the value held of 1–2 does not come from the one over 1–4", encoded(later), "salt mismatch", register=REGISTER, before=invented("h3"), salt=other)
    yield vector("value_altered", "receive", "R-5.3 R-5.5", "one letter of a value is another", data.replace("Бондар".encode(), "Бондер".encode()), "bad signature", register=REGISTER)
    yield vector("salt_altered", "receive", "R-5.3 R-5.5", "a salt is another", spoiled(said, "salts", b"\0" + invented("salts")), "bad signature", register=REGISTER)
    nothing = message([edit(A, 1, [])])
    yield vector("verified_without_writes", "receive", "R-5.3 R-5.4", "a change without writes has one commitment, of class 0", encoded(nothing), register=REGISTER)
    yield vector("salt_altered_without_writes", "receive", "R-5.3 R-5.5", "a salt is another, of a change without writes", spoiled(nothing, "salts", b"\0" + invented("salts", 16)), "bad signature", register=REGISTER)
    yield vector("wrong_start", "receive", "R-5.4 R-5.5", "h before the first change is another", encoded(later), "bad signature", register=REGISTER, before=invented("another h3"))
    yield vector("wrong_register", "receive", "R-5.4 R-5.5", "a change of another register", data, "bad signature", register=invented("register", 16))
    long = message([edit(A, counter, [(SURNAME, "x" * 700)]) for counter in range(1, 201)])
    yield vector("segment_too_long", "receive", "R-5.6", "200 changes of 700 bytes in one segment: 140,000 bytes and more", encoded(long), "too many", register=REGISTER)
    first, second = said.segments
    yield vector("signature_of_another_head", "receive", "R-5.5", "both segments carry the second's signature", spoiled(said, "segment 1", varint(first[0]) + second[1]), "bad signature", register=REGISTER)


def without(said, gone, salts=None):
    """R-5.7: a message with the values of some changes erased, by counter."""
    changes = []
    for change in said.changes:
        if change.counter not in gone:
            changes.append(change)
            continue
        committed = commitments(change, leaf(root(change.replica, change.counter), change.counter))
        bare = [Write(write.field, write.names, b"\0") for write in change.writes]
        changes.append(replace(change, writes=bare, erased=committed))
    return replace(said, changes=changes, salts=punctured(said.salts, gone, said.first) if salts is None else salts)


def erased():
    said = message(sample(), segments=[2, 1])
    middle = without(said, [2])
    yield decoded("erased_middle", "R-5.7 R-7.20", "the second of three changes is erased: salts of the others, commitments in place of values", middle)
    yield decoded("erased_all", "R-5.7 R-7.20", "nothing is left but headers and commitments", without(said, [1, 2, 3]))
    before = message([edit(A, 4, [(SURNAME, "x")])], before=invented("h3"))
    listed = replace(before, salts=punctured(before.salts, [2], 4))
    yield decoded("erased_before_the_run", "R-5.7", "counter 2 is erased, and the run is 4: the salts from which 2 does not follow", listed)
    yield vector("erased_verified", "receive", "R-5.7 R-8.6", "the signatures hold over the commitments that stayed", encoded(middle), register=REGISTER)
    other = without(said, [2])
    other.changes[1].erased[2] = invented("commitment")
    yield vector("erased_other_commitment", "receive", "R-5.7", "a commitment is another", encoded(other), "bad signature", register=REGISTER)
    lost = without(said, [2], salts={(1, 1): said.salts[1, 2]})
    yield vector("erased_salt_missing", "receive", "R-5.7", "no salt for the third change, which is not erased", encoded(lost), "salt mismatch", register=REGISTER)

    def fault(name, comment, salts, expect, spec="R-5.7"):
        return vector(name, "changes", spec, comment, spoiled(middle, "salts", salts), expect)

    committed = b"".join(bytes([number]) + value for number, value in sorted(middle.changes[1].erased.items()))
    count = bytes([len(middle.changes[1].erased)])
    one = b"\1\0\0" + invented("salt", 16)
    yield fault("erased_form_2", "neither 0 nor 1", b"\2", "unknown range form", "R-7.20")
    yield fault("erased_salt_given", "the salt over 1–2, from which that of the erased 2 follows", b"\1\1\1" + count + committed + b"\1\0\1" + invented("salt", 16), "bad reference")
    yield fault("erased_beyond_the_run", "the fourth of three", b"\1\1\3" + count + committed + one, "bad reference")
    yield fault("erased_twice", "the second change twice", b"\1\2\1" + count + committed + b"\0" + count + committed + one, "bad reference")
    yield fault("erased_class_missing", "no commitment for what it writes", b"\1\1\1\0" + one, "bad reference")
    yield fault("erased_classes_not_sorted", "a class twice", b"\1\1\1\2" + (b"\2" + invented("commitment")) * 2 + one, "not sorted")
    yield fault("erased_salt_not_aligned", "two counters from the second", b"\1\1\1" + count + committed + b"\1\1\1" + invented("salt", 16), "bad reference")
    yield fault("erased_salts_over_input", "a million salts", b"\1\1\1" + count + committed + varint(1_000_000), "truncated", "R-2.4")
    whole = replace(middle, changes=[replace(change, erased=change.erased) for change in middle.changes])
    whole.changes[1] = replace(whole.changes[1], writes=said.changes[1].writes)
    yield vector("erased_with_value", "changes", "R-5.7", "an erased change that says something still", encoded(whole), "bad reference")
