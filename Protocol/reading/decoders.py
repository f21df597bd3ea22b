"""What the `decode:` line of a vector file names: from bytes and `given.` values to lines of meaning.

A decoder takes (data, given) and yields (key, value) pairs, or raises `Refused` or `Incomplete`.
"""

from . import ed25519, join, knowledge, messages, names, request
from .bundle import MANIFEST, read_bundle, verify_bundle
from .change import (
    ENTRY, EVENT, MARK, REASON, RECORD, REMOVAL, SEALED, SOURCE, STATE, TEXT, VERIFICATION,
    read_body, read_event, read_header, read_mark, read_record, read_sealed, read_state, read_text, read_verification,
)
from .chain import chain_link, chain_start, check_head, commitment
from .changes_message import ReplicaNumbers, read_message, verify_message
from .class_keys import ClassKey, opened_class_key
from .columns import read_numbers, read_values
from .age import open_file
from .erase import read_erase, read_hold
from .forks import branch_name
from .frames import inflate, judge_type, open_body, read_frame
from .layouts import quoted, read_whole, shown
from .names import Dot
from .numbers import FOLDER
from .numbers import names as number_names
from .primitives import Reader, Refused, utf8
from .recovery import judge_recover, key_text, read_key_text, read_recovery, set_name
from .salts import class_salt, leaf, leaves, subtrees
from .state import CONTROL, State


def given_bytes(given, key):
    value = given.get(key)
    return None if value is None else bytes.fromhex(value)


def listed(given, key):
    """The values of key.0, key.1, …"""
    found = []
    while f"{key}.{len(found)}" in given:
        found.append(given[f"{key}.{len(found)}"])
    return found


def varint(data, given):
    reader = Reader(data)
    number = reader.varint()
    reader.end()
    yield "varint", str(number)


def text(data, given):
    reader = Reader(data)
    string = reader.text()
    reader.end()
    yield "text", quoted(string)


def base32(data, given):
    values = names.digit_values(utf8(data))
    yield "base32.digits", "".join(names.ALPHABET[value] for value in values)


def base32_of(data, given):
    yield "base32", names.base32(data)


def check_digit(data, given):
    yield "checked", names.with_check(utf8(data))


def typed_id(data, given):
    yield "id", names.with_check(names.checked(utf8(data), 10))


def register(data, given):
    """R-3.7: as a person typed it."""
    found = names.read_register_text(utf8(data))
    yield "register.bytes", found.hex()
    yield "register.text", names.register_text(found)


def node(data, given):
    yield "node.text", names.node_text(data)
    yield "node.tag", names.node_tag(data).hex()


def key(data, given):
    yield "key", names.judged_key(data).hex()


def replica(data, given):
    reader = Reader(data)
    found = names.read_replica(reader)
    reader.end()
    yield "replica.node", found[:32].hex()
    yield "replica.lane", str(found[32])
    yield "replica.incarnation", names.base32(found[33:])
    yield "replica.tag", names.replica_tag(found).hex()


def replica_order(data, given):
    size = names.REPLICA_BYTES
    replicas = [data[at:at + size] for at in range(0, len(data), size)]
    for place, found in enumerate(sorted(replicas, key=names.replica_order)):
        yield f"order.{place}", found.hex()


def record_id(data, given):
    dot = Dot(data[:names.REPLICA_BYTES], int.from_bytes(data[names.REPLICA_BYTES:], "big"))
    yield "dot.text", dot.text
    yield "record.id", names.record_id(given_bytes(given, "register"), dot)


def genesis(data, given):
    found = names.read_genesis(data)
    yield "genesis.node", found["node"].hex()
    yield "genesis.tls", found["tls"].hex()
    yield "genesis.random", found["random"].hex()
    yield "genesis.title", quoted(found["title"])
    yield "genesis.hash", names.genesis_hash(data).hex()
    yield "genesis.register", names.register_id(data).hex()


def tell_change(path, change, bodies=True):
    yield f"{path}.counter", str(change.counter)
    yield f"{path}.kind", str(change.kind)
    yield f"{path}.record", change.record.bytes.hex()
    yield f"{path}.operator", change.operator.bytes.hex() if change.operator else "-"
    yield f"{path}.recorded_at", str(change.recorded_at)
    yield f"{path}.extras", shown(change.extras)
    yield f"{path}.writes", str(len(change.writes))
    for place, write in enumerate(change.writes):
        yield f"{path}.write.{place}.field", str(write.field)
        yield f"{path}.write.{place}.names", str(len(write.names))
        for number, dot in enumerate(write.names):
            yield f"{path}.write.{place}.name.{number}", dot.bytes.hex()
        if bodies:
            yield f"{path}.write.{place}.body", shown(write.body)


def header(data, given):
    yield from tell_change("header", read_header(data, given_bytes(given, "replica")), bodies=False)


def body(data, given):
    form, items, value = read_body(data)
    yield "body.form", str(form)
    yield "body.items", str(len(items))
    for place, (kind, found) in enumerate(items):
        yield f"body.item.{place}.type", str(kind)
        yield f"body.item.{place}.value", quoted(utf8(found)) if kind in (SOURCE, REASON) else shown(found)
    yield from body_value(form, value)


def body_value(form, value):
    if form == TEXT:
        yield "body.text", quoted(read_text(value))
    elif form == STATE:
        yield "body.state", number_names("state")[read_state(value)]
    elif form == EVENT:
        stage, time = read_event(value)
        yield "body.stage", quoted(stage)
        yield "body.time", str(time)
    elif form == MARK:
        mark, dots = read_mark(value)
        yield "body.mark", number_names("mark")[mark]
        for place, dot in enumerate(dots):
            yield f"body.dot.{place}", dot.bytes.hex()
    elif form == SEALED:
        key, check, sealed = read_sealed(value)
        yield "body.key", str(key)
        yield "body.check", check.hex()
        yield "body.sealed", sealed.hex()
    elif form == RECORD:
        yield "body.record", read_record(value).bytes.hex()
    elif form == VERIFICATION:
        outcome, field, station, dots = read_verification(value)
        yield "body.outcome", number_names("verification_outcome")[outcome]
        yield "body.field", str(field)
        yield "body.station", quoted(station)
        for place, dot in enumerate(dots):
            yield f"body.dot.{place}", dot.bytes.hex()
    elif form == REMOVAL:
        Reader(value).end()
    else:
        yield "body.entry" if form == ENTRY else "body.value", shown(value)


def salts(data, given):
    first, last = int(given["first"]), int(given["last"])
    reader, values = Reader(data), {}
    for place, (start, size) in enumerate(subtrees(first, last)):
        values[start, size] = reader.take(16)
        yield f"salts.{place}.first", str(start)
        yield f"salts.{place}.size", str(size)
        yield f"salts.{place}.value", values[start, size].hex()
    reader.end()
    found = leaves(values)
    for counter in sorted({first, last}):
        yield f"salts.leaf.{counter}", found[counter].hex()


def leaf_of(data, given):
    value = leaf(data, int(given["counter"]))
    yield "leaf", value.hex()
    yield "class_salt", class_salt(value, int(given["class"])).hex()


def writes_commitment(data, given):
    reader, pairs = Reader(data), []
    while reader.left:
        pairs.append((reader.varint(), reader.blob()))
    yield "commitment", commitment(given_bytes(given, "class_salt"), pairs).hex()


def chain_start_of(data, given):
    yield "chain.0", chain_start(given_bytes(given, "register"), data).hex()


def chain_link_of(data, given):
    committed = {int(line.split()[0]): bytes.fromhex(line.split()[1]) for line in listed(given, "commitment")}
    yield "chain", chain_link(given_bytes(given, "before"), data, committed).hex()


def head(data, given):
    reader = Reader(data)
    replica, height, hash, signature = names.read_replica(reader), reader.uint(8), reader.take(32), reader.take(64)
    reader.end()
    check_head(given_bytes(given, "register"), replica, height, hash, signature)
    yield "head.height", str(height)
    yield "head.hash", hash.hex()


def heads(data, given):
    found = read_whole(knowledge.HEADS, data)
    yield "heads.digest", knowledge.heads_digest(given_bytes(given, "register"), found).hex()
    yield "heads.ended", knowledge.ended_digest(found).hex()
    yield "heads.basis", knowledge.basis_digest(found).hex()


def frame(data, given):
    reader = Reader(data)
    found = read_frame(reader)
    yield "frame.type", f"0x{found.type:02x}"
    yield "frame.name", judge_type(found.type) or "skipped"
    yield "frame.flags", str(found.flags)
    yield "frame.body", shown(found.body)
    yield "frame.left", str(reader.left)


def inflate_body(data, given):
    yield "inflate.body", shown(inflate(data, given_bytes(given, "dictionary")))


def frame_body(data, given):
    yield "frame.body", shown(open_body(read_frame(Reader(data)), given_bytes(given, "dictionary")))


def frame_message(data, given):
    found = read_frame(Reader(data))
    name, body = judge_type(found.type), open_body(found, (FOLDER / "dictionary-1.bin").read_bytes())
    if name == "changes":
        yield from tell_message(name, read_message(body, ReplicaNumbers()))
    else:
        yield from DECODERS[name](body, given)


def number_column(data, given):
    reader = Reader(data)
    numbers = read_numbers(reader, int(given["count"]))
    reader.end()
    for place, number in enumerate(numbers):
        yield f"column.{place}", str(number)


def value_column(data, given):
    reader = Reader(data)
    values = read_values(reader, int(given["count"]))
    reader.end()
    for place, value in enumerate(values):
        yield f"column.{place}", shown(value)


def message(name):
    """The decoder of a message that is a table of fields."""
    def decode(data, given):
        yield from messages.BY_NAME[name].tell(name, read_whole(messages.BY_NAME[name], data))
    return decode


def admission(data, given):
    found = read_whole(messages.ADMISSION, data)
    yield "admission.messages", str(len(found["messages"]))
    for place, inner in enumerate(found["messages"]):
        said = read_message(inner, ReplicaNumbers())
        if said.replica[32] != CONTROL or said.first != 1:
            raise Refused("bad reference")
        yield f"admission.{place}.replica", said.replica.hex()
        yield f"admission.{place}.first", str(said.first)
        yield f"admission.{place}.changes", str(len(said.changes))


def received_hello(data, given):
    found = read_whole(messages.HELLO, data)
    messages.judge_hello(found, given_bytes(given, "register"))
    yield "hello.accepted", "yes"


def received_have(data, given):
    found = read_whole(messages.HAVE, data)
    own = {}
    for line in listed(given, "own"):
        tag, height, hash = line.split()
        own[bytes.fromhex(tag), int(height)] = bytes.fromhex(hash)
    messages.judge_have(found, own)
    yield "have.accepted", "yes"


def received_member(data, given):
    found = read_whole(messages.MEMBER, data)
    knowledge.check_member(given_bytes(given, "register"), found)
    yield from messages.MEMBER.tell("member", found)


def changes(data, given):
    numbers = ReplicaNumbers(map(bytes.fromhex, listed(given, "replica")))
    yield from tell_message("changes", read_message(data, numbers))


def tell_message(path, said):
    yield f"{path}.replica", said.replica.hex()
    yield f"{path}.first", str(said.first)
    yield f"{path}.start", said.start.hex() if said.start else "-"
    yield f"{path}.segments", str(len(said.segments))
    for place, (count, signature) in enumerate(said.segments):
        yield f"{path}.segment.{place}.changes", str(count)
        yield f"{path}.segment.{place}.signature", signature.hex()
    yield f"{path}.salts", str(len(said.salts))
    for place, ((start, size), salt) in enumerate(said.salts.items()):
        yield f"{path}.salt.{place}", f"{start} {size} {salt.hex()}"
    for place, change in enumerate(said.changes):
        yield from tell_change(f"{path}.change.{place}", change)
        for number, committed in sorted((change.erased or {}).items()):
            yield f"{path}.change.{place}.erased.{number}", committed.hex()


def receive(data, given):
    """A changes message with its chain, salts and signatures, from a receiver that holds what is given."""
    numbers = ReplicaNumbers(map(bytes.fromhex, listed(given, "replica")))
    said = read_message(data, numbers)
    held = {}
    for line in listed(given, "salt"):
        start, size, value = line.split()
        held[int(start), int(size)] = bytes.fromhex(value)
    links = verify_message(given_bytes(given, "register"), said, given_bytes(given, "before"), held)
    for place, link in enumerate(links):
        yield f"receive.{place}.header", link.header.hex()
        for number, value in sorted(link.commitments.items()):
            yield f"receive.{place}.commitment.{number}", value.hex()
        yield f"receive.{place}.hash", link.hash.hex()
    for (start, size), value in sorted(held.items()):
        yield f"receive.salt.{start}.{size}", value.hex()


def manifest(data, given):
    yield from MANIFEST.tell("manifest", read_whole(MANIFEST, data))


def sealed(data, given):
    """R-11.4, by the holder of one of the keys."""
    opened = open_file(data, given_bytes(given, "identity"))
    yield "sealed.bytes", str(len(opened))
    found = read_bundle(opened, given_bytes(given, "dictionary"), is_padded=True)
    yield "sealed.source", found.manifest["source"].hex()
    yield "sealed.messages", str(len(found.messages))


def bundle(data, given):
    found = read_bundle(data, given_bytes(given, "dictionary"))
    yield "bundle.register", found.manifest["register"].hex()
    yield "bundle.source", found.manifest["source"].hex()
    yield "bundle.messages", str(len(found.messages))
    for place, (said, links) in enumerate(verify_bundle(found)):
        yield f"bundle.{place}.replica", said.replica.hex()
        yield f"bundle.{place}.first", str(said.first)
        yield f"bundle.{place}.changes", str(len(said.changes))
        yield f"bundle.{place}.hash", links[-1].hash.hex()


def branch(data, given):
    """R-8.7: a replica, then h of the first change that is unlike another."""
    yield "branch.name", branch_name(given_bytes(given, "register"), data[:41], data[41:]).hex()


def merge(data, given):
    """Messages in order of arrival, each as `bytes` and with replica numbers of its own."""
    reader, state = Reader(data), State(given_bytes(given, "register"))
    while reader.left:
        state.receive(read_message(reader.blob(), ReplicaNumbers()))
    yield from state.tell()


def code(data, given):
    digits = join.code_digits(utf8(data))
    yield "code.digits", digits
    yield "code.key", join.code_key(digits).hex()


def join_transcript(data, given):
    """A join offer and a join answer, each as `bytes`."""
    reader = Reader(data)
    offer = read_whole(messages.JOIN_OFFER, reader.blob())
    answer = read_whole(messages.JOIN_ANSWER, reader.blob())
    reader.end()
    names.read_genesis(answer["genesis"])
    found = join.transcript(given_bytes(given, "newcomer_tls"), given_bytes(given, "inviter_tls"), offer, answer)
    secret = join.code_key(join.code_digits(given["code"]))
    yield "join.transcript", found.hex()
    yield "join.newcomer_proof", join.proof(secret, join.ROLES[0], found).hex()
    yield "join.inviter_proof", join.proof(secret, join.ROLES[1], found).hex()
    yield "join.words", " ".join(map(str, join.words(found)))


def join_request(data, given):
    """R-10.5: the body alone, nothing in it checked."""
    yield from request.REQUEST.tell("join_request", read_whole(request.REQUEST, data))


def request_file(data, given):
    """R-10.5, R-10.6: a whole file, and what it proves."""
    found = request.read_file(data)
    yield from request.REQUEST.tell("request", found)
    yield "request.number", request.number(found)


def request_number(data, given):
    """R-10.6: as a person typed it."""
    yield "number.digits", names.checked(utf8(data), 20)


def erase(data, given):
    """R-9.10."""
    reason, records = read_erase(data)
    yield "erase.reason", quoted(reason)
    yield "erase.records.count", str(len(records))
    for place, (record, changes) in enumerate(records):
        yield f"erase.records.{place}.record", f"{record.replica.hex()} {record.counter}"
        for turn, change in enumerate(changes):
            yield f"erase.records.{place}.change.{turn}", f"{change.replica.hex()} {change.counter}"


def recovery(data, given):
    """R-9.13: an entry; with a register and a dot, what it is judged by there."""
    keys, recover = read_recovery(data)
    dot = given and names.Dot(given_bytes(given, "replica"), int(given["counter"]))
    for place, key in enumerate(keys or ()):
        yield f"recovery.keys.{place}", key.hex()
    if keys and dot:
        yield "recovery.set", set_name(given_bytes(given, "register"), dot, keys).hex()
    if recover:
        yield "recovery.set", recover[0].hex()
        for place, (key, signature) in enumerate(recover[1]):
            yield f"recovery.proofs.{place}.key", key.hex()
            yield f"recovery.proofs.{place}.signature", signature.hex()
        if dot:
            judge_recover(recover, given_bytes(given, "register"), dot)


def recovery_key(data, given):
    """R-9.13: a key as typed."""
    secret = read_key_text(utf8(data))
    yield "key.secret", secret.hex()
    yield "key.public", ed25519.public_key(secret).hex()
    yield "key.text", key_text(secret)


def class_key(data, given):
    """R-9.17: an entry; with a register and a private key, what it gives to whoever holds that."""
    entry = read_whole(messages.CLASS_KEY, data)
    yield from messages.CLASS_KEY.tell("class_key", entry)
    if given:
        secret = opened_class_key(entry, given_bytes(given, "register"), given_bytes(given, "identity"))
        yield "class_key.secret", shown(secret or b"")


def class_sealed(data, given):
    """R-4.8: a body, by a holder of the key."""
    key = ClassKey(given_bytes(given, "register"), int(given["class"]), given_bytes(given, "secret"))
    record = names.Dot(given_bytes(given, "replica"), int(given["counter"]))
    yield "class_sealed.body", key.open_body(data, record, int(given["field"])).hex()


def hold(data, given):
    """R-9.15."""
    verdict, reason, records = read_hold(data)
    yield "hold.verdict", str(verdict)
    yield "hold.reason", quoted(reason)
    yield "hold.records.count", str(len(records))
    for place, record in enumerate(records):
        yield f"hold.records.{place}", f"{record.replica.hex()} {record.counter}"


DECODERS = {name: message(name) for name in messages.BY_NAME} | {
    "varint": varint, "text": text,
    "base32": base32, "base32_of": base32_of, "check_digit": check_digit, "typed_id": typed_id, "register": register,
    "node": node, "key": key, "replica": replica, "replica_order": replica_order, "record_id": record_id, "genesis": genesis,
    "header": header, "body": body,
    "class_key": class_key, "class_sealed": class_sealed,
    "erase": erase, "hold": hold, "recovery": recovery, "recovery_key": recovery_key, "salts": salts, "leaf": leaf_of,
    "commitment": writes_commitment, "chain_start": chain_start_of, "chain_link": chain_link_of, "head": head, "heads": heads,
    "frame": frame, "inflate": inflate_body, "frame_body": frame_body, "frame_message": frame_message,
    "number_column": number_column, "value_column": value_column,
    "admission": admission, "received_hello": received_hello, "received_have": received_have, "received_member": received_member,
    "changes": changes, "receive": receive,
    "manifest": manifest, "bundle": bundle, "sealed": sealed, "merge": merge, "branch": branch,
    "code": code, "join_transcript": join_transcript,
    "join_request": join_request, "request": request_file, "request_number": request_number,
}
