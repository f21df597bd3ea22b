"""Photos: what it costs to keep one, and that no word waits for them."""
import random
import statistics
import time

from bench_parts import floors
from bench_parts.daemons import Broken, expect, until
from bench_parts.table import Line, memory

# What the head of a JPEG says of its sides is all that is looked at.
HEAD = bytes([0xFF, 0xD8, 0xFF, 0xE0, 0, 4, 1, 2, 0xFF, 0xC0, 0, 11, 8, 4, 0, 3, 0, 1, 0, 0, 0])
BYTES = 120_000
PART = 12_288


def scene(scenes):
    """Photos of many people are kept at A while B is away; it comes, and somebody goes on typing."""
    count = 60 if scenes.options.quick else 390
    pair = scenes.new_pair()
    try:
        yield from _measured(scenes, pair, count)
    finally:
        pair.stop()


def _measured(scenes, pair, count):
    pair.apart()
    scenes.load(pair.a, 2 * count)
    people = [view["record"] for view in pair.a.control.all("list", limit=count, filters=[])]
    dice, path, adding = random.Random(scenes.options.seed), scenes.folder / "photo.jpg", []
    scenes.calm()
    for record in people:
        path.write_bytes(HEAD + dice.randbytes(BYTES - len(HEAD)))
        begin = time.perf_counter()
        pair.a.control.one("addPhoto", _0={"id": record, "path": str(path), "original": None, "source": None})
        adding.append(time.perf_counter() - begin)
    disk = floors.Disk(scenes.folder)
    sync = statistics.median([disk.sync() for _ in range(40)])
    disk.close()
    insert = floors.sqlite_insert(scenes.folder, [dice.randbytes(PART) for _ in range(count * BYTES // 9_216)])
    title, last = f"{count} photos of {BYTES // 1000} kB beside {2 * count} people", people[-1]
    yield Line(title, "one kept at A, until durable, median", statistics.median(adding), "s", sync, note="floor: one fdatasync of 4 kB")

    begin = _edit(pair, last, 0)
    pair.connect()
    until(lambda: _says(pair, last, 0), "the last word comes to B", 60)
    yield Line(title, "B comes: until it has all words", time.perf_counter() - begin, "s")
    edits, number = [], 0
    while pair.a.control.all("peers")[0].get("they_lack") != 0:
        number += 1
        told = _edit(pair, last, number)
        until(lambda: _says(pair, last, number), "an edit comes to B beside photos", 60)
        edits.append(time.perf_counter() - told)
    whole = time.perf_counter() - begin
    expect(edits, "the photos were there before anybody typed")
    rows = pair.b.control.all("photos", id=last)
    expect(rows and rows[0]["whole"], "B has not the last photo whole")
    yield Line(title, "until it has all photos, durable", whole, "s", insert, note="floor: bare SQLite insert of as many blobs of 12 kB")
    yield Line(title, f"an edit meanwhile, until B shows it, median of {len(edits)}", statistics.median(edits), "s", 2 * sync + floors.round_trip(),
               note=f"worst {max(edits) * 1e3:.0f} ms; peak at A {memory(pair.a.peak())}, at B {memory(pair.b.peak())}")


def _edit(pair, record, number):
    begin = time.perf_counter()
    pair.a.set(record, "rank", f"rank {number}")
    return begin


def _says(pair, record, number):
    try:
        fields = pair.b.control.one("show", id=record)["fields"]
    except Broken:
        return False  # It has not heard of the record yet.
    return any(value.get("value") == f"rank {number}" for value in fields.get("rank", {"values": []})["values"])
