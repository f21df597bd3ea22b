"""The messages of sections 7, 9 and 10 as tables, the columns message left out."""

from .layouts import Blob, Fixed, Interval, Items, Joined, Number, OrNothing, Repeat, Struct, Text, Whole
from .names import read_replica, replica_order
from .numbers import LIMIT, WEAK_BUNDLE_KEYS
from .primitives import Refused

U8, U64, VARINT = Number(1), Number(8), Number()
HEIGHT = Number(high=LIMIT["counter_max"], refusal="bad reference")
COUNTERS = Interval(("from", "to"), VARINT, least=1, most=LIMIT["counter_max"])
MAGIC = b"RCL1"

HAVE_ENTRY = Struct(tag=Fixed(8), height=HEIGHT, hash=Fixed(8))
HAVE_ENTRIES = Repeat(HAVE_ENTRY, high=LIMIT["have_entries_max"])
NONCES = Repeat(U64, high=LIMIT["earlier_nonces_max"])


class SiftRange:
    """R-7.4: one range of a node's tags, as a digest, as a list, or as equal."""

    bounds = Interval(("lowest", "highest"), U64)
    forms = {
        0: Struct(count=VARINT, digest=Fixed(8)),
        1: Struct(entries=HAVE_ENTRIES),
        2: Struct(entries=HAVE_ENTRIES),
        3: Struct(),
    }

    def read(self, reader):
        value = self.bounds.read(reader) | {"how": reader.u8()}
        if value["how"] not in self.forms:
            raise Refused("unknown range form")
        return value | self.forms[value["how"]].read(reader)

    def encode(self, value):
        return self.bounds.encode(value) + bytes([value["how"]]) + self.forms[value["how"]].encode(value)

    def tell(self, path, value):
        yield from self.bounds.tell(path, value)
        yield f"{path}.how", str(value["how"])
        yield from self.forms[value["how"]].tell(path, value)


HELLO = Struct(
    magic=Fixed(4, MAGIC, "bad magic"),
    lowest=U8,
    highest=U8,
    register=Fixed(16),
    start_nonce=U64,
    wall_clock=VARINT,
    window=Number(low=LIMIT["window_bytes_min"], refusal="window too small"),
    capabilities=VARINT,
    dictionaries=Repeat(Fixed(8)),
    digest=Fixed(16),
    base=Fixed(8),
    changed=HAVE_ENTRIES,
    earlier_nonces=NONCES,
    items=Items(),
)
HAVE = Struct(
    live=HAVE_ENTRIES,
    held=Repeat(Joined(Struct(tag=Fixed(8)), COUNTERS), high=LIMIT["have_entries_max"]),
    ended=Repeat(Struct(node=Fixed(8), count=VARINT, digest=Fixed(8)), high=LIMIT["have_entries_max"]),
)
SIFT = Struct(node=Fixed(8), ranges=Repeat(SiftRange()))
PLAN = Struct(control_changes=VARINT, control_bytes=VARINT, data_changes=VARINT, data_bytes=VARINT)
ACK = Struct(replicas=Repeat(Struct(tag=Fixed(8), height=HEIGHT), high=LIMIT["have_entries_max"]))


class Points(Repeat):
    """R-7.13: strictly ascending by height."""

    def read(self, reader):
        found = []
        for _ in range(reader.count(self.low, self.high)):
            point = self.element.read(reader)
            if found and point["height"] <= found[-1]["height"]:
                raise Refused("not sorted")
            found.append(point)
        return found


POINT = Struct(height=Number(low=1, high=LIMIT["counter_max"], refusal="bad reference"), hash=Fixed(8))
TRACE = Struct(tag=Fixed(8), points=Points(POINT, 1, LIMIT["trace_points_max"]))
CREDIT = Struct(bytes=VARINT)
BYE = Struct(reason=VARINT, text=Text(LIMIT["bye_text_bytes_max"]))
ADMISSION = Whole(Struct(messages=Repeat(Blob(), 1, LIMIT["admission_messages_max"])), LIMIT["admission_bytes_max"])
PING = Struct()
ADDRESSES = Struct(
    nodes=Repeat(
        Struct(
            node=Fixed(32),
            texts=Repeat(Text(LIMIT["address_text_bytes_max"]), high=LIMIT["addresses_per_node_max"]),
        ),
        high=LIMIT["addresses_max"],
    )
)


class BundleKey(Blob):
    """R-9.4: an X25519 key that is not weak, or nothing."""

    def read(self, reader):
        key = super().read(reader)
        if key and (int.from_bytes(key, "little") >= 2**255 - 19 or key in WEAK_BUNDLE_KEYS):
            raise Refused("weak key")
        return key


PUBLIC_KEY_OR_NONE = BundleKey(sizes=(0, 32))
JOIN_OFFER = Struct(node=Fixed(32), random=Fixed(16), bundle_key=PUBLIC_KEY_OR_NONE, name=Text(LIMIT["name_bytes_max"]))
JOIN_ANSWER = Struct(node=Fixed(32), random=Fixed(16), genesis=Blob())
JOIN_PROOF = Struct(proof=Fixed(32), enrolment=Fixed(64))
JOIN_ACCEPT = Struct(proof=Fixed(32))
JOIN_ADMITTED = Struct()

MEMBER = Struct(
    node=Fixed(32),
    tls=Fixed(32),
    role=U8,
    bundle_key=PUBLIC_KEY_OR_NONE,
    name=Text(LIMIT["name_bytes_max"]),
    proof=Fixed(64),
)
OPERATOR = Struct(name=Text(LIMIT["name_bytes_max"]), role=OrNothing(Number(1, low=1, high=4, refusal="out of limits")))


class Cuts(Repeat):
    """R-9.5: strictly ascending by lane, then incarnation."""

    def read(self, reader):
        found = []
        for _ in range(reader.count(self.low, self.high)):
            cut = self.element.read(reader)
            place = cut["lane"], cut["incarnation"]
            if found and place <= (found[-1]["lane"], found[-1]["incarnation"]):
                raise Refused("not sorted")
            found.append(cut)
        return found


CUT = Struct(
    lane=Number(1, high=1, refusal="unknown lane"),
    incarnation=Number(8, low=1, refusal="bad reference"),
    height=Number(low=1, high=LIMIT["counter_max"], refusal="bad reference"),
    hash=Fixed(32),
)
ROLE = Struct(node=Fixed(32), role=Number(1, low=1, high=4, refusal="out of limits"))
REVOKE = Struct(node=Fixed(32), reason=Text(LIMIT["reason_bytes_max"]), cuts=Cuts(CUT, high=LIMIT["cuts_max"]))



class DataReplica:
    """R-9.9, R-9.10: 41 bytes, of the data lane; a decision may be about branches of either, too."""

    def __init__(self, branches=False):
        self.branches = branches

    def read(self, reader):
        replica = read_replica(reader, self.branches)
        if replica[32] == 0:
            raise Refused("bad reference")
        return replica

    def encode(self, value):
        return value

    def tell(self, path, value):
        yield path, value.hex()


class Runs(Repeat):
    """R-9.9: strictly ascending by replica, then counter; none meets another."""

    def read(self, reader):
        found = []
        for _ in range(reader.count(self.low, self.high)):
            run = self.element.read(reader)
            place = replica_order(run["replica"]), run["from"]
            if found and place <= (replica_order(found[-1]["replica"]), found[-1]["to"]):
                raise Refused("not sorted")
            found.append(run)
        return found


ADOPT = Struct(
    verdict=Number(1, low=1, high=2, refusal="out of limits"),
    reason=Text(LIMIT["reason_bytes_max"]),
    runs=Runs(Joined(Struct(replica=DataReplica(branches=True)), COUNTERS, Struct(hash=Fixed(32))), high=LIMIT["adopted_runs_max"]),
)

RETENTION = Struct(end=Number(high=LIMIT["end_day_max"], refusal="out of limits"), reason=Text(LIMIT["reason_bytes_max"]))



class Recipient(Fixed):
    """R-9.16: an X25519 key that is not weak."""

    def read(self, reader):
        key = super().read(reader)
        if int.from_bytes(key, "little") >= 2**255 - 19 or key in WEAK_BUNDLE_KEYS:
            raise Refused("weak key")
        return key


KEY = Struct(bundle=Recipient(32))


class Wraps(Repeat):
    """R-9.17: strictly ascending by whom they are for."""

    def read(self, reader):
        found = super().read(reader)
        recipients = [each["recipient"] for each in found]
        if any(a >= b for a, b in zip(recipients, recipients[1:])):
            raise Refused("not sorted")
        return found


CLASS_KEY = Struct(**{
    "act": Number(1, low=1, high=2, refusal="out of limits"), "class": Number(1, low=3, high=4, refusal="out of limits"), "key": Number(4),
    "wraps": Wraps(Struct(recipient=Recipient(32), share=Fixed(32), box=Fixed(32)), high=LIMIT["class_key_wraps_max"]),
})
CUSTODY = Struct(act=Number(1, low=1, refusal="out of limits"))

BY_NAME = {
    "hello": HELLO, "have": HAVE, "sift": SIFT, "plan": PLAN, "trace": TRACE, "ack": ACK, "credit": CREDIT, "bye": BYE,
    "admission": ADMISSION, "ping": PING, "addresses": ADDRESSES,
    "join_offer": JOIN_OFFER, "join_answer": JOIN_ANSWER, "join_proof": JOIN_PROOF,
    "join_accept": JOIN_ACCEPT, "join_admitted": JOIN_ADMITTED,
    "member": MEMBER, "operator": OPERATOR, "role": ROLE, "revoke": REVOKE, "adopt": ADOPT, "retention": RETENTION,
    "custody": CUSTODY, "key_entry": KEY, "class_key": CLASS_KEY,
}


def judge_hello(hello, register):
    """R-7.1: what a node that speaks version 1 alone and keeps this register says to a hello."""
    if not hello["lowest"] <= LIMIT["version"] <= hello["highest"]:
        raise Refused("version")
    if hello["register"] != register:
        raise Refused("register")


def judge_have(have, own):
    """R-8.7: `own` is (tag, height) → first 8 bytes of the hash held here."""
    for entry in have["live"]:
        known = own.get((entry["tag"], entry["height"]))
        if known is not None and known != entry["hash"]:
            raise Refused("fork")
