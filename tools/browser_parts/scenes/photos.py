"""Photos: kept at one table, seen at the other, made small where they are large, and let go of when they are of somebody else."""
import hashlib
import random
import struct
import zlib

from bench_parts.daemons import expect


def _png(width, height, seed):
    """A picture that nothing packs: so large a file is of so many pixels."""
    dice = random.Random(seed)
    rows = b"".join(b"\0" + dice.randbytes(3 * width) for _ in range(height))

    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)) + chunk(b"IDAT", zlib.compress(rows, 1)) + chunk(b"IEND", b"")


def _widths(window):
    return window.run("return [...document.querySelectorAll('.photos img')].map((one) => one.complete ? one.naturalWidth : 0)")


def _see(window, count):
    window.until(f"const all = [...document.querySelectorAll('.photos img')]; return all.length === {count} && all.every((one) => one.complete && one.naturalWidth > 0)",
                 f"{count} photos are shown")
    return _widths(window)


def photos(team, gate, table):
    """C20: one photo is one, everywhere; one of the wrong person is let go of, with a reason."""
    team.start(a=3, b=0)
    person, other = (team.on_line(line)["record"] for line in (1, 2))
    small, large = team.folder / "small.png", team.folder / "large.png"
    small.write_bytes(_png(240, 320, 1))
    large.write_bytes(_png(1500, 2000, 2))
    for window, daemon in ((gate, team.gate), (table, team.table)):
        window.open(daemon, "en").layout = "en"
        window.person(person)
    gate.choose("#photo-file", small)
    expect(_see(gate, 1) == [240] and _see(table, 1) == [240], "a small picture is kept and shown as it is")
    gate.choose("#photo-file", large)
    expect(sorted(_see(gate, 2)) == [240, 960] and sorted(_see(table, 2)) == [240, 960], "a large picture is made small")
    gate.see(".photos figcaption", "smaller copy")
    gate.shot("photos")
    rows = team.table.control.all("photos", id=person)
    sums = [hashlib.sha256(path.read_bytes()).hexdigest() for path in (small, large)]
    expect({row["sha256"] for row in rows if row["original_sha256"] is None} == {sums[0]}, "the small file is kept byte for byte")
    kept = next(row for row in rows if row["original_sha256"] == sums[1])
    expect(kept["bytes"] < 600_000 and kept["whole"], "of the large one a copy that says of what")

    table.person(other)
    table.choose("#photo-file", small)
    _see(table, 1)
    table.see(".photos .warning", "The same picture is of")
    gate.see(".photos figure:not(:has(.warning)) figcaption", "smaller copy")
    gate.person(person)
    _see(gate, 2)
    gate.click(".photos figure:has(.warning) button")
    gate.see("#dialog p", "not of this person")
    gate.type("the next in line")
    gate.press("Enter")
    expect(_see(gate, 1) == [960], "the photo of somebody else is gone")
    table.person(person)
    expect(_see(table, 1) == [960], "at the other table, too")
    table.press("KeyY")
    table.see(".history", "the next in line")
    gate.choose("#photo-file", team.folder / "a.csv")
    gate.see("#said", "no picture")

    # A family brings the same picture of somebody else: both screens lead to each other.
    enquiry = team.gate.control.one("addEnquiry", fields=[{"field": "surname", "value": "Koval"}, {"field": "asker", "value": "Hanna"}])["record"]
    gate.go(f"families/{enquiry}")
    gate.see(".family h1", "Koval")
    gate.choose("#photo-file", small)
    expect(_see(gate, 1) == [240], "the family's picture is kept with what they ask")
    gate.see(".photos .warning a")
    gate.shot("photos-family")
    gate.run("document.querySelector('.photos .warning a').click()")  # Its name may stand in two lines, with nothing in the middle.
    gate.see("table.fields tr.chosen")
    gate.see(".photos .warning a", enquiry)
    return f"{kept['bytes'] // 1000} kB of {large.stat().st_size // 1_000_000} MB"
