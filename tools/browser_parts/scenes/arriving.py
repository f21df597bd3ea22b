"""Heads before names, one name twice, and what a paper is worth."""
from bench_parts.daemons import expect


def _count(window, said, reason=None):
    """Types what the gate calls out, and why it holds where others counted otherwise."""
    window.go("board")
    window.click("#heads")
    window.until("return document.querySelector('dialog').open", "the page asks for the vehicle")
    window.type(said)
    window.press("Enter")
    if reason:
        window.until("return document.querySelector('dialog').open && document.querySelector('#question').textContent.startsWith('bus 3')", "a reason is asked for")
        window.type(reason)
        window.press("Enter")


def heads_of_a_bus(team, gate, table):
    """Heads are counted on the board; two who had not met count otherwise; who came in the bus is set beside it."""
    team.start(a=4, b=0)
    gate.open(team.gate, "en")
    _count(gate, "bus 3: 2")
    gate.see(".tallies table", "bus 3", "-2")
    gate.see("details summary", "heads counted, and people registered (1)")
    team.part()
    _count(gate, "bus 3 3")
    team.table.control.one("countHeads", stage="1", vehicle="bus 3", heads=1)
    for line in (1, 2):
        team.gate.control.one("set", id=team.on_line(line)["record"], fields=[{"field": "arrival", "value": "1"}, {"field": "arrival_vehicle", "value": "bus 3"}])
    gate.see(".tallies table", "bus 3", "-1")
    team.meet()
    table.open(team.table, "en").go("board")
    for window in (gate, table):
        window.see(".tallies table", "bus 3", "1 / 3", "-1 … 1")
    gate.go("conflicts")
    gate.see(".inbox .chip", "bus 3", "1", "3")
    gate.click(".inbox .chip a")
    gate.see("#heads", "Count heads")
    _count(table, "bus 3: 2", "counted again")
    for window in (gate, table):
        window.miss("details summary", "heads counted")
        window.see(".tallies table", "bus 3")
        window.miss(".tallies table", "1 / 3")
    gate.shot("heads")


def a_bus_is_emptied(team, gate, _):
    """The gate says once which bus it empties: whoever is present from then on came in it, until another is named."""
    team.start(a=4, b=0)
    gate.open(team.gate, "en").layout = "en"
    gate.go("board")
    gate.see(".tallies table")
    gate.run("const one = document.querySelector('#station'); one.value = 'gate'; one.dispatchEvent(new Event('change'))")
    gate.until("return document.querySelector('#vehicle') !== null", "the gate has a field for the vehicle")
    gate.run("document.querySelector('#vehicle').focus()")
    gate.type("bus 3")
    # Somebody else writes meanwhile, and the header is drawn anew.
    team.table.control.one("set", id=team.on_line(4)["record"], fields=[{"field": "rank", "value": "капітан"}])
    gate.type("a")
    gate.press("Enter")
    for line in (1, 2):
        gate.person(team.on_line(line)["record"])
        gate.see("#event-arrival small", "bus 3a")
        gate.press("KeyA")
        gate.see("#event-arrival", "✓")
    gate.shot("bus")
    gate.go("board")
    _count(gate, "bus 3a: 2")
    gate.see(".tallies table", "bus 3a", "2", "0")
    gate.miss("details summary", "heads counted")
    gate.run("const one = document.querySelector('#station'); one.value = 'table'; one.dispatchEvent(new Event('change'))")
    gate.person(team.on_line(3)["record"])
    gate.press("KeyA")
    gate.see("#event-arrival", "✓")
    shown = [team.gate.control.one("show", id=team.on_line(line)["record"])["fields"].get("arrival_vehicle") for line in (1, 3)]
    expect(shown[0]["values"][0]["value"] == "bus 3a@1" and shown[1] is None, "whoever the table takes down came in nothing that it named")


def decided(team, gate, table):
    """What does not fit is decided on one board and seen on the other; another value, and it is open again."""
    team.start(a=4, b=0)
    record = team.on_line(1)["record"]
    team.gate.control.one("add", fields=[{"field": "birth_date", "value": "1941"}, {"field": "same_as", "value": record}, {"field": "arrival", "value": "1"}])
    for window, daemon in ((gate, team.gate), (table, team.table)):
        window.open(daemon, "en").layout = "en"
        window.go("board")
        window.see("details li", "Identity table")
    gate.click("details button.small")
    gate.until("return document.querySelector('dialog').open", "it asks how it stands")
    gate.press("ArrowDown", "Enter")
    gate.until("return document.querySelector('dialog input') !== null", "it asks why")
    gate.type("seen in the passport")
    gate.press("Enter")
    for window in (gate, table):
        window.see("details li", "the list is wrong", "seen in the passport")
    gate.shot("decided")
    other = next(row for row in team.gate.control.all("discrepancies") if row["kind"] == "mismatch")["records"]
    team.table.control.one("set", id=next(one for one in other if one != record), fields=[{"field": "birth_date", "value": "1942"}])
    for window in (gate, table):
        window.miss("details li", "the list is wrong")
        window.see("details li", "Identity table")


def namesakes_and_grades(team, gate, _):
    """C9: who bears a listed name is marked until somebody says that they are two, and after; a source is written with its grade."""
    team.start(a=4, b=0)
    listed = team.on_line(2)
    name = [{"field": field, "value": listed["texts"][field][0]} for field in ("surname", "given_name", "patronymic")]
    team.gate.control.one("add", fields=[*name, {"field": "birth_date", "value": "1941"}, {"field": "arrival", "value": "1"}])
    gate.open(team.gate, "en")
    gate.go("people")
    gate.see(".question", "namesake")
    gate.person(listed["record"])
    gate.see(".alike", "1941")
    gate.click(".alike button:last-of-type")
    gate.miss(".alike", "Another person")
    gate.see(".alike", "1941")
    gate.run("const one = document.querySelector('select[title]'); one.value = 'B2'; one.dispatchEvent(new Event('change'))")
    while gate.run("return document.querySelector('tr.chosen').id") != "field-rank":
        gate.press("ArrowDown")
    gate.press("KeyD")
    gate.until("return document.activeElement?.tagName === 'INPUT'", "the cell is open for typing")
    gate.type("капітан")
    gate.press("Enter")
    gate.see("#field-rank .value", "капітан")
    title = gate.run("return document.querySelector('#field-rank .value').title")
    expect("passport (B2)" in title, "who reads the value reads the grade")
    source = team.gate.control.one("show", id=listed["record"])["fields"]["rank"]["values"][0]["witnesses"][0]
    expect((source["source"], source["grade"]) == ("document B2: passport", "B2"), "the grade is kept with the source")
    gate.shot("namesake")
