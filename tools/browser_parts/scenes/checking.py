"""Lists that come late, people who do not come, and people who come without a list."""
from bench_parts.daemons import expect
from browser_parts.team import synthetic, write


def late_list(team, gate, table):
    """S5: half are processed when a revision comes: confirmations stand, and who was taken off after the handover is named."""
    team.start(a=0, b=0)
    people = synthetic(20, "late")
    gate.open(team.gate, "en").layout = "en"
    _import(gate, write(team.folder / "first.csv", people), 1, "20 new")
    control = team.gate.control
    records = {one["texts"]["line_number"][0]: one["record"] for one in team.people()}
    control.one("verify", _0={"id": records["1"], "field": "surname", "outcome": "confirmed", "source": "document: passport", "station": "table"})
    for line in ("16", "17"):
        control.one("set", id=records[line], fields=[{"field": event, "value": "1"} for event in ("arrival", "identity_confirmed", "handover")])
    later = [list(one) for one in people[:15]]
    for one in later[2:5]:
        one[2] = one[2] + "о"
    for line, one in enumerate(synthetic(40, "more")[-7:], 21):
        later.append([line, *one[1:]])
    _import(gate, write(team.folder / "second.csv", later), 2, "7 new", "3 corrected")
    gate.see("main table tr", "2", "22", "counts")
    gate.see("main table tr", "1", "20", "replaced")
    gate.shot("late-list")
    gate.person(records["1"])
    gate.see("#field-surname .mark.confirmed")
    gate.go("board")
    gate.see(".board summary", "taken off the list after the handover (2)")
    gate.go("print")
    gate.see(".sheet", "revision 2")
    expect(len(gate.texts(".sheet td.number")) == 22, "the roster has the people of the second revision")
    team.meet()
    table.open(team.table, "en").go("board")
    table.see(".board summary", "taken off the list after the handover (2)")


def _import(window, path, revision, *words):
    """Takes a list in through the page's own form, by keys but for the system's dialog of files."""
    window.go("lists")
    window.see("section.import h2")
    window.run("document.querySelector('section.import input[type=number]').focus(); document.activeElement.select()")
    window.type(str(revision))
    window.choose("section.import input[type=file]", path)
    window.see("section.import .hint", "nothing is written yet")
    window.see("section.import", *words)
    window.shot(f"late-list-{revision}-preview")
    window.run("document.querySelector('section.import button.main').focus()")
    window.press("Enter")
    window.see("section.import .good", "Imported")


def absent_and_unlisted(team, gate, table):
    """S6: who is listed and not there, who is there without a line, by name; the next day's arrival changes no number of today."""
    team.start(a=10, b=0)
    control = team.gate.control
    control.one("addStage", code="2", day="2026-11-30", place=None)
    lines = [one for one in team.people()]
    for one in lines[:7]:
        control.one("set", id=one["record"], fields=[{"field": "arrival", "value": "1"}])
    for name in ("Вереск", "Ясен"):
        control.one("add", fields=[{"field": field, "value": value} for field, value in (
            ("surname", name), ("given_name", "Остап"), ("category", "civilian"), ("detained_by", "a"), ("arrival", "1"))])
    gate.open(team.gate, "en").go("lists")
    missing = [one["texts"]["surname"][0] for one in lines[7:]]
    for name in missing:
        gate.see(".checks details:nth-of-type(1)", name)
    gate.see(".checks details:nth-of-type(3)", "Вереск", "Ясен")
    gate.click(".checks details:nth-of-type(1) button")
    gate.until("return document.querySelector('dialog').open", "it is asked first")
    gate.press("Enter")
    gate.see(".checks details:nth-of-type(2) summary", "Absent (3)")
    gate.go("board")
    before = {what: gate.see(f".tallies tr.{what} td.sum:nth-of-type(4)") for what in ("listed", "present", "absent", "unlisted")}
    expect(before == {"listed": "10", "present": "9", "absent": "3", "unlisted": "2"}, f"the totals cross-foot: {before}")
    gate.shot("absent-board")
    gate.click("#close")
    gate.until("return document.querySelector('dialog').open", "it is asked why")
    gate.type("the sheet is signed")
    gate.press("Enter")
    gate.see(".closed", "Closed by", "the sheet is signed")
    table.open(team.table, "en").person(lines[8]["record"])
    table.run("const one = document.querySelector('#stage'); one.value = '2'; one.dispatchEvent(new Event('change'))")
    table.see("aside h2", "2")
    table.press("KeyA")
    table.see("#event-arrival.here")
    gate.see(".tallies section:nth-of-type(2) tr.present td.sum:nth-of-type(4)", "1")
    after = {what: gate.see(f".tallies section:nth-of-type(1) tr.{what} td.sum:nth-of-type(4)") for what in before}
    expect(after == before, f"the first day's numbers are as they were: {after}")
    control.one("set", id=lines[9]["record"], fields=[{"field": "arrival", "value": "1"}])
    gate.see(".closed", "1 late")
