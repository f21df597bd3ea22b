"""The messages of section 7, the columns message left out."""

from ..messages import ACK, ADDRESSES, ADMISSION, BYE, CREDIT, HAVE, HELLO, MAGIC, PLAN, SIFT, TRACE
from ..frames import encode_frame, run_stream
from ..numbers import FRAME
from ..primitives import uint, varint
from .kit import *

ENTRY_A = {"tag": names.replica_tag(A), "height": 7, "hash": invented("h7", 8)}
ENTRY_B = {"tag": names.replica_tag(B), "height": 300, "hash": invented("h300", 8)}
SMALL_HELLO = {
    "magic": MAGIC, "lowest": 1, "highest": 1, "register": REGISTER, "start_nonce": 0x0102030405060708, "wall_clock": TIME,
    "window": 1_048_576, "capabilities": 0, "dictionaries": [], "digest": invented("digest", 16), "base": bytes(8),
    "changed": [], "earlier_nonces": [], "items": [],
}


def hello(**instead):
    return HELLO.encode(SMALL_HELLO | instead)


def cases():
    yield from hellos()
    yield from haves_and_sifts()
    yield from small_messages()


def hellos():
    yield vector("hello_smallest", "hello", "R-7.1", "nothing agreed, nothing listed", hello())
    full = hello(
        highest=3, window=524_288, capabilities=1, dictionaries=[invented("dictionary", 8)], base=invented("base", 8),
        changed=[ENTRY_A, ENTRY_B], earlier_nonces=[1, 2**64 - 1], items=[(3, b"new"), (900, b"")],
    )
    yield vector("hello_full", "hello", "R-7.1 R-7.2", "every part present, the window at its least, two unknown items", full)
    yield vector("hello_bad_magic", "hello", "R-7.1", "RCL2", b"RCL2" + hello()[4:], "bad magic")
    yield vector("hello_of_another_protocol", "hello", "R-7.1", "the start of an HTTP request", b"GET / HTTP/1.1\r\n\r\n", "bad magic")
    yield vector("hello_window_too_small", "hello", "R-7.1", "524,287", hello(window=524_287), "window too small")
    yield vector("hello_33_earlier_nonces", "hello", "R-7.1", "one more than the limit", hello(earlier_nonces=list(range(33))), "too many")
    yield vector("hello_items_not_ascending", "hello", "R-7.1", "type 2 after type 3", hello(items=[(3, b""), (2, b"")]), "not sorted")
    yield vector("hello_cut_in_digest", "hello", "R-2.4 R-7.1", "the digest's last bytes are missing", hello()[:-12], "truncated")
    huge = hello()[:-27] + varint(2**60)
    yield vector("hello_dictionaries_without_end", "hello", "R-2.4 R-7.1", "2⁶⁰ dictionaries announced", huge, "truncated")
    yield vector("hello_received", "received_hello", "R-7.1", "versions 0 to 4, of which a node with version 1 alone speaks 1", hello(lowest=0, highest=4), register=REGISTER)
    yield vector("hello_later_versions_only", "received_hello", "R-7.1", "versions 2 to 4, received by a node with version 1 alone", hello(lowest=2, highest=4), "version", register=REGISTER)
    yield vector("hello_another_register", "received_hello", "R-7.1", "a peer that keeps another register", hello(register=invented("register", 16)), "register", register=REGISTER)


def traces():
    def trace(*heights, tag=names.replica_tag(A)):
        return TRACE.encode({"tag": tag, "points": [{"height": height, "hash": invented(f"h{height}", 8)} for height in heights]})

    whole = trace(1, 993, 997, 999, 1_000)
    yield vector("trace", "trace", "R-7.13", "from the last change that both share on, in steps that halve", whole)
    yield vector("trace_one", "trace", "R-7.13", "one height", trace(1))
    yield vector("trace_nothing", "trace", "R-7.13", "no height", trace(), "out of limits")
    yield vector("trace_65", "trace", "R-7.13", "65 heights", trace(*range(1, 66)), "too many")
    yield vector("trace_not_sorted", "trace", "R-7.13", "height 4 twice", trace(4, 4), "not sorted")
    yield vector("trace_of_height_0", "trace", "R-3.4 R-7.13", "height 0, at which all are alike", trace(0, 4), "bad reference")
    yield vector("trace_height_too_great", "trace", "R-3.4 R-7.13", "height 2⁴⁰", trace(2**40), "bad reference")
    yield vector("trace_cut", "trace", "R-2.4 R-7.13", "the last hash is cut", whole[:-1], "truncated")
    yield vector("trace_trailing", "trace", "R-2.4", "a byte too many", whole + b"\0", "trailing bytes")


def haves_and_sifts():
    held = {"tag": names.replica_tag(C), "from": 9, "to": 12}
    ended = {"node": names.node_tag(BORYS.key), "count": 2, "digest": invented("ended", 8)}
    whole = HAVE.encode({"live": [ENTRY_A, ENTRY_B], "held": [held], "ended": [ended]})
    yield vector("have", "have", "R-7.2 R-7.3", "each of its three parts", whole)
    yield vector("have_nothing", "have", "R-7.3", "an empty register", HAVE.encode({"live": [], "held": [], "ended": []}))
    yield vector("have_trailing", "have", "R-2.4 R-7.3", "a byte after the ended replicas", whole + b"\0", "trailing bytes")
    backwards = HAVE.encode({"live": [], "held": [held | {"from": 13}], "ended": []})
    yield vector("have_held_backwards", "have", "R-7.3", "held from 13 to 12", backwards, "bad range")
    yield vector("have_held_from_0", "have", "R-7.3", "held from 0 to 12", HAVE.encode({"live": [], "held": [held | {"from": 0}], "ended": []}), "bad range")
    high_entry = HAVE.encode({"live": [ENTRY_A | {"height": 2**40}], "held": [], "ended": []})
    yield vector("have_height_too_great", "have", "R-3.4 R-7.2", "height 2⁴⁰", high_entry, "bad reference")
    yield vector("have_count_over_input", "have", "R-2.4 R-7.3", "16,384 entries announced, none there", varint(16_384), "truncated")
    agreeing = HAVE.encode({"live": [ENTRY_A], "held": [], "ended": []})
    same = f"{ENTRY_A['tag'].hex()} 7 {ENTRY_A['hash'].hex()}"
    yield vector("have_agrees", "received_have", "R-8.7", "the same hash at a height that both hold", agreeing, own=[same])
    other = f"{ENTRY_A['tag'].hex()} 7 {invented('another h7', 8).hex()}"
    yield vector("have_forks", "received_have", "R-8.7", "another hash at a height that both hold", agreeing, "fork", own=[other])

    low, high = 0x1000000000000000, 0x1FFFFFFFFFFFFFFF
    ranges = [
        {"lowest": 0, "highest": low - 1, "how": 0, "count": 40, "digest": invented("sift", 8)},
        {"lowest": low, "highest": high, "how": 1, "entries": [ENTRY_A]},
        {"lowest": high + 1, "highest": 2**63 - 1, "how": 2, "entries": []},
        {"lowest": 2**63, "highest": 2**64 - 1, "how": 3},
    ]
    sift = SIFT.encode({"node": names.node_tag(ANNA.key), "ranges": ranges})
    yield vector("sift", "sift", "R-7.4", "a digest, a list that wants an answer, an empty list that does not, a range found equal", sift)
    equal = SIFT.encode({"node": names.node_tag(ANNA.key), "ranges": [{"lowest": 0, "highest": 2**64 - 1, "how": 3}]})
    yield vector("sift_equal", "sift", "R-7.4", "the digest sent for the whole range is the answering side's too", equal)
    node = names.node_tag(ANNA.key)
    yield vector("sift_backwards", "sift", "R-7.4", "lowest 6, highest 5", node + varint(1) + uint(6, 8) + uint(5, 8) + b"\0", "bad range")
    yield vector("sift_unknown_form", "sift", "R-7.4", "how 4", node + varint(1) + uint(5, 8) + uint(5, 8) + b"\4", "unknown range form")
    yield vector("sift_cut", "sift", "R-2.4 R-7.4", "the last form is missing", sift[:-1], "truncated")


def small_messages():
    plan = {"control_changes": 2, "control_bytes": 900, "data_changes": 100_000, "data_bytes": 5_400_000}
    yield vector("plan", "plan", "R-7.5", "what is meant to be sent", PLAN.encode(plan))
    ack = ACK.encode({"replicas": [{"tag": names.replica_tag(A), "height": 7}, {"tag": names.replica_tag(B), "height": 300}]})
    yield from traces()
    yield vector("ack", "ack", "R-7.7", "two replicas", ack)
    yield vector("ack_cut", "ack", "R-2.4 R-7.7", "the last height is cut", ack[:-1], "truncated")
    yield vector("ack_trailing", "ack", "R-2.4 R-7.7", "a byte too many", ack + b"\0", "trailing bytes")
    high_ack = ACK.encode({"replicas": [{"tag": names.replica_tag(A), "height": 2**64 - 1}]})
    yield vector("ack_height_too_great", "ack", "R-3.4 R-7.7", "height 2⁶⁴-1", high_ack, "bad reference")
    yield vector("credit", "credit", "R-7.8", "65,536 bytes", CREDIT.encode({"bytes": 65_536}))
    yield vector("credit_not_minimal", "credit", "R-2.1 R-7.8", "5 in two bytes", b"\x85\x00", "varint not minimal")
    yield vector("bye", "bye", "R-7.9", "a reason with a text for people", BYE.encode({"reason": 3, "text": "another register: “south”"}))
    yield vector("bye_taken_out", "bye", "R-7.9 R-8.2", "to a laptop that was taken out", BYE.encode({"reason": 17, "text": "this laptop was taken out of the register"}))
    yield vector("bye_unknown_reason", "bye", "R-7.9", "a reason of a later version", BYE.encode({"reason": 4_000, "text": ""}))
    yield vector("bye_not_utf8", "bye", "R-2.2 R-7.9", "half a letter", b"\4\1\xd0", "not utf-8")
    yield vector("bye_text_too_long", "bye", "R-7.9", "513 bytes", BYE.encode({"reason": 0, "text": "x" * 513}), "out of limits")
    yield vector("ping", "ping", "R-7.11", "empty", b"")
    yield vector("ping_not_empty", "ping", "R-2.4 R-7.11", "a ping with a byte", b"\0", "trailing bytes")
    nodes = [{"node": BORYS.key, "texts": ["192.0.2.7:7047", "[2001:db8::7]:7047"]}, {"node": CHRIS.key, "texts": []}]
    yield vector("addresses", "addresses", "R-7.11", "two hints for one node, none for another", ADDRESSES.encode({"nodes": nodes}))
    nine = ADDRESSES.encode({"nodes": [{"node": BORYS.key, "texts": ["a:1"] * 9}]})
    yield vector("addresses_nine_of_a_node", "addresses", "R-7.11", "one more than the limit", nine, "too many")
    founding = message([edit(CONTROL, 1, [(ENTRY, b"\1\4\4Olha")], kind=7)])
    yield vector("admission", "admission", "R-7.10", "one message of a control replica", ADMISSION.encode({"messages": [encoded(founding)]}))
    data = ADMISSION.encode({"messages": [encoded(message([edit(A, 1, [(SURNAME, "x")])]))]})
    yield vector("admission_of_a_data_replica", "admission", "R-7.10", "a message of the data lane", data, "bad reference")
    second = message([edit(CONTROL, 2, [], kind=4)], before=invented("h1"))
    yield vector("admission_from_counter_2", "admission", "R-7.10", "a message that does not begin at counter 1", ADMISSION.encode({"messages": [encoded(second)]}), "bad reference")
    long = ADMISSION.encode({"messages": [bytes(65_536)]})
    yield vector("admission_too_long", "frame_message", "R-7.10", "65,540 bytes, inflated", encode_frame(FRAME["admission"], varint(len(long)) + run_stream(long[:4], b"\0", 65_536, b""), 1), "out of limits")
    yield vector("admission_of_nothing", "admission", "R-7.10", "no message", b"\0", "out of limits")
