"""A family asks for somebody; the desk finds him, and tells nobody until it has called."""
from bench_parts.daemons import expect

MEN = (("КОВАЛЬЧУК", "СЕРГІЙ", "12.03.1988", "Житомирська обл."), ("Ковальчук", "Сергій", "1961", "Полтава"))
FIELDS = ("surname", "given_name", "birth_date", "birth_place")


def _person(control, values):
    said = [*zip(FIELDS, values), ("category", "military"), ("detained_by", "a"), ("arrival", "1")]
    return control.one("add", fields=[{"field": field, "value": value} for field, value in said])["record"]


def _keys(window, word):
    """The places of a Latin word's keys, whatever the layout makes of them."""
    window.press(*(("Shift+" if letter.isupper() else "") + f"Key{letter.upper()}" for letter in word))


def _desk(window):
    """From the list of people to the families, once there is somebody to leave."""
    window.go("people")
    window.see("#people .row .name")
    window.until("return document.activeElement?.id === 'find'", "the list of people is ready")
    window.press("Escape", "Digit7")
    window.see(".tools .count")


def _ask(window):
    """S9, by keys alone: in Latin, on a Ukrainian layout that nobody noticed."""
    _desk(window)
    window.until("return document.activeElement?.id === 'find'", "the field to find has the focus")
    window.press("Escape", "KeyN")
    window.until("return document.activeElement === document.querySelector('form.enquiry input')", "the first field has the focus")
    for word in ("Kovalchuk", "Serhiy"):
        _keys(window, word)
        window.press("Tab")
    window.press("Tab")
    for text in ("1987 чи 1988", "Zhytomyr region", "", "Олена Ковальчук", "сестра", "+380 67 123-45-67", "лист у березні"):
        window.type(text)
        window.press("Tab")
    window.shot("families-new")
    window.press("Ctrl+Enter")
    window.see(".candidates li")


def families(team, gate, table):
    """S9 and C21: a brother is found through two scripts and a wrong layout, the call is written down; two desks that answer unlike block it."""
    team.start(a=6, b=0)
    control, other = team.gate.control, team.table.control
    men = [_person(control, values) for values in MEN]
    team.meet()
    gate.open(team.gate, "uk").layout = "uk"
    _ask(gate)
    shown = gate.texts(".candidates li.chip")
    expect(len(shown) == 2 and "12.03.1988" in shown[0] and "1961" in shown[1], f"he is first, the namesake second: {len(shown)} are offered")
    expect("набрано на іншій розкладці" in shown[0] and "та сама область" in shown[0] and "імовірно" in shown[0], "with reasons")
    expect("тезка" in shown[1] and "Дата народження: інше" in shown[1], "the namesake is one, and says why")
    enquiry = control.all("enquiries")[0]
    expect(enquiry["state"] == "open", "nothing is decided by itself")
    gate.shot("families-open")
    gate.press("KeyV")
    gate.until("return document.querySelector('dialog').open", "it is asked once more")
    gate.press("Enter")
    gate.see(".candidates .match", "Це ця людина", "Лише з причиною")
    gate.press("KeyC")
    gate.until("return document.activeElement?.id === 'outcome'", "the call is written down next")
    gate.type("мати взяла слухавку")
    gate.press("Tab")
    gate.type("він сам просив")
    gate.press("Enter")
    gate.see("main section", "телефоном: мати взяла слухавку (він сам просив)", "Olena · gate")
    expect(control.all("enquiries")[0]["state"] == "told", "the call is in the register")
    gate.shot("families-told")
    table.open(team.table, "ru").layout = "ru"
    _desk(table)
    table.see(".enquiries li", "семье сообщено")
    table.type("671234567")
    table.see(".enquiries li", "+380 67 123-45-67")
    table.person(men[0])
    table.see("aside .families", "1", "Олена Ковальчук")
    table.shot("families-person")
    _unlike(team, gate, table, men)


def _unlike(team, gate, table, men):
    """C21: each desk matches another man while the cable is out."""
    control, other = team.gate.control, team.table.control
    said = (("surname", "Kovalchuk"), ("given_name", "Serhii"), ("asker", "Hanna"))
    enquiry = control.one("addEnquiry", fields=[{"field": field, "value": value} for field, value in said])["record"]
    team.meet()
    team.part()
    for daemon, man in ((control, men[0]), (other, men[1])):
        daemon.one("match", _0={"enquiry": enquiry, "person": man, "kind": "match", "reason": "his photo", "seen": None, "operator": None})
    gate.go(f"families/{enquiry}")
    gate.see(".candidates .match")
    gate.see("#outcome")
    team.meet()
    for window in (gate, table):
        window.go(f"families/{enquiry}")
        window.until("return document.querySelectorAll('.candidates .match').length === 2", "both stand", seconds=5)
        window.see("p.warning", "")
        window.miss("form.tools")
        window.shot(f"families-double-{window.name}")
    table.go("board")
    table.see("summary", "одно обращение, двое людей")
    gate.until("const all = [...document.querySelectorAll('.candidates .match')]; all.at(-1).focus(); return document.activeElement === all.at(-1)", "the second is chosen")
    gate.press("KeyZ")
    gate.until("return document.querySelector('dialog').open", "it asks why")
    gate.type("інший рік")
    gate.press("Enter")
    gate.until("return document.querySelectorAll('.candidates .match').length === 1", "one is left")
    gate.see("#outcome")
    table.go(f"families/{enquiry}")
    table.until("return document.querySelectorAll('.candidates .match').length === 1", "on the other laptop, too", seconds=5)
