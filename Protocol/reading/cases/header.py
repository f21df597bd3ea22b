"""Canonical headers and bodies (section 4)."""

from ..change import canonical_header, encode_body, event_body, mark_body, read_body, record_body, state_body, verification_body
from ..age import stream
from ..class_keys import ClassKey, padded
from ..primitives import blob, encode_items, text, uint, varint
from .kit import *


def headers():
    def shown(name, comment, change, spec="R-4.4"):
        return vector(name, "header", spec, comment, canonical_header(change), replica=change.replica)

    yield shown("new_record", "a change that creates its record", edit(A, 1, [(SURNAME, "x")]))
    yield shown("edit_of_own_record", "counter 300, of record 5 of the same replica", edit(A, 300, [(SURNAME, "x", dot(A, 5))], record=dot(A, 5)))
    yield shown(
        "other_replicas", "record of B, operator in the control lane, names of A, B and C: replicas listed by first mention, names ordered by dot",
        edit(A, 7, [(SURNAME, "x", dot(A, 2), dot(B, 1), dot(B, 9), dot(C, 4)), (STATUS, "y", dot(C, 4))], record=dot(B, 1), operator=dot(CONTROL, 1)),
        "R-4.2 R-4.4",
    )
    yield shown("no_writes", "a control change without a write, about itself", edit(CONTROL, 2, [], kind=4, time=0), "R-4.3 R-4.4")
    ended = uint(0x99, 8) + varint(12) + invented("head")
    parents = B[:32] + b"\0" + B[33:] + varint(3) + invented("parent", 16)
    extras = encode_items([(1, ended), (2, parents), (40, b"?")])
    yield shown("extras", "ended, parents and an unknown extra", edit(CONTROL, 1, [(ENTRY, b"\1\4x")], kind=7, extras=extras), "R-4.4 R-4.5")
    founded = encode_items([(3, b"\1" + CONTROL[:32] + invented("tls") + invented("random", 16) + text("gate"))])
    yield shown("genesis", "a founder's first control change holds the genesis", edit(CONTROL, 1, [(ENTRY, b"\1\4x")], kind=7, extras=founded), "R-4.4 R-4.5")
    yield shown("unknown_kind_and_field", "kind 900, a field of reserved class 7", edit(A, 3, [(7, "x"), (4_294_967_295, "y")], kind=900), "R-4.1 R-4.3")
    unsorted = canonical_header(edit(A, 9, [(SURNAME, "x", dot(A, 4), dot(A, 3))]))
    yield vector("names_not_ascending", "header", "R-4.2", "names A:4, A:3", unsorted, "not sorted", replica=A)
    twice = canonical_header(edit(A, 9, [(SURNAME, "x"), (SURNAME, "y")]))
    yield vector("counter_0", "header", "R-3.4 R-4.4", "counters begin at 1", b"\x10\0" + canonical_header(edit(A, 9, []))[2:], "bad reference", replica=A)
    yield vector("field_twice", "header", "R-4.2", "the same field two times", twice, "not sorted", replica=A)


def bodies():
    yield vector("text", "body", "R-4.6", "an empty head: text without source or reason", text_body("Коваль"))
    yield vector("text_with_source_and_reason", "body", "R-4.6", "both items of the head", text_body("12", source="tag", reason="read twice"))
    yield vector("state", "body", "R-4.6", "a state with its reason", state_body(3, reason="unconscious"))
    yield vector("state_0", "body", "R-4.6", "states begin at 1", state_body(0), "out of limits")
    yield vector("state_6", "body", "R-4.6", "one more than there are", state_body(6), "out of limits")
    yield vector("text_empty", "body", "R-4.6", "a text has at least one byte", b"\0", "out of limits")
    yield vector("text_in_a_head_of_its_form", "body", "R-4.6", "the form written out, no item: the same meaning in a longer form", b"\1\0x")
    yield vector("removal", "body", "R-4.6", "removed from a set", encode_body(2, b""))
    yield vector("event", "body", "R-4.6", "an arrival without a stated time", event_body("gate", 0))
    yield vector("entry", "body", "R-4.6 R-9.3", "an operator's name", encode_body(4, text("Olha")))
    yield vector("mark", "body", "R-4.6", "a removed record's live dots as shown", mark_body(1, [dot(A, 1), dot(A, 300), dot(B, 2)]))
    yield vector("mark_without_dots", "body", "R-4.6", "a restored record of which nothing was shown", mark_body(2, []))
    yield vector("mark_not_ascending", "body", "R-4.6", "B:2 before A:300", mark_body(1, [dot(A, 1), dot(B, 2), dot(A, 300)]), "not sorted")
    yield vector("mark_replica_not_mentioned", "body", "R-4.6", "a replica of which no dot is listed", encode_body(5, b"\1\1" + A + b"\0"), "not sorted")
    yield vector("mark_counter_0", "body", "R-3.4 R-4.6", "counter 0", mark_body(1, [dot(A, 0)]), "bad reference")
    yield vector("mark_3", "body", "R-4.6", "neither removed nor restored", mark_body(3, []), "out of limits")
    yield vector("mark_index_out_of_range", "body", "R-4.6 R-7.22", "replica 1 where only 0 is listed", encode_body(5, b"\1\1" + A + b"\1\1\1"), "index out of range")
    yield vector("unknown_form", "body", "R-4.6", "kept as bytes", encode_body(200, b"\xff\x00"))
    unknown = blob(b"\0" + encode_items([(1, b"list"), (77, b"\x80")])) + b"x"
    yield vector("unknown_item_in_head", "body", "R-4.6", "kept as bytes beside a known one", unknown)
    yield vector("head_not_ascending", "body", "R-4.6", "reason before source", blob(b"\0" + encode_items([(2, b"r"), (1, b"s")])) + b"x", "not sorted")
    yield vector("head_item_twice", "body", "R-4.6", "source two times", blob(b"\0" + encode_items([(1, b"r"), (1, b"s")])) + b"x", "not sorted")
    yield vector("source_not_utf8", "body", "R-2.2 R-4.6", "a source of one stray byte", blob(b"\0" + encode_items([(1, b"\xff")])) + b"x", "not utf-8")
    yield vector("value_not_utf8", "body", "R-2.2 R-4.6", "a text of one stray byte", b"\0\xff", "not utf-8")
    yield vector("head_cut", "body", "R-2.4", "a head longer than the body", b"\5\0\1", "truncated")
    yield from sealed()
    checked = [dot(A, 1), dot(B, 2)]
    yield vector("record", "body", "R-4.6", "another record, as who is the same person", record_body(dot(B, 300)))
    yield vector("record_counter_0", "body", "R-3.4 R-4.6", "counter 0", record_body(dot(B, 0)), "bad reference")
    yield vector("record_trailing", "body", "R-2.4 R-4.6", "a byte too many", record_body(dot(B, 1)) + b"\0", "trailing bytes")
    yield vector("verification", "body", "R-4.9", "a surname that two wrote, confirmed at a table", verification_body(1, SURNAME, "table 2", checked, "passport"))
    yield vector("verification_without_station", "body", "R-4.9", "what a source says is another", verification_body(2, SURNAME, "", checked[:1], "list"))
    yield vector("verification_outcome_4", "body", "R-4.9", "an outcome that there is not", verification_body(4, SURNAME, "", checked), "out of limits")
    yield vector("verification_of_nothing", "body", "R-4.9", "no dot", verification_body(1, SURNAME, "", []), "out of limits")
    yield vector("verification_field_too_great", "body", "R-4.9", "field 2³²", verification_body(1, 1 << 32, "", checked), "out of limits")
    yield vector("verification_station_too_long", "body", "R-4.9", "257 bytes of station", verification_body(1, SURNAME, "x" * 257, checked), "out of limits")
    yield vector("verification_not_sorted", "body", "R-4.9", "B before A", verification_body(1, SURNAME, "", checked[::-1]), "not sorted")
    yield vector("removal_with_a_value", "body", "R-2.4 R-4.6", "a removal has no value", encode_body(2, b"x"), "trailing bytes")


def sealed():
    secret, record = invented("class secret", 16), dot(A, 5)
    key = ClassKey(REGISTER, 3, secret)
    where = {"register": REGISTER, "class": 3, "secret": secret, "replica": A, "counter": 5, "field": HEALTH}
    plain = text_body("seriously wounded", source="medic", reason="seen")
    whole = key.seal_body(plain, record, HEALTH)
    short = key.seal_body(text_body("good"), record, HEALTH)

    def case(name, comment, data, expect="success", **instead):
        return vector(f"class_sealed{name}", "class_sealed", "R-4.8", comment, data, expect, **where | instead)

    yield vector("sealed", "body", "R-4.6 R-4.8", "a value of a restricted class, with source and reason", whole)
    yield vector("sealed_alone", "body", "R-4.6 R-4.8", "one of which nothing more is said", short)
    yield vector("sealed_nothing", "body", "R-4.8", "nothing behind the check", encode_body(6, bytes(16)), "bad seal")
    yield vector("sealed_17_bytes", "body", "R-4.8", "no multiple of 16", encode_body(6, bytes(16 + 17)), "bad seal")
    yield vector("sealed_check_cut", "body", "R-2.4 R-4.8", "the check is one byte short", encode_body(6, bytes(15)), "truncated")
    yield vector("sealed_items_cut", "body", "R-2.4 R-4.8", "source and reason are cut short", blob(b"\6" + encode_items([(3, bytes(9))])) + bytes(32), "truncated")
    yield case("", "a value with source and reason, for whoever has the key", whole)
    yield case("_state", "a state is sealed like a value", key.seal_body(state_body(2), record, HEALTH))
    yield case("_open_source", "a source that stands openly beside another value of the change", key.seal_body(plain, record, HEALTH, b"medic"))
    yield case("_15_bytes", "a block that is full but for the mark of its end", key.seal_body(text_body("x" * 14), record, HEALTH))
    yield case("_16_bytes", "one byte more takes a block more", key.seal_body(text_body("x" * 15), record, HEALTH))
    yield case("_another_record", "taken from one record to another", whole, "bad seal", counter=6)
    yield case("_another_field", "taken from one field to another", whole, "bad seal", field=HEALTH - 32)
    yield case("_another_key", "who has another key of the class", whole, "bad seal", secret=invented("another secret", 16))
    yield case("_another_class", "who has a key of the other class", whole, "bad seal", **{"class": 4})
    yield case("_bit_turned", "a bit of the last byte", whole[:-1] + bytes([whole[-1] ^ 1]), "bad seal")
    yield case("_block_too_many", "a block of zeros more than it takes", key.seal_body(plain, record, HEALTH, b"medic") + key_stream_after(key, plain, record), "bad seal")
    yield case("_not_sealed", "a body as anybody can read it", plain, "bad seal")


def key_stream_after(key, plain, record):
    """What 16 zeros behind a sealed value would be sealed to."""
    form, _, value = read_body(plain)
    data = encode_body(form, value)
    used = len(padded(data))
    return stream(key.sealing, key.check(data, 1, record, HEALTH), bytes(used + 16))[used:]
