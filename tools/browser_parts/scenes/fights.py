"""Two people write different things, and nothing is lost."""
from bench_parts.daemons import expect


def _put(window, record, field, text):
    """Types what a person says, in the row of a field."""
    window.person(record)
    while window.run("return document.querySelector('tr.chosen').id") != f"field-{field}":
        window.press("ArrowDown")
    window.press("Enter")
    window.until("return document.activeElement?.tagName === 'INPUT'", "the cell is open for typing")
    window.type(text)
    window.press("Enter")
    window.see(f"#field-{field} td", text)


def rank_fight(team, gate, table):
    """S2: two ranks stand side by side with names and sources; one is chosen with a reason; a third laptop hears of it later."""
    team.start(a=4, b=0)
    late = team.third()
    late.control.one("disconnect", node=team.gate.node)
    record = team.on_line(2)["record"]
    gate.open(team.gate, "uk").layout = "uk"
    table.open(team.table, "uk").layout = "uk"
    team.part()
    _put(gate, record, "rank", "сержант")
    _put(table, record, "rank", "старший сержант")
    team.meet()
    for window in (gate, table):
        window.see("#field-rank .chip:nth-of-type(1), #field-rank .chip", "сержант")
        chips = window.text("#field-rank .chips")
        expect(all(word in chips for word in ("Olena · gate", "Taras · table", "старший сержант")), f"{window.name}: chips name who wrote what")
        window.go("conflicts")
        window.see(".inbox .chip", "старший сержант", "Olena", "Taras")
        window.see("#to-conflicts .badge", "1")
    gate.person(record)
    while gate.run("return document.querySelector('tr.chosen').id") != "field-rank":
        gate.press("ArrowDown")
    gate.press("Digit2")
    gate.until("return document.querySelector('dialog').open", "a reason is asked for")
    gate.type("бачив військовий квиток")
    gate.press("Enter")
    for window in (gate, table):
        window.go("conflicts")
        window.see(".inbox .empty")
        window.person(record)
        expect(len(window.texts("#field-rank .value")) == 1, f"{window.name}: one rank is left")
    chosen = gate.text("#field-rank .value")
    late.control.one("connect", target=team.gate.node)
    table.open(late, "uk").person(record)
    table.see("#field-rank .value", chosen)
    table.press("KeyY")
    table.see(".history", "бачив військовий квиток")
    history = table.text(".history")
    expect("старший сержант" in history and "Olena · gate" in history and "Taras · table" in history, "the late laptop shows the whole history")


def chosen_unseen(team, gate, table):
    """While somebody is asked for their reason a third value comes: they have not seen it, so it stays beside what they chose."""
    team.start(a=4, b=0)
    record = team.on_line(2)["record"]
    for daemon, rank in ((team.gate, "сержант"), (team.table, "старший сержант")):
        daemon.control.one("set", id=record, fields=[{"field": "rank", "value": rank}], seen=[])
    team.meet()
    gate.open(team.gate, "en").person(record)
    chips = "return document.querySelectorAll('#field-rank .chip').length"
    gate.until(f"{chips} === 3", "what the list says stands beside the two")
    while gate.run("return document.querySelector('tr.chosen').id") != "field-rank":
        gate.press("ArrowDown")
    gate.press("KeyU")
    gate.see("#said", "Another value came meanwhile")
    expect(gate.run(chips) == 3, "one key settles nothing")
    gate.press("Digit1")
    gate.until("return document.querySelector('dialog').open", "a reason is asked for")
    team.table.control.one("set", id=record, fields=[{"field": "rank", "value": "капітан"}], seen=[])
    gate.until(f"{chips} === 4", "the new one is shown behind the question")
    gate.press("Enter")
    gate.until(f"{chips} === 2", "what was shown is settled, and nothing else")
    gate.see("#field-rank .chips", "капітан")


def verify_field_by_field(team, gate, table):
    """S3: down the rows with v and x; somebody corrects the date elsewhere, and the mark goes grey and stays in sight."""
    team.start(a=4, b=0)
    record = team.on_line(3)["record"]
    gate.open(team.gate, "uk").layout = "uk"
    gate.person(record)
    gate.press("KeyV")
    gate.see("#field-surname .mark.confirmed", "паспорт", "Olena")
    gate.press("KeyX")
    gate.see("#field-given_name .mark.contradicted", "Olena")
    gate.press("KeyV")
    gate.see("#field-patronymic .mark.confirmed")
    gate.press("KeyV")
    gate.see("#field-birth_date .mark.confirmed")
    table.open(team.table, "ru").layout = "ru"
    _put(table, record, "birth_date", "07.08.1979")
    gate.see("#field-birth_date .value", "07.08.1979")
    gate.see("#field-birth_date .mark.lapsed", "паспорт")
    expect(not gate.texts("#field-birth_date .mark.confirmed"), "the mark no longer says confirmed")
    expect(gate.texts("#field-surname .mark.confirmed"), "the other marks stand")
    gate.shot("verify-lapsed")
    gate.press("KeyY")
    gate.see(".history", "07.08.1979")


def typed_text_is_safe(team, gate, table):
    """S18's other half: a change from elsewhere while somebody types is told beside the cell, and both values stand."""
    team.start(a=4, b=0)
    record = team.on_line(1)["record"]
    gate.open(team.gate, "uk").layout = "uk"
    gate.person(record)
    while gate.run("return document.querySelector('tr.chosen').id") != "field-rank":
        gate.press("ArrowDown")
    gate.press("Enter")
    gate.press("Backspace")
    gate.type("майор ")
    team.table.control.one("set", id=record, fields=[{"field": "rank", "value": "капітан"}], source="document: military_id")
    gate.see("#field-rank .notice", "капітан", "Taras")
    expect(gate.run("return document.activeElement.value") == "майор ", "what was typed is as it was, and has the focus")
    gate.shot("typing-notice")
    gate.type("запасу")
    gate.press("Enter")
    gate.see("#field-rank .chip", "майор запасу")
    gate.see("#field-rank .chip", "капітан")
    table.open(team.table, "uk").person(record)
    table.see("#field-rank .chip", "майор запасу")


def does_not_want_to_go(team, gate, table):
    """S8: he declines at the table while transport, offline, boards him: both see it on top when they meet."""
    team.start(a=4, b=0)
    record = team.on_line(4)["record"]
    for window, daemon in ((gate, team.gate), (table, team.table)):
        window.open(daemon, "en").layout = "ru"
        window.person(record)
    team.part()
    gate.click("#event-declined")
    gate.see("#event-declined.here")
    table.press("KeyB")
    table.see("#event-boarding.here")
    team.meet()
    for window in (gate, table):
        window.see("aside .warning", "Does not want to go", "Boarded")
        window.go("conflicts")
        window.see(".inbox section:first-of-type h2", "Cannot both be so")
        window.see(".inbox section:first-of-type .chip", "Does not want to go", "Boarded")
        window.go("board")
        window.see(".board summary", "cannot both be so")
        window.person(record)
    gate.click("#event-boarding")
    gate.until("return document.querySelector('dialog').open", "it is asked whether to take it back")
    gate.press("Enter")
    for window in (gate, table):
        window.miss("aside .warning", "Boarded")
        window.go("conflicts")
        window.see(".inbox .empty")
