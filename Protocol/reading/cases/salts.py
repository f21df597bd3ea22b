"""The tree of salts, commitments, chain and heads (section 5)."""

from ..change import canonical_header, state_body
from ..chain import chain_link, commitments, sign_head
from ..knowledge import HEADS
from ..primitives import blob, uint, varint
from ..salts import leaf
from .kit import *


def cases():
    runs = (
        ("lone_first", 1, 1, "the first counter: its leaf"),
        ("lone_fifth", 5, 5, "1–4 end before it, so its leaf alone"),
        ("lone_sixth", 6, 6, "the subtree over 5 and 6"),
        ("one_to_seven", 1, 7, "1–4, 5–6, 7"),
        ("three_to_six", 3, 6, "1–4 reaches back before the run; 5–6"),
        ("full_block", 1, 256, "a block's root"),
        ("end_of_a_block", 256, 256, "the last counter completes the block: its root"),
        ("first_255", 1, 255, "eight values, the most for one block"),
        ("over_two_blocks", 255, 259, "a root, then 257–258 and 259"),
        ("over_three_blocks", 200, 520, "two roots, then 513–520"),
        ("third_block", 600, 600, "513–576, 577–592 end before; 593–600"),
    )
    for name, first, last, comment in runs:
        yield vector(f"subtrees_{name}", "salts", "R-5.1 R-5.2", comment, b"".join(given_salts(A, first, last).values()), first=first, last=last)
    yield vector("subtrees_cut", "salts", "R-5.2 R-2.4", "the second of three values ends early", b"".join(given_salts(A, 1, 7).values())[:30], "truncated", first=1, last=7)
    for name, counter, number in (("first", 1, 2), ("last_of_block", 256, 0), ("inner", 1 + 0b10110010, 4)):
        yield vector(f"leaf_{name}", "leaf", "R-5.1", "from a block's root to a leaf and a class salt", invented("root", 16), counter=counter, **{"class": number})


def chain():
    one, two = (SURNAME, "Коваль"), (GIVEN, "Олена")
    pairs = b"".join(varint(number) + blob(text_body(value)) for number, value in (one, two))
    yield vector("commitment", "commitment", "R-5.3", "two writes of one class", pairs, class_salt=invented("class salt", 16))
    yield vector("start", "chain_start", "R-5.4", "h(0)", A, register=REGISTER)
    change = edit(A, 1, [one, (UNIT, "12"), (HEALTH, state_body(1))])
    committed = commitments(change, leaf(root(A, 1), 1))
    listed = [f"{number} {value.hex()}" for number, value in committed.items()]
    header = canonical_header(change)
    before = chain_start(REGISTER, A)
    yield vector("link", "chain_link", "R-5.4", "three classes, ascending", header, before=before, commitment=listed)
    nothing = edit(A, 1, [])
    committed_nothing = [f"{number} {value.hex()}" for number, value in commitments(nothing, leaf(root(A, 1), 1)).items()]
    yield vector("commitment_without_writes", "commitment", "R-5.3", "of class 0 of a change without writes", b"", class_salt=invented("class salt", 16))
    yield vector("link_without_writes", "chain_link", "R-5.3 R-5.4", "no writes: class 0", canonical_header(nothing), before=before, commitment=committed_nothing)
    hash = chain_link(before, header, committed)
    head = A + uint(1, 8) + hash
    signature = sign_head(ANNA.seed, REGISTER, A, 1, hash)
    yield vector("head", "head", "R-5.5", "a head and its signature", head + signature, register=REGISTER)
    yield vector("head_of_another_height", "head", "R-5.5", "the height is one more than was signed", A + uint(2, 8) + hash + signature, "bad signature", register=REGISTER)
    yield vector("head_of_another_register", "head", "R-5.5", "the register is another", head + signature, "bad signature", register=invented("register", 16))
    greater = int.from_bytes(signature[32:], "little") + ed25519.L
    yield vector("head_with_a_second_form", "head", "R-5.5", "the signature's second half has the group's order added", head + signature[:32] + greater.to_bytes(32, "little"), "bad signature", register=REGISTER)
    weak = b"\1" + bytes(31) + A[32:]
    yield vector("head_of_a_weak_key", "head", "R-5.5 R-9.4", "the neutral point as a key", weak + uint(1, 8) + hash + signature, "weak key", register=REGISTER)
    known = [{"replica": A, "height": 3, "hash": invented("h3")}, {"replica": CONTROL, "height": 1, "hash": invented("h1")}, {"replica": B, "height": 400, "hash": invented("h400")}]
    yield vector("digests_of_heads", "heads", "R-7.3 R-8.1 R-11.2", "three heads, each digest in order of tag", HEADS.encode(known), register=REGISTER)
    yield vector("digests_of_no_heads", "heads", "R-7.3 R-8.1 R-11.2", "nothing known yet", HEADS.encode([]), register=REGISTER)
