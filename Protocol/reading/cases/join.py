"""Joining (section 10) and the member's entry (R-9.3)."""

from .. import ed25519, p256, request
from ..age import BASE, x25519
from ..class_keys import encode_class_key
from ..erase import encode_erase, encode_hold
from ..join import ROLES, code_key, proof, transcript
from ..knowledge import enrolment
from ..messages import ADOPT, JOIN_ACCEPT, JOIN_ANSWER, JOIN_OFFER, JOIN_PROOF, MEMBER, OPERATOR, REVOKE, ROLE
from ..names import replica_order
from ..primitives import blob, text, varint
from ..numbers import WEAK_BUNDLE_KEYS
from ..recovery import encode_keys, encode_recover, key_text, set_name, signed_message
from .kit import *

CODE_DIGITS = "7v3k09mzq2xw8rdt5hc"
CODE = names.with_check(CODE_DIGITS)
GROUPED = "-".join(CODE[at:at + 4] for at in range(0, 20, 4))
# As X25519 keys are written: the highest bit is 0.
BUNDLE_KEY = bytes([*invented("bundle key")[:31], invented("bundle key")[31] & 0x7F])
OFFER = {"node": BORYS.key, "random": invented("newcomer", 16), "bundle_key": BUNDLE_KEY, "name": "Laptop at table 2"}
ANSWER = {"node": ANNA.key, "random": invented("inviter", 16), "genesis": GENESIS}


def member(**instead):
    """Borys as a member, his proof of possession included."""
    value = {"node": BORYS.key, "tls": BORYS.tls, "role": 2, "bundle_key": OFFER["bundle_key"], "name": OFFER["name"]} | instead
    return value | {"proof": instead.get("proof") or ed25519.sign(BORYS.seed, enrolment(REGISTER, value))}


def cases():
    yield vector("code", "code", "R-10.1", "as printed, in five groups", GROUPED.encode())
    yield vector("code_as_typed", "code", "R-2.5 R-10.1", "in capitals, an o for the zero, spaces for hyphens", GROUPED.upper().replace("0", "O").replace("-", " ").encode())
    wrong = CODE[:8] + "1" + CODE[9:]
    yield vector("code_with_a_wrong_digit", "code", "R-2.6 R-10.1", "the ninth digit is another", wrong.encode(), "wrong check digit")

    yield vector("code_too_short", "code", "R-2.6 R-10.1", "the last digit is missing", CODE[:19].encode(), "truncated")

    def tables(offer, answer, name, comment):
        both = blob(JOIN_OFFER.encode(offer)) + blob(JOIN_ANSWER.encode(answer))
        given = {"newcomer_tls": BORYS.tls, "inviter_tls": ANNA.tls, "code": CODE}
        return vector(name, "join_transcript", "R-10.3 R-10.4", comment, both, **given)

    yield tables(OFFER, ANSWER, "transcript", "T, both proofs and the six words, from an offer and an answer")
    yield tables(OFFER | {"bundle_key": b""}, ANSWER, "transcript_without_bundle_key", "no bundle key")
    yield from messages()
    yield from requests()
    yield from entries()


def messages():
    found = transcript(BORYS.tls, ANNA.tls, OFFER, ANSWER)
    key = code_key(CODE_DIGITS)
    proofs = {"proof": proof(key, ROLES[0], found), "enrolment": member()["proof"]}
    whole = JOIN_OFFER.encode(OFFER)
    yield vector("offer", "join_offer", "R-10.2", "a newcomer's offer", whole)
    yield vector("offer_cut", "join_offer", "R-2.4 R-10.2", "the name ends early", whole[:-1], "truncated")
    short = JOIN_OFFER.encode(OFFER | {"bundle_key": bytes(31)})
    yield vector("offer_bundle_key_of_31_bytes", "join_offer", "R-9.4 R-10.2", "neither empty nor 32 bytes", short, "weak key")
    weak = next(each for each in WEAK_BUNDLE_KEYS if each[0] == 0x5F)
    for name, comment, bundle_key in (
        ("of_zeros", "32 zeros", bytes(32)),
        ("of_small_order", "a point of order 8", weak),
        ("not_reduced", "the number is 2²⁵⁵-19 + 3", (2**255 - 16).to_bytes(32, "little")),
        ("with_the_highest_bit", "an ordinary key with the bit set that X25519 ignores", bytes([*BUNDLE_KEY[:31], BUNDLE_KEY[31] | 0x80])),
    ):
        yield vector(f"offer_bundle_key_{name}", "join_offer", "R-9.4 R-10.2", comment, JOIN_OFFER.encode(OFFER | {"bundle_key": bundle_key}), "weak key")
    yield vector("offer_name_not_utf8", "join_offer", "R-2.2 R-10.2", "a name of one stray byte", whole[:-len(text(OFFER["name"]))] + b"\1\xff", "not utf-8")
    yield vector("answer", "join_answer", "R-10.2", "an inviter's answer", JOIN_ANSWER.encode(ANSWER))
    yield vector("proof", "join_proof", "R-10.2 R-10.3", "a newcomer's proofs", JOIN_PROOF.encode(proofs))
    yield vector("accept", "join_accept", "R-10.2 R-10.3", "an inviter's proof", JOIN_ACCEPT.encode({"proof": proof(key, ROLES[1], found)}))
    yield vector("accept_of_33_bytes", "join_accept", "R-2.4 R-10.2", "one byte too many", bytes(33), "trailing bytes")
    yield vector("admitted", "join_admitted", "R-10.2", "empty", b"")


def asked(seed=None, tls=None, **instead):
    """Borys asks to join by stick; what is replaced is replaced before it is proven."""
    tls = tls or invented("TLS key of Borys")
    value = {"register": REGISTER, "node": BORYS.key, "tls_key": p256.public_key(tls), "bundle_key": BUNDLE_KEY, "name": OFFER["name"]} | instead
    value["enrolment"] = instead.get("enrolment") or ed25519.sign(seed or BORYS.seed, request.enrolment_message(value))
    value["signature"] = instead.get("signature") or p256.sign(tls, request.signed_message(value))
    return value


def requests():
    whole = asked()
    file, body = request.encode_file(whole), request.REQUEST.encode(whole)
    shown = request.number(whole)

    def fault(name, comment, data, refusal, spec="R-10.5"):
        return vector(f"request_{name}", "request", spec, comment, data, refusal)

    def changed(**fields):
        return request.encode_file(whole | fields)

    yield vector("request", "request", "R-9.3 R-10.5 R-10.6", "a request, with its number", file)
    yield vector("request_of_another_name", "request", "R-10.6", "the same laptop under another name has another number", request.encode_file(asked(name="Laptop at table 3")))
    yield vector("join_request", "join_request", "R-10.5", "the body of the frame", body)
    yield vector("join_request_cut", "join_request", "R-2.4 R-10.5", "the signature ends early", body[:-1], "truncated")
    yield vector("join_request_trailing", "join_request", "R-2.4 R-10.5", "a byte after the signature", body + b"\0", "trailing bytes")
    yield vector("join_request_in_a_frame", "frame_message", "R-6.5 R-10.5", "as the frame that it travels in", file[10:])
    yield fault("of_nothing", "no byte at all", b"", "truncated", "R-2.4 R-10.5")
    yield fault("other_magic", "another first byte", b"R" + file[1:], "bad magic")
    yield fault("version_2", "a later version", file[:8] + b"\2" + file[9:], "unknown version")
    yield fault("kind_0", "a bundle's seal in the place of the 1", file[:9] + b"\0" + file[10:], "unknown seal")
    yield vector("request_as_a_bundle", "bundle", "R-10.5 R-11.1", "a request, read as a bundle", file, "unknown seal")
    yield fault("cut", "the last byte is missing", file[:-1], "truncated", "R-2.4 R-10.5")
    yield fault("byte_after_the_end", "one byte too many", file + b"\0", "trailing bytes", "R-2.4 R-10.5")
    yield fault("frame_of_a_manifest", "another type of frame", file[:14] + b"\x90" + file[15:], "bad magic")
    yield fault("compressed", "the flag of compression", file[:15] + b"\1" + file[16:], "unknown flags")
    yield fault("tls_key_of_90_bytes", "the last byte of the key is missing", changed(tls_key=whole["tls_key"][:-1]), "weak key")
    yield fault("tls_key_off_the_curve", "a point that is not on the curve", request.encode_file(asked(tls_key=whole["tls_key"][:-1] + bytes([whole["tls_key"][-1] ^ 1]))), "weak key")
    yield fault("tls_key_of_another_curve", "the name of the curve is another", request.encode_file(asked(tls_key=whole["tls_key"].replace(bytes.fromhex("2a8648ce3d030107"), bytes.fromhex("2a8648ce3d030106")))), "weak key")
    yield fault("bundle_key_of_zeros", "32 zeros as a bundle key, proven", request.encode_file(asked(bundle_key=bytes(32))), "weak key", "R-9.4 R-10.5")
    yield fault("node_of_small_order", "the neutral point as a node key", request.encode_file(asked(node=b"\1" + bytes(31))), "weak key", "R-9.4 R-10.5")
    yield fault("enrolment_of_another_node", "the proof is by another node's key", request.encode_file(asked(seed=CHRIS.seed)), "bad signature", "R-9.3 R-10.5")
    yield fault("enrolment_for_another_register", "the proof is for another register", request.encode_file(asked(enrolment=asked(register=invented("register", 16))["enrolment"])), "bad signature", "R-9.3 R-10.5")
    yield fault("signature_of_another_key", "signed by a TLS key that is not in it", request.encode_file(asked(signature=asked(tls=invented("TLS key of Chris"))["signature"])), "bad signature")
    yield fault("name_exchanged", "another name than was signed", changed(name="Laptop at table 3"), "bad signature")
    yield fault("signature_of_zeros", "64 zeros", changed(signature=bytes(64)), "bad signature")
    yield vector("request_number", "request_number", "R-10.6", "as printed, in five groups", shown.encode())
    yield vector("request_number_as_typed", "request_number", "R-2.5 R-10.6", "in capitals, spaces for hyphens", shown.upper().replace("-", " ").encode())
    turned = ("1" if shown[0] != "1" else "2") + shown[1:]
    yield vector("request_number_with_a_wrong_digit", "request_number", "R-2.6 R-10.6", "the first digit is another", turned.encode(), "wrong check digit")


def entries():
    whole = member()
    yield vector("member", "received_member", "R-9.3", "an entry and its proof of possession", MEMBER.encode(whole), register=REGISTER)
    yield vector("member_without_bundle_key", "received_member", "R-9.3", "no bundle key", MEMBER.encode(member(bundle_key=b"")), register=REGISTER)
    yield vector("member_proof_for_another_key", "received_member", "R-9.3", "the TLS key is not the one that was proven", MEMBER.encode(whole | {"tls": CHRIS.tls}), "bad signature", register=REGISTER)
    yield vector("member_of_small_order", "received_member", "R-9.3 R-9.4", "the neutral point as a node key", MEMBER.encode(whole | {"node": b"\1" + bytes(31)}), "weak key", register=REGISTER)
    yield vector("member_bundle_key_of_zeros", "received_member", "R-9.3 R-9.4", "32 zeros as a bundle key, proven", MEMBER.encode(member(bundle_key=bytes(32))), "weak key", register=REGISTER)
    olha = OPERATOR.encode({"name": "Olha", "role": None})
    yield vector("operator", "operator", "R-9.3", "an operator's name", olha)
    yield vector("operator_with_role", "operator", "R-9.3", "an operator whose account makes her a medic", olha + b"\3")
    yield vector("operator_role_unknown", "operator", "R-9.3", "a role that there is not", olha + b"\5", "out of limits")
    yield vector("operator_trailing", "operator", "R-2.4", "a byte after the role", olha + b"\3\0", "trailing bytes")
    yield vector("role", "role", "R-9.6", "from now on a medic", ROLE.encode({"node": BORYS.key, "role": 3}))
    yield vector("role_unknown", "role", "R-9.6", "a role that there is not", BORYS.key + b"\5", "out of limits")
    yield from revocations()
    yield from adoptions()
    yield from retentions()
    yield from holds()
    yield from keys()
    yield from recoveries()
    yield from recovery_keys()
    yield from custodies()


def adoptions():
    def run(incarnation, low, high, lane=1):
        return {"replica": BORYS.key + bytes([lane]) + incarnation.to_bytes(8, "big"), "from": low, "to": high, "hash": invented(f"h{high} of {incarnation}")}

    def adopt(*runs, verdict=1, reason="checked against the paper list"):
        return ADOPT.encode({"verdict": verdict, "reason": reason, "runs": list(runs)})

    whole = adopt(run(3, 41, 43), run(3, 45, 45), run(7, 1, 900))
    yield vector("adopt", "adopt", "R-9.9", "three runs of two replicas count nevertheless", whole)
    yield vector("adopt_refuse", "adopt", "R-9.9", "one change stays where it is", adopt(run(3, 41, 41), verdict=2))
    yield vector("adopt_nothing", "adopt", "R-9.9", "no run: it says nothing", adopt())
    yield vector("adopt_verdict_3", "adopt", "R-9.9", "a verdict that there is not", b"\3" + whole[1:], "out of limits")
    yield vector("adopt_not_sorted", "adopt", "R-9.9", "the replicas the wrong way round", adopt(run(7, 1, 2), run(3, 41, 43)), "not sorted")
    yield vector("adopt_runs_meet", "adopt", "R-9.9", "change 43 twice", adopt(run(3, 41, 43), run(3, 43, 44)), "not sorted")
    yield vector("adopt_control_lane", "adopt", "R-9.9", "an entry of the control lane", adopt(run(3, 1, 2, lane=0)), "bad reference")
    yield vector("adopt_branches", "adopt", "R-3.2 R-9.9", "of what was written twice in either lane", adopt(run(3, 1, 2, lane=2), run(7, 1, 4, lane=3), verdict=2))
    yield vector("adopt_lane_4", "adopt", "R-3.2 R-9.9", "a lane that there is not", adopt(run(3, 1, 2, lane=4)), "unknown lane")
    yield vector("adopt_run_backwards", "adopt", "R-9.9", "from 43 to 41", adopt(run(3, 43, 41)), "bad range")
    yield vector("adopt_from_0", "adopt", "R-9.9", "from change 0, which is none", adopt(run(3, 0, 2)), "bad range")
    yield vector("adopt_reason_too_long", "adopt", "R-9.9", "1,025 bytes of reason", adopt(reason="x" * 1_025), "out of limits")
    yield vector("adopt_too_many", "adopt", "R-2.4 R-9.9", "513 runs", adopt(*(run(3, 2 * n + 1, 2 * n + 1) for n in range(513))), "too many")
    yield vector("adopt_trailing", "adopt", "R-2.4", "a byte too many", whole + b"\0", "trailing bytes")


def retentions():
    def retention(end, reason="by the agreement of both sides"):
        return varint(end) + text(reason)

    yield vector("retention", "retention", "R-9.14", "kept until 2027-01-31", retention(20_849))
    yield vector("retention_without_end", "retention", "R-9.14", "kept without an end", retention(0))
    yield vector("retention_last_day", "retention", "R-9.14", "kept until 9999-12-31", retention(2_932_896))
    yield vector("retention_too_late", "retention", "R-9.14", "a day in the year 10000", retention(2_932_897), "out of limits")
    yield vector("retention_end_not_minimal", "retention", "R-2.1 R-9.14", "the end in a longer form than needed", b"\x81\0" + text(""), "varint not minimal")
    yield vector("retention_reason_too_long", "retention", "R-9.14", "1,025 bytes of reason", retention(1, "x" * 1_025), "out of limits")
    yield vector("retention_trailing", "retention", "R-2.4", "a byte too many", retention(1) + b"\0", "trailing bytes")


def keys():
    yield vector("key", "key_entry", "R-9.16", "an X25519 key to which bundles are sealed", BUNDLE_KEY)
    yield vector("key_of_zeros", "key_entry", "R-9.4 R-9.16", "a point of small order", bytes(32), "weak key")
    yield vector("key_not_reduced", "key_entry", "R-9.4 R-9.16", "2^255 - 1", b"\xff" * 31 + b"\x7f", "weak key")
    yield vector("key_cut_short", "key_entry", "R-2.4 R-9.16", "31 bytes", BUNDLE_KEY[:31], "truncated")
    yield vector("key_trailing", "key_entry", "R-2.4", "a byte too many", BUNDLE_KEY + b"\0", "trailing bytes")
    yield from class_keys()


def class_keys():
    identities = [invented(f"bundle key of {name}") for name in ("Borys", "Chris", "nobody here")]
    recipients, secret = [x25519(each, BASE) for each in identities[:2]], invented("class secret", 16)

    def given(act=1, field_class=4, to=recipients):
        return encode_class_key(act, REGISTER, field_class, secret, to, [invented(f"share {place}") for place in range(len(to))])

    def case(name, comment, data, expect="success", spec="R-9.17", **given):
        return vector(f"class_key{name}", "class_key", spec, comment, data, expect, **given)

    whole = given()
    wrap = 32 + 32 + 32
    yield case("", "a new key of P4 for two, as the first of them opens it", whole, register=REGISTER, identity=identities[0])
    yield case("_second", "the same, as the second opens it", whole, register=REGISTER, identity=identities[1])
    yield case("_for_others", "the same, as somebody else tries: nothing", whole, register=REGISTER, identity=identities[2])
    yield case("_of_another_number", "what opens is not the key whose number stands there: nothing", whole[:5] + bytes([whole[5] ^ 1]) + whole[6:], register=REGISTER, identity=identities[0])
    yield case("_again_to_nobody", "a key of P3, given to nobody", given(2, 3, []))
    yield case("_act_3", "acts are 1 and 2", b"\3" + whole[1:], "out of limits")
    yield case("_of_p2", "P2 is open to all", given(1, 2), "out of limits")
    yield case("_not_sorted", "the second first", whole[:7] + whole[7 + wrap:] + whole[7:7 + wrap], "not sorted")
    yield case("_for_a_weak_key", "a point of small order", whole[:7] + bytes(32) + whole[39:], "weak key", "R-9.4 R-9.17")
    yield case("_too_many", "257 wraps", whole[:6] + varint(257) + bytes(257 * wrap), "too many", "R-2.4 R-9.17")
    yield case("_cut_short", "the last byte is missing", whole[:-1], "truncated", "R-2.4 R-9.17")
    yield case("_trailing", "a byte too many", whole + b"\0", "trailing bytes", "R-2.4")


def holds():
    def hold(*records, verdict=1, reason="an inquiry is open"):
        return encode_hold(verdict, reason, records)

    first, second, other = dot(A, 1), dot(A, 3), dot(B, 2)
    whole = hold(*sorted((first, second, other), key=lambda each: each.order))
    yield vector("hold", "hold", "R-9.15", "three records by two replicas must not be erased", whole)
    yield vector("hold_all", "hold", "R-9.15", "no record: the register as a whole", hold())
    yield vector("hold_lift", "hold", "R-9.15", "one record may be erased again", hold(first, verdict=2))
    yield vector("hold_verdict_3", "hold", "R-9.15", "a verdict that there is not", b"\3" + whole[1:], "out of limits")
    yield vector("hold_verdict_0", "hold", "R-9.15", "a verdict that there is not", b"\0" + whole[1:], "out of limits")
    yield vector("hold_not_sorted", "hold", "R-9.15", "the third change's record before the first's", hold(second, first), "not sorted")
    yield vector("hold_record_twice", "hold", "R-9.15", "one record twice", hold(first, first), "not sorted")
    yield vector("hold_replicas_not_sorted", "hold", "R-9.15", "replicas in another order than R-3.4", b"\1" + text("") + b"\2" + max(A, B, key=replica_order) + min(A, B, key=replica_order) + b"\0", "not sorted")
    entry = dot(ANNA.replica(0, 0x1111111111111111), 2)
    yield vector("hold_control_lane", "hold", "R-9.15", "an entry of the control lane: it is never erased", hold(entry), "bad reference")
    yield vector("hold_replica_out_of_range", "hold", "R-9.15", "index 1 of one", b"\1" + text("") + b"\1" + A + b"\1\1\1", "index out of range")
    yield vector("hold_counter_0", "hold", "R-9.15", "counter 0", b"\1" + text("") + b"\1" + A + b"\1\0\0", "bad reference")
    yield vector("hold_records_over_input", "hold", "R-2.4 R-9.15", "a million records", b"\1" + text("") + b"\1" + A + varint(1_000_000), "truncated")
    yield vector("hold_reason_too_long", "hold", "R-9.15", "1,025 bytes of reason", hold(first, reason="x" * 1_025), "out of limits")
    yield vector("hold_trailing", "hold", "R-2.4", "a byte too many", whole + b"\0", "trailing bytes")


def recoveries():
    seeds = sorted((invented(f"recovery {number}") for number in (1, 2, 3)), key=ed25519.public_key)
    keys = [ed25519.public_key(seed) for seed in seeds]
    made, used = dot(ANNA.replica(0, 0x1111111111111111), 4), dot(BORYS.replica(0, 0x2222222222222222), 2)
    name = set_name(REGISTER, made, keys)

    def at(place):
        return {"register": REGISTER, "replica": place.replica, "counter": str(place.counter)}

    def signed(*signers, at=used):
        return encode_recover(name, [(ed25519.public_key(seed), ed25519.sign(seed, signed_message(REGISTER, name, at))) for seed in signers])

    weak = b"\1" + bytes(31)
    yield vector("recovery_keys", "recovery", "R-9.13", "three keys, and the name of the set", encode_keys(keys), **at(made))
    yield vector("recovery_keys_elsewhere", "recovery", "R-9.13", "the same keys under another dot are another set", encode_keys(keys), **at(used))
    yield vector("recovery_keys_not_sorted", "recovery", "R-9.13", "the second before the first", encode_keys([keys[1], keys[0], keys[2]]), "not sorted")
    yield vector("recovery_keys_twice", "recovery", "R-9.13", "one key twice", encode_keys([keys[0], keys[1], keys[1]]), "not sorted")
    yield vector("recovery_keys_weak", "recovery", "R-9.4 R-9.13", "the neutral point as a key", encode_keys([weak, *keys[1:]]), "weak key")
    yield vector("recovery_keys_two", "recovery", "R-9.13", "two keys", encode_keys(keys[:2]), "truncated")
    yield vector("recovery_keys_four", "recovery", "R-2.4 R-9.13", "four keys", encode_keys([*keys, b"\xff" * 32]), "trailing bytes")
    whole = signed(seeds[0], seeds[2])
    yield vector("recover", "recovery", "R-9.13", "two keys for one change of Borys", whole, **at(used))
    yield vector("recover_other_change", "recovery", "R-9.13", "the same in the change after", whole, "bad signature", **at(dot(used.replica, 3)))
    yield vector("recover_other_node", "recovery", "R-9.13", "the same in a change of Anna", whole, "bad signature", **at(made))
    yield vector("recover_other_register", "recovery", "R-9.13", "the same in another register", whole, "bad signature", **(at(used) | {"register": invented("register", 16)}))
    yield vector("recover_one_key_twice", "recovery", "R-9.13", "one key is of no use twice", signed(seeds[0], seeds[0]), "not sorted")
    yield vector("recover_not_sorted", "recovery", "R-9.13", "the greater key first", signed(seeds[2], seeds[0]), "not sorted")
    yield vector("recover_one_key", "recovery", "R-9.13", "one key", signed(seeds[0]), "truncated")
    yield vector("recover_three_keys", "recovery", "R-2.4 R-9.13", "three keys", signed(*seeds), "trailing bytes")
    yield vector("recover_weak", "recovery", "R-9.4 R-9.13", "the neutral point, which would sign anything", encode_recover(name, [(weak, bytes(64)), (keys[2], bytes(64))]), "weak key")
    foreign = signed(seeds[0], seeds[1])[:-64] + ed25519.sign(seeds[2], signed_message(REGISTER, name, used))
    yield vector("recover_second_signature_foreign", "recovery", "R-9.13", "the second key did not sign", foreign, "bad signature", **at(used))
    yield vector("recovery_0", "recovery", "R-9.13", "neither keys nor a recovery", b"\0" + whole[1:], "out of limits")
    yield vector("recovery_3", "recovery", "R-9.13", "neither keys nor a recovery", b"\3" + whole[1:], "out of limits")
    yield vector("recovery_empty", "recovery", "R-2.4 R-9.13", "nothing", b"", "truncated")


def recovery_keys():
    printed = key_text(invented("recovery 1"))
    groups = printed.split("-")

    def typed(name, comment, text, expect="success", spec="R-9.13"):
        return vector(f"recovery_key_{name}", "recovery_key", spec, comment, text.encode(), expect)

    yield typed("as_printed", "13 groups of five", printed)
    yield typed("as_typed", "in capitals, an o for the zero, blanks for hyphens", printed.upper().replace("0", "O").replace("-", " "), spec="R-2.5 R-9.13")
    yield typed("without_hyphens", "groups are counted off", printed.replace("-", ""))
    yield typed("of_zeros", "each check digit is that of its group's number", key_text(bytes(32)))
    yield typed("of_ones", "the greatest", key_text(b"\xff" * 32))
    wrong = groups[6][:2] + ("1" if groups[6][2] != "1" else "2") + groups[6][3:]
    yield typed("wrong_digit", "the third digit of group 7 is another", "-".join([*groups[:6], wrong, *groups[7:]]), "wrong check digit")
    yield typed("groups_swapped", "groups 3 and 4 changed places", "-".join([*groups[:2], groups[3], groups[2], *groups[4:]]), "wrong check digit")
    yield typed("digit_missing", "group 5 has four digits", "-".join([*groups[:4], groups[4][:4], *groups[5:]]), "truncated")
    yield typed("digit_too_many", "group 5 has six digits", "-".join([*groups[:4], groups[4] + "0", *groups[5:]]), "trailing bytes")
    yield typed("bad_digit", "a u", "-".join(["u" + groups[0][1:], *groups[1:]]), "bad digit")
    yield typed("twelve_groups", "the last group is missing", "-".join(groups[:12]), "truncated")
    yield typed("fourteen_groups", "one group more", printed + "-00000", "trailing bytes")
    first = "8000" + names.ALPHABET[names.check_value([1, 8, 0, 0, 0])]
    yield typed("too_great", "its first four bits are not zero", "-".join([first, *key_text(bytes(32)).split("-")[1:]]), "out of limits")


def custodies():
    yield vector("custody", "custody", "R-9.12", "looked at a record", b"\1")
    yield vector("custody_unknown", "custody", "R-9.12", "an act that this version does not know is kept", b"\xff")
    yield vector("custody_act_0", "custody", "R-9.12", "no act", b"\0", "out of limits")
    yield vector("custody_empty", "custody", "R-2.4 R-9.12", "nothing", b"", "truncated")
    yield vector("custody_trailing", "custody", "R-2.4", "a byte too many", b"\1\0", "trailing bytes")


def cut(lane, incarnation, height):
    return {"lane": lane, "incarnation": incarnation, "height": height, "hash": invented(f"h{height} of {incarnation}")}


def revocations():
    def revoke(*cuts, reason="lost at the bus stop"):
        return REVOKE.encode({"node": BORYS.key, "reason": reason, "cuts": list(cuts)})

    whole = revoke(cut(0, 9, 2), cut(1, 3, 40), cut(1, 7, 1_000))
    yield vector("revoke", "revoke", "R-9.5", "a control replica and two data replicas that count so far", whole)
    yield vector("revoke_nothing_counts", "revoke", "R-9.5", "no cut: nothing of the node counts", revoke())
    yield vector("revoke_cuts_not_sorted", "revoke", "R-9.5", "the lanes the wrong way round", revoke(cut(1, 3, 40), cut(0, 9, 2)), "not sorted")
    yield vector("revoke_cut_twice", "revoke", "R-9.5", "one replica twice", revoke(cut(1, 3, 40), cut(1, 3, 41)), "not sorted")
    yield vector("revoke_height_0", "revoke", "R-9.5", "a cut at height 0, which is none", revoke(cut(1, 3, 0)), "bad reference")
    yield vector("revoke_incarnation_0", "revoke", "R-9.5", "incarnation 0", revoke(cut(1, 0, 4)), "bad reference")
    yield vector("revoke_lane_2", "revoke", "R-3.2 R-9.5", "a branch, which no cut names", revoke(cut(2, 3, 4)), "unknown lane")
    yield vector("revoke_lane_4", "revoke", "R-3.2 R-9.5", "a lane that there is not", revoke(cut(4, 3, 4)), "unknown lane")
    yield vector("revoke_reason_too_long", "revoke", "R-9.5", "1,025 bytes of reason", revoke(reason="x" * 1_025), "out of limits")
    yield from erasures()
    yield vector("revoke_trailing", "revoke", "R-2.4", "a byte too many", whole + b"\0", "trailing bytes")


def erasures():
    def erase(*records, reason="asked for by the person"):
        return encode_erase(reason, records)

    first, second, other = dot(A, 1), dot(A, 3), dot(B, 2)
    whole = erase((first, [first, second, other]), (other, [other]))
    yield vector("erase", "erase", "R-9.10", "two records, the first with three changes by two replicas", whole)
    yield vector("erase_no_record", "erase", "R-9.10", "nothing is erased", text("") + b"\1" + A + b"\0", "out of limits")
    yield vector("erase_no_replica", "erase", "R-9.10", "no replica is listed", text("") + b"\0" + bytes(45), "out of limits")
    yield vector("erase_no_change", "erase", "R-9.10", "a record of which no change is named", text("") + b"\1" + A + b"\1\0\1\0" + bytes(2), "out of limits")
    yield vector("erase_changes_not_sorted", "erase", "R-9.10", "the third change before the first", erase((first, [second, first])), "not sorted")
    yield vector("erase_record_twice", "erase", "R-9.10", "one record twice", erase((first, [first]), (first, [second])), "not sorted")
    yield vector("erase_replicas_not_sorted", "erase", "R-9.10", "replicas in another order than R-3.4", text("") + b"\2" + max(A, B, key=replica_order) + min(A, B, key=replica_order) + b"\1\0\1\1\0\1", "not sorted")
    entry = dot(ANNA.replica(0, 0x1111111111111111), 2)
    yield vector("erase_control_lane", "erase", "R-9.10", "an entry of the control lane: who may speak is never erased", erase((first, [first, entry])), "bad reference")
    yield vector("erase_replica_out_of_range", "erase", "R-9.10", "index 1 of one", text("") + b"\1" + A + b"\1\1\1\1\0\1", "index out of range")
    yield vector("erase_counter_0", "erase", "R-9.10", "counter 0", text("") + b"\1" + A + b"\1\0\0\1\0\1", "bad reference")
    yield vector("erase_records_over_input", "erase", "R-2.4 R-9.10", "a million records", text("") + b"\1" + A + varint(1_000_000), "truncated")
    yield vector("erase_reason_too_long", "erase", "R-9.10", "1,025 bytes of reason", erase((first, [first]), reason="x" * 1_025), "out of limits")
    yield vector("erase_trailing", "erase", "R-2.4", "a byte too many", whole + b"\0", "trailing bytes")
