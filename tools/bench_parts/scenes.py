"""The scenes that are measured; each plays between two real daemons and yields lines of the table."""
import contextlib
import os
import statistics
import subprocess
import time

from bench_parts import floors, photos, seals
from bench_parts.daemons import PATIENCE, Broken, Daemon, Pair, expect, until
from bench_parts.relay import Relay
from bench_parts.table import Line, duration, size

MIB = 1 << 20
# Budgets were set for so many records; for fewer or more they are in proportion.
BUDGET_RECORDS = 100_000
EDITS_APART = 1_000
PAIRS_UNLIKE = 800
MEMBERS = 10


def median(values):
    return statistics.median(values)


class Scenes:
    """What the scenes share: options, the roster, one pair that holds it, the floor of a sync to disk."""

    def __init__(self, options, folder, tell, roster):
        self.options, self.folder, self.tell = options, folder, tell
        self.roster = roster
        self.pairs = 0
        self.standing = None
        self.records = None
        self.spare = 0

    def calm(self):
        """Waits for a quiet second, for a while: other programs make every figure worse."""
        end = time.monotonic() + self.options.patience
        quiet = 0
        while quiet < 4 and time.monotonic() < end:
            before = floors.busy()
            time.sleep(0.25)
            quiet = quiet + 1 if floors.busy() - before < 0.08 else 0

    def new_pair(self):
        self.pairs += 1
        return Pair(self.options.bin, self.folder / f"p{self.pairs}").start()

    def rows(self, count):
        """The same rows as in the file that is imported."""
        people = self.roster["Roster"](self.options.seed)
        return (people.person(number) for number in range(1, count + 1))

    def csv(self, count):
        path = self.folder / f"roster-{count}.csv"
        if not path.exists():
            run = [self.options.tools / "roster", "--records", str(count), "--seed", str(self.options.seed), "--output", path]
            subprocess.run(run, check=True)
        return path

    def load(self, daemon, count):
        """Imports a roster; the seconds it took."""
        path = self.csv(count)
        begin = time.perf_counter()
        done = daemon.control.one(
            "rosterImport", path=str(path), list="bench", key="manifest_number", columns=[], skipBad=False)
        seconds = time.perf_counter() - begin
        expect(done["added"] == count and not done["failed"], f"the import added {done['added']} of {count} rows")
        return seconds

    # a roster comes in, and goes to a new member

    def bring(self, count, blobs):
        """Import at A, first sync to B; what both cost. The pair stands connected afterwards."""
        pair = self.new_pair()
        pair.apart()
        self.calm()
        insert = [floors.sqlite_insert(self.folder, blobs)]
        cost = {"import": self.load(pair.a, count), "import peak": pair.a.peak()}
        insert.append(floors.sqlite_insert(self.folder, blobs))
        # By its creation dot: that is the one name of a record that its writer can tell without a search.
        dot = f"{pair.a.control.one('status')['replica']}.{count}"
        last = pair.a.control.one("show", id=dot)["record"]
        before = pair.settled()
        cpu = pair.a.cpu(), pair.b.cpu()
        pair.a.watcher.send("waitUpToDate", peers=[pair.b.node], timeoutSeconds=PATIENCE)
        begin = time.perf_counter()
        pair.connect()
        expect(pair.a.watcher.answer()[1]["up_to_date"], "the first sync was waited for in vain")
        cost["acknowledged"] = time.perf_counter() - begin
        pair.b.control.one("show", id=dot)
        cost["readable by dot"] = time.perf_counter() - begin
        shown = pair.b.control.one("show", id=last)
        cost["sync"] = time.perf_counter() - begin
        expect(shown["fields"]["manifest_number"]["values"][0]["value"] == str(count), "B shows another record")
        cost["cpu a"], cost["cpu b"] = pair.a.cpu() - cpu[0], pair.b.cpu() - cpu[1]
        cost["peak a"], cost["peak b"] = pair.a.peak(), pair.b.peak()
        after = pair.settled()
        cost["sent a"], cost["sent b"] = after[0] - before[0], after[1] - before[1]
        pair.equal(count)
        insert.append(floors.sqlite_insert(self.folder, blobs))
        cost["insert"] = median(insert)
        self.tell(f"{count:,} records: import {duration(cost['import'])}, first sync {duration(cost['sync'])}")
        return pair, cost

    def brought(self, count, repeats):
        """The medians of some repeats; the last pair is kept for the other scenes."""
        blobs = [floors.compact(dict(zip(self.roster["FIELDS"], row))) for row in self.rows(count)]
        costs = []
        for _ in range(repeats):
            self.stop()
            self.standing, cost = self.bring(count, blobs)
            costs.append(cost)
        middle = {key: median([cost[key] for cost in costs]) for key in costs[0]}
        return middle | {f"{key} best": min(cost[key] for cost in costs) for key in ("import", "sync")}

    def pair(self):
        """A pair that holds the roster, connected."""
        if not self.standing:
            self.brought(self.options.records, 1)
        return self.standing

    def computed(self):
        """Seconds that we and what we started have computed."""
        running = (self.standing.a, self.standing.b) if self.standing else ()
        return sum(os.times()[:4]) + sum(daemon.cpu() for daemon in running)

    def stop(self):
        if self.standing:
            self.standing.stop()
        self.standing = self.records = None

    def roster_scene(self):
        count = self.options.records
        share = count / BUDGET_RECORDS
        cost = self.brought(count, self.options.repeats)
        scene = f"a roster of {count:,} records of 23 fields (median of {self.options.repeats})"
        yield Line(
            scene, "import at A, until durable", cost["import"], "s", cost["insert"], 3, True,
            note=f"best {duration(cost['import best'])}; floor: bare SQLite insert of the same rows, a blob a record, "
            "one transaction, synchronous=FULL")
        yield Line(
            scene, "first sync to a new member, until readable there", cost["sync"], "s", cost["insert"], 2.5, True,
            note=f"best {duration(cost['sync best'])}; acknowledged after {duration(cost['acknowledged'])}, shown by its dot after "
            f"{duration(cost['readable by dot'])}, by its id after {duration(cost['sync'])}")
        sealed = seals.rows(self.roster["FIELDS"], self.rows(count))
        yield Line(
            scene, "first sync, bytes both ways, seals apart", cost["sent a"] + cost["sent b"] - sealed, "B",
            floors.columns_deflated(self.rows(count)), 6e6 * share,
            note=f"floor: the rows as columns of text, zlib -6; {size(4.6e6 * share)} is the stretch; "
            f"A sent {size(cost['sent a'])}, {size(sealed)} of it values sealed for roles, B {size(cost['sent b'])}")
        yield Line(
            scene, "peak memory of A, import and sync", cost["peak a"], "MiB", None, 150 * MIB,
            note=f"after the import alone {cost['import peak'] / MIB:.0f} MiB")
        yield Line(scene, "peak memory of B, sync", cost["peak b"], "MiB", None, 150 * MIB)
        yield Line(
            scene, "verifying at B: processor time of its whole sync", cost["cpu b"], "s", None, share, is_bound=True,
            note=f"an upper bound: with inflating, merging and SQLite; A computed {duration(cost['cpu a'])}")

    # a stick

    def by_stick(self, source, target, name):
        """A bundle from one to the other: its report, its file, and the seconds to make it and to take it in."""
        path = self.folder / f"{name}.rollcall"
        order = {"targets": [target.node], "all": False, "full": False, "recipients": [], "sealed": True, "max_bytes": None}
        begin = time.perf_counter()
        made = source.control.one("export", _0=order | {"path": str(path)})
        out = time.perf_counter() - begin
        begin = time.perf_counter()
        [taken] = target.control.all("import", paths=[str(path)], preview=False, salvage=False)
        into = time.perf_counter() - begin
        expect(taken["applied"] and taken["new"] == made["changes"], f"of {made['changes']} changes {taken['new']} were taken in")
        return made, path.stat().st_size, out, into

    def stick_scene(self):
        count = self.options.records
        blobs = [floors.compact(dict(zip(self.roster["FIELDS"], row))) for row in self.rows(count)]
        self.stop()
        pair = self.standing = self.new_pair()
        until(lambda: all(one.control.one("bundleKey", secret=False)["recipients"] for one in (pair.a, pair.b)), "both have keys", 20)
        pair.wait()
        pair.apart()
        self.load(pair.a, count)
        self.calm()
        read, insert = [floors.sqlite_read(self.folder, blobs)], [floors.sqlite_insert(self.folder, blobs)]
        before = pair.a.peak(), pair.b.peak()
        _, whole, out, into = self.by_stick(pair.a, pair.b, "whole")
        read.append(floors.sqlite_read(self.folder, blobs))
        insert.append(floors.sqlite_insert(self.folder, blobs))
        share = count / BUDGET_RECORDS
        scene = f"a stick with {count:,} records, sealed, read back"
        yield Line(scene, "export", out, "s", median(read), 3, True, note="floor: bare SQLite read of the same rows; an export deflates them, too")
        yield Line(scene, "import at a laptop that has nothing, until durable", into, "s", median(insert), 3, True, note="floor: bare SQLite insert of the same rows")
        sealed = seals.rows(self.roster["FIELDS"], self.rows(count))
        yield Line(
            scene, "size, seals apart", whole - sealed, "B", floors.columns_deflated(self.rows(count)), 5.5e6 * share * 1.12,
            note=f"padding is in it; {size(sealed)} more are values sealed for roles")
        yield Line(scene, "peak memory of A and B", max(pair.a.peak(), pair.b.peak()), "MiB", None, 200 * MIB, note=f"before {max(before) / MIB:.0f} MiB")
        self.by_stick(pair.b, pair.a, "back")
        edits = self.later_edits(self.spare_records(EDITS_APART))
        for record, field, value in edits:
            pair.a.set(record, field, value)
        _, whole, out, into = self.by_stick(pair.a, pair.b, "edits")
        sealed = seals.edits(edits)
        scene = f"a stick with {EDITS_APART:,} edits"
        yield Line(scene, "export", out, "s", None)
        yield Line(scene, "import", into, "s", None)
        yield Line(
            scene, "size, seals apart", whole - sealed, "B", None, 12_000 * 1.12,
            note=f"with padding, and custody lines of looks and copies; {size(sealed)} more are values sealed for roles")
        pair.connect()
        pair.wait()
        pair.equal(count)

    def growth_scene(self):
        counts = [self.options.records // 10, self.options.records] + [self.options.records * 10] * self.options.big
        costs = [self.brought(count, 1) for count in counts]
        self.stop()
        for (small, less), (large, more) in zip(zip(counts, costs), list(zip(counts, costs))[1:]):
            scene = f"growth from {small:,} to {large:,} records"
            yield Line(
                scene, "import: so many times the time", more["import"] / less["import"], "x",
                more["insert"] / less["insert"], 11, note="floor: the bare insert's growth")
            yield Line(
                scene, "first sync: so many times the time", more["sync"] / less["sync"], "x",
                more["insert"] / less["insert"], 11)
            yield Line(
                scene, "first sync: so many times the bytes",
                (more["sent a"] + more["sent b"]) / (less["sent a"] + less["sent b"]), "x", None, 11)
            yield Line(scene, "peak memory of B", more["peak b"], "MiB", None, 150 * MIB)

    # edits

    def spare_records(self, count):
        """Ids of records that no scene has edited yet."""
        if self.records is None:
            listed = self.pair().a.control.all("list", limit=8_000, filters=[])
            self.records, self.spare = [record["record"] for record in listed], 0
            self.numbers = {one["record"]: int(one["fields"]["manifest_number"]["values"][0]["value"]) for one in listed}
        self.spare += count
        if self.spare > len(self.records):
            self.spare = count
        return self.records[self.spare - count : self.spare]

    def later_edits(self, records):
        """A later edit of each record, one field each, as a roster sees them."""
        people = self.roster["Roster"](f"edits {self.options.seed}")
        edits = (people.edit(1) for _ in records)
        return [(record, edit["field"], edit["value"]) for record, edit in zip(records, edits)]

    def photos_scene(self):
        yield from photos.scene(self)

    def live_scene(self):
        pair, count = self.pair(), self.options.edits
        records = self.spare_records(count)
        pair.a.control.one("show", id=records[0])
        # To look is logged, and once in ten minutes: not while an edit is timed.
        for record in records:
            pair.b.control.one("show", id=record)
        pair.wait()
        before = pair.settled()
        told, acknowledged, shown, looks, syncs = [], [], [], [], []
        disk = floors.Disk(self.folder)
        self.calm()
        for index, record in enumerate(records):
            value = f"СІЗО-{1_000 + index}"
            mark = f'"{value}"'.encode()
            begin = time.perf_counter()
            pair.a.set(record, "held_at", value)
            told.append(time.perf_counter() - begin)
            # By turns: asking B for the record, which prints all of it; asking A whether B has acknowledged all.
            if index % 2:
                until(lambda: self.has_all(pair), "an edit is acknowledged", 10, 0)
                acknowledged.append(time.perf_counter() - begin)
            else:
                looks.append(until(lambda: self.looks(pair.b, record, mark), "an edit comes to B", 10, 0))
                shown.append(time.perf_counter() - begin)
            # All is quiet by now; the floor is taken in between, from the same disk in the same state.
            time.sleep(0.004)
            syncs += [disk.sync(), disk.sync()]
        disk.close()
        after = pair.settled()
        floor = 2 * median(syncs) + floors.round_trip()
        scene = f"{count} lone edits, connected"
        yield Line(
            scene, "from before it is told to A until B shows it, median", median(shown), "s", floor, 2, True,
            note=f"floor F: two fdatasync of 4 kB, taken between the edits, and a round trip; A answered after "
            f"{duration(median(told))}; one look at the whole record takes {duration(median(looks))}")
        yield Line(scene, "the same, 99 of 100", sorted(shown)[len(shown) * 99 // 100], "s", floor)
        yield Line(
            scene, "until A has B's acknowledgement (durable and readable there)", median(acknowledged), "s", floor,
            note="nothing is printed here, and one more way back is in it")
        texts = [f"СІЗО-{1_000 + index}" for index in range(count)]
        edited, sealed = median([len(text.encode()) for text in texts]), median([seals.value("held_at", text) for text in texts])
        yield Line(
            scene, "bytes of an edit, without its acknowledgement, seal apart", (after[0] - before[0]) / count - sealed, "B", 80 + edited,
            150, note=f"floor: signature, salt and the value; the seal took {sealed:.0f} B, the acknowledgement "
            f"{(after[1] - before[1]) / count:.0f} B")

    @staticmethod
    def looks(daemon, record, mark):
        """Seconds of a look at a record that shows something; None while it does not."""
        begin = time.perf_counter()
        is_there = mark in daemon.control.raw("show", id=record)
        return time.perf_counter() - begin if is_there else None

    @staticmethod
    def has_all(pair):
        return all(peer["they_lack"] == 0 for peer in pair.a.control.all("peers") if peer["node"] == pair.b.node)

    def apart_scene(self):
        pair = self.pair()
        costs = []
        for _ in range(self.options.repeats):
            edits = self.later_edits(self.spare_records(EDITS_APART))
            costs.append(self.catch_up(pair, edits))
        total = median([sum(cost["sent"]) - cost["sealed"] for cost in costs])
        scene = f"{EDITS_APART:,} edits of one side, made apart (median of {self.options.repeats})"
        yield Line(
            scene, "from `connect` until all are readable at B", median([cost["seconds"] for cost in costs]), "s", None, 0.060,
            note=f"dial and TLS handshake are in it, {duration(self.meeting_floor())} bare; best "
            f"{duration(min(cost['seconds'] for cost in costs))}; B computed {duration(median([cost['cpu'] for cost in costs]))}")
        yield Line(
            scene, "bytes both ways, seals apart", total, "B", median([cost["columns"] for cost in costs]), 9_000,
            note="edits of all fields in no order, a millisecond apart; floor: number, field and value as columns of text, "
            f"zlib -9; A sent {size(median([cost['sent'][0] for cost in costs]))}")

    def catch_up(self, pair, edits):
        """Edits at A while apart, then a meeting: what it cost."""
        pair.b.control.one("show", id=edits[0][0])
        pair.apart()
        for record, field, value in edits:
            pair.a.set(record, field, value)
        before, cpu = pair.settled(), pair.b.cpu()
        self.calm()
        record, field, value = edits[-1]
        mark = value.encode()
        pair.a.watcher.send("waitUpToDate", peers=[pair.b.node], timeoutSeconds=PATIENCE)
        begin = time.perf_counter()
        pair.connect()
        pair.a.watcher.answer()
        expect(mark in pair.b.control.raw("show", id=record), "acknowledged, and not readable")
        seconds = time.perf_counter() - begin
        cpu, after = pair.b.cpu() - cpu, pair.settled()
        for record, field, value in edits:
            shown = [one["value"] for one in pair.b.control.one("show", id=record)["fields"][field]["values"]]
            expect(value in shown, f"B lacks an edit: {field} of {record}")
        pair.equal()
        return {
            "seconds": seconds, "cpu": cpu, "sent": (after[0] - before[0], after[1] - before[1]),
            "sealed": seals.edits(edits),
            "columns": floors.columns_deflated([(str(self.numbers[record]), field, value) for record, field, value in edits], 9),
        }

    def both_scene(self):
        pair = self.pair()
        records = self.spare_records(EDITS_APART)
        unlike, alike = records[:PAIRS_UNLIKE], records[PAIRS_UNLIKE:]
        known = len(pair.a.control.all("conflicts"))
        pair.apart()
        for index, record in enumerate(unlike):
            pair.a.set(record, "held_at", f"СІЗО-{2_000 + index}")
            pair.b.set(record, "next_of_kin_phone", f"+38050{index:07}")
        for index, record in enumerate(alike):
            pair.a.set(record, "birth_date", f"19{60 + index % 30}-03-{1 + index % 28:02}")
            pair.b.set(record, "birth_date", f"19{60 + index % 30}-04-{1 + index % 28:02}")
        before = pair.settled()
        self.calm()
        for daemon, other in ((pair.a, pair.b), (pair.b, pair.a)):
            daemon.watcher.send("waitUpToDate", peers=[other.node], timeoutSeconds=PATIENCE)
        begin = time.perf_counter()
        pair.connect()
        for daemon in (pair.a, pair.b):
            daemon.watcher.answer()
        seconds = time.perf_counter() - begin
        after = pair.settled()
        sides = (pair.a, pair.b)
        merged = sum(all(self.has_both(side, record, index) for side in sides) for index, record in enumerate(unlike))
        listed = [daemon.control.all("conflicts") for daemon in (pair.a, pair.b)]
        whole = [
            {row["record"] for row in rows if row["field"] == "birth_date" and len(row["values"]) == 2} & set(alike)
            for rows in listed]
        expect(all(len(rows) == known + len(alike) for rows in listed), f"{[len(rows) for rows in listed]} conflicts are listed")
        pair.equal()
        scene = f"{EDITS_APART:,} edits on each side, made apart: {PAIRS_UNLIKE} pairs in unlike fields, {len(alike)} in one"
        yield Line(scene, "merged, both values on both sides", merged, "", None, PAIRS_UNLIKE, at_least=True)
        yield Line(
            scene, "conflicts listed on both, both values kept", len(whole[0] & whole[1]), "", None, len(alike), at_least=True,
            note="and equal fingerprints")
        sealed = sum(
            seals.value("held_at", f"СІЗО-{2_000 + index}") + seals.value("next_of_kin_phone", f"+38050{index:07}")
            for index in range(len(unlike)))
        yield Line(
            scene, "bytes both ways, seals apart", after[0] - before[0] + after[1] - before[1] - sealed, "B", None, 20_000,
            note=f"{size(sealed)} more are values sealed for roles; A sent {size(after[0] - before[0])}, B {size(after[1] - before[1])}")
        yield Line(scene, "from `connect` until both have all", seconds, "s")

    @staticmethod
    def has_both(daemon, record, index):
        fields = daemon.control.one("show", id=record)["fields"]
        held, phone = ([one["value"] for one in fields[name]["values"]] for name in ("held_at", "next_of_kin_phone"))
        return held == [f"СІЗО-{2_000 + index}"] and phone == [f"+38050{index:07}"]

    # meetings

    def meeting_floor(self):
        if not hasattr(self, "known_handshake"):
            self.known_handshake = floors.handshake(self.folder)
        return self.known_handshake

    def meet(self, pair):
        """One meeting with nothing new: its bytes and seconds."""
        pair.apart()
        before = pair.settled()
        begin = time.perf_counter()
        pair.connect()
        until(lambda: pair.a.sees(pair.b) and pair.b.sees(pair.a), "the two are connected", 30, 0.0003)
        seconds = time.perf_counter() - begin
        after = pair.settled()
        return after[0] - before[0] + after[1] - before[1], seconds

    def meeting_scene(self):
        small = self.new_pair()
        try:
            self.load(small.a, 1_000)
            small.wait()
            yield from self.meetings(small, 1_000)
            yield self.round_trips(small)
        finally:
            small.stop()
        yield from self.meetings(self.pair(), self.options.records)

    def round_trips(self, pair):
        """How often the two must hear each other before data flows, on a cable so slow that nothing else counts."""
        one_way = 0.1
        relay = Relay(pair.b.address, one_way)
        try:
            pair.apart()
            pair.b.control.one("add", fields=[{"field": "surname", "value": "Перша"}])
            changes = pair.b.control.one("status")["changes"]
            begin = time.perf_counter()
            pair.a.control.one("connect", target=relay.address)
            until(lambda: pair.a.control.one("status")["changes"] == changes, "the change arrives", 30)
            seconds = time.perf_counter() - begin
        finally:
            relay.close()
        # The relay answers the dial itself: TCP's own round trip is added. The way of the data is taken off.
        trips = seconds / (2 * one_way) + 1 - 0.5
        return Line(
            "a cable of 100 ms each way", "round trips before data flows", trips, "", None, 3,
            note=f"a change was durable at the other {seconds * 1e3:.0f} ms after `connect`")

    def meetings(self, pair, count):
        pair.wait()
        self.meet(pair)
        self.calm()
        counts, seconds = zip(*(self.meet(pair) for _ in range(5)))
        scene = f"a meeting with nothing new, {count:,} records on both"
        yield Line(scene, "bytes both ways", int(median(counts)), "B", None, 250)
        yield Line(
            scene, "from `connect` until both say that they are connected", median(seconds), "s", self.meeting_floor(), 0.020,
            note="dial and TLS handshake are in it; floor: the same with bare TLS 1.3 from this tool")

    # a laptop that was locked

    def sealed_scene(self):
        """One laptop with a passphrase and a roster: locked, unlocked, searched."""
        self.stop()
        daemon = Daemon("sealed", self.options.bin, self.folder).start()
        try:
            yield from self.unlocked(daemon)
        finally:
            daemon.stop()

    def unlocked(self, daemon):
        scene = f"a laptop with a passphrase and {self.options.records:,} records"
        words = "brown kettle seven rivers"
        daemon.control.one(
            "initRegister", name="sealed", register="Bench, synthetic people", operator="Clerk", protection={"passphrase": {"text": words}})
        self.load(daemon, self.options.records)
        name = next(iter(self.rows(1)))[self.roster["FIELDS"].index("surname")]
        self.calm()
        daemon.control.one("lock")
        until(lambda: self.is_locked(daemon), "it is locked", 30, 0.005)
        begin = time.perf_counter()
        daemon.control.one("unlock", passphrase=words)
        unlocked = time.perf_counter() - begin
        daemon.control.all("find", text="nobody's name", limit=1)
        filled = time.perf_counter() - begin
        yield Line(scene, "unlock, until it answers", unlocked, "s", None, 3.0, note="0.3 to 0.5 s of it are the passphrase's")
        yield Line(scene, "from unlock until its index for searching is whole", filled, "s")
        looks = []
        for end in range(1, len(name) + 1):
            begin = time.perf_counter()
            daemon.control.all("find", text=name[:end], limit=20)
            looks.append(time.perf_counter() - begin)
        yield Line(scene, "find as somebody types a surname, 20 shown: the slowest of its letters", max(looks), "s", None, 0.1)
        yield Line(scene, "peak memory since it was locked", daemon.peak(), "MiB", None, 300 * MIB)

    @staticmethod
    def is_locked(daemon):
        with contextlib.suppress(Broken, OSError):
            daemon.reach()
            try:
                daemon.control.one("status")
            except Broken as refused:
                return str(refused).startswith("locked")
        return False

    # finding what is new among many replicas

    def finding_scene(self):
        self.stop()
        for ended, budget in ((0, 1_000), (self.options.ended, 4_000)):
            begin = time.perf_counter()
            found, parts = self.find(ended)
            self.tell(f"finding among {ended} ended replicas: {time.perf_counter() - begin:.0f} s")
            scene = f"finding {EDITS_APART:,} changes among {self.options.records:,} records, from unlike bases"
            what = f"bytes both ways, {2 * MEMBERS} live replicas" + (f" and {ended:,} ended" if ended else "")
            yield Line(
                scene, what, found, "B", None, budget,
                note="B went back to a backup: {unlike} B; with a common base {alike} B, of which a meeting is {idle} B"
                .format(**parts))

    def find(self, ended):
        """Bytes of a meeting from unlike bases, less those that carry the changes themselves.

        The same changes are carried twice: to B, and to B restored from a backup made before, whose base is not A's.
        """
        self.pairs += 1
        pair = Pair(self.options.bin, self.folder / f"p{self.pairs}").start()
        try:
            return self.found(pair, ended)
        finally:
            pair.stop()

    def found(self, pair, ended):
        self.more_members(pair)
        note = pair.b.control.one("add", fields=[{"field": "surname", "value": "Перша"}])["record"]
        pair.wait()
        pair.apart()
        for index in range(ended):
            pair.a.restart()
            pair.a.set(note, "held_at", f"СІЗО-{1 + index}")
        self.load(pair.a, self.options.records)
        pair.connect()
        pair.wait()
        self.meet(pair)
        idle = self.meet(pair)[0]
        pair.apart()
        backup = pair.folder / "b.backup"
        pair.b.control.one("backup", path=str(backup))
        listed = pair.a.control.all("list", limit=EDITS_APART, filters=[])
        edits = self.later_edits([record["record"] for record in listed])
        for index, (record, field, value) in enumerate(edits):
            if ended and index == EDITS_APART // 2:
                # One more replica has ended, which only A knows: a digest of all will not do.
                pair.a.restart()
            pair.a.set(record, field, value)
        alike = self.carried(pair, edits[-1])
        pair.apart()
        pair.b.restore(backup)
        pair.b.start(pair.b.address)
        unlike = self.carried(pair, edits[-1])
        pair.equal()
        return unlike - (alike - idle), {"unlike": unlike, "alike": alike, "idle": idle}

    def more_members(self, pair):
        for index in range(MEMBERS - 2):
            member = Daemon(f"m{index}", self.options.bin, pair.folder).start()
            pair.others.append(member)
            pair.join(member)
            member.control.one("add", fields=[{"field": "surname", "value": f"Прізвище-{index}"}])
            said = member.control.one("waitUpToDate", peers=[pair.b.node], timeoutSeconds=60)
            expect(said["up_to_date"], f"{member.name} did not reach b")
            member.stop()

    @staticmethod
    def carried(pair, edit):
        """Bytes until an edit of A is at B and all is quiet."""
        record, _, value = edit
        before = pair.settled()
        pair.connect()
        until(lambda: value.encode() in pair.b.control.raw("show", id=record), "the last edit came to B", 60, 0.01)
        pair.wait()
        after = pair.settled()
        return after[0] - before[0] + after[1] - before[1]
