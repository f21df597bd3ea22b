"""One man at two tables, and counts that are ranges until somebody has decided."""
from bench_parts.daemons import expect

RELOADED = "return window.marked !== true"


def _register(window, surname, given, father, number):
    """Registers somebody new by keys alone: from the list of people to the tax number."""
    window.see("#find")
    window.press("Escape", "KeyN")
    window.until("return document.activeElement === document.querySelector('form.new input')", "the first field has the focus")
    for index, text in enumerate((surname, given, father, "12.03.1988")):
        window.type(text)
        window.press("Tab")
    window.press("ArrowDown", "Tab", "ArrowDown", "Ctrl+Enter")
    window.see("h1", surname, given)
    window.see("table.fields tr.chosen")
    while window.run("return document.querySelector('tr.chosen').id") != "field-tax_number":
        window.press("ArrowDown")
    window.press("Enter")
    window.type(number)
    window.press("Enter")
    window.see("#field-tax_number .value", number)
    window.run("document.querySelector('#slip').focus()")
    window.press("Enter")
    return window.see(".slipsheet .big")


def _find(window, slip):
    """Types a slip's number as it looks, on the layout that is on."""
    window.go("people")
    window.see("#people .row .name")
    window.press("Escape", "Escape")
    look = str.maketrans("ABCEHKMOPTX", "АВСЕНКМОРТХ") if window.layout != "en" else {}
    window.press("Slash")
    window.type(slip.translate(look))
    window.until("return document.querySelectorAll('.spacer .row').length === 1", f"one person is found by a slip on the {window.layout} layout")
    return window.text(".spacer .row .name")


def _present(window, words):
    window.go("board")
    return window.see("tr.present td.sum:nth-of-type(4)", words)


def _his(daemon):
    return [one for one in daemon.control.all("people") if one["texts"]["surname"][0].startswith("Серг")]


def one_man_twice(team, gate, table):
    """S1: two tables register one man while the cable is out; joined he counts once, parted he is two again."""
    team.start(a=6, b=0)
    gate.open(team.gate, "uk").layout = "uk"
    table.open(team.table, "ru").layout = "ru"
    team.part()
    slips = [_register(gate, "Сергієнко", "Микола", "Петрович", "2749315806"), _register(table, "Сергиенко", "Николай", "Петрович", "2749315806")]
    mine, others = (_his(daemon)[0]["record"] for daemon in (team.gate, team.table))
    gate.person(mine)
    table.person(others)
    team.meet()
    for window, word in ((gate, "той самий податковий номер"), (table, "тот же налоговый номер")):
        window.see("aside .maybe", word, seconds=5)
        window.shot(f"one_man_twice-{window.name}-maybe")
    for window in (gate, table):
        _present(window, "1–2")
    gate.person(mine)
    gate.click(".maybe button")
    gate.miss("aside .maybe")
    for window in (gate, table):
        expect(_present(window, "1") == "1", f"{window.name}: the present count fell by one")
        for slip in slips:
            expect("Серг" in _find(window, slip), f"{window.name}: both slips find him")
    table.person(others)
    table.see("aside", "=")
    table.shot("one_man_twice-joined")
    table.run("[...document.querySelectorAll('aside section .small')].at(-1).id = 'part'")
    table.click("#part")
    for window in (gate, table):
        _present(window, "1–2")
    for daemon in (team.gate, team.table):
        expect(sorted(one["texts"]["surname"][0] for one in _his(daemon)) == ["Сергиенко", "Сергієнко"], "both are back with every field as it was")


def parity_with_a_doubt(team, gate, table):
    """S7: two pairs that may be one make the board a range, which collapses without a reload when they are settled."""
    team.start(a=5, b=5)
    control = team.gate.control
    people = team.people()
    for one in people:
        control.one("set", id=one["record"], fields=[{"field": "arrival", "value": "1"}, {"field": "handover", "value": "1"}])
    doubles = []
    for one in [one for one in people if one["lists"][0]["issuer"] == "a"][:2]:
        fields = {field: one["texts"][field][0] for field in ("surname", "given_name", "patronymic", "birth_date")}
        fields |= {"category": "military", "detained_by": "a", "arrival": "1", "handover": "1"}
        doubles.append(control.one("add", fields=[{"field": field, "value": value} for field, value in fields.items()])["record"])
    gate.open(team.gate, "en")
    gate.go("board")
    gate.see("tr.handed_over td.sum:nth-of-type(4)", "5–7")
    gate.see(".parity", "0–2 more to B")
    gate.see(".heard li", "table: up to")
    gate.run("window.marked = true")
    gate.shot("parity-range")
    team.meet()
    table.open(team.table, "en")
    for double, button in zip(doubles, (1, 2)):
        table.person(double)
        table.click(f".maybe .buttons button:nth-of-type({button})")
        table.miss("aside .maybe")
    gate.see("tr.handed_over td.sum:nth-of-type(4)", "6", seconds=5)
    gate.see(".parity", "1 more to B")
    expect(not gate.run(RELOADED), "the board was not loaded anew")
    gate.shot("parity-settled")
