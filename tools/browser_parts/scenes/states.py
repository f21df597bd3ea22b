"""Nothing yet, nobody near, locked, not found: states of every day, which are said calmly and can be read by all."""
from bench_parts.daemons import expect
from browser_parts.scenes.looks import AXE, judge, width

PASSPHRASE, PIN = "brown kettle seven rivers", "4917"
EMPTY = [("people", "main .empty"), ("conflicts", ".inbox .empty"), ("lists", "main .empty"), ("board", "main .empty"), ("laptops", "main .empty"),
         ("print", ".sheet"), ("person/aaaaaaaaaa", "main .empty")]


def calm_states(team, gate, _):
    """A laptop without a register, an empty one, one alone with news, one that asks who is there, one that is locked."""
    axe, wrong = AXE.read_text(encoding="utf-8"), []
    gate.resize(1366, 768)
    team.gate.start(team.gate.address)
    gate.driver.get(team.gate.control.one("open")["address"] + ",uk")
    gate.see("main .empty", "rollcall init")
    gate.shot("state-noregister")
    control = team.gate.control
    control.one("initRegister", name="gate", register="Exchange 12", operator="Olena", protection={"passphrase": {"text": PASSPHRASE}})
    for language in ("uk", "en", "ru"):
        gate.open(team.gate, language)
        gate.command("Runtime.evaluate", expression=axe)
        for place, css in EMPTY:
            gate.go(place)
            gate.see(css)
            judge(gate, f"empty {place} in {language}", wrong)
            width(gate, f"empty {place} in {language}", wrong)
            gate.shot(f"empty-{language}-{place.split('/')[0]}")
    expect(not wrong, "\n  ".join(["", *wrong]))
    _invite(team, gate)
    _alone(team, gate)
    _locked(team, gate)


def _invite(team, gate):
    """Lets a laptop in by the page: the code and its QR code, then the words of both screens."""
    gate.open(team.gate, "en")
    gate.go("laptops")
    gate.click("#invite")
    code = gate.see(".code")
    gate.until("return document.querySelector('svg.qr') !== null", "there is a QR code")
    gate.shot("state-invite")
    team.table.start("127.0.0.1:1")
    team.table.control.send("join", address=team.gate.address, name="table", operator="Taras", code=code, protection={"openToAll": {}})
    gate.see("main .chip", "table")
    gate.shot("state-joining")
    gate.run("[...document.querySelectorAll('.chip button.main')].at(-1).id = 'let-in'")
    gate.click("#let-in")
    team.table.control.answer()
    gate.see("table.laptops tr", "table", "connected")


def _alone(team, gate):
    team.part()
    team.gate.control.one("add", fields=[{"field": "surname", "value": "Вереск"}, {"field": "arrival", "value": "1"}])
    gate.see("header .standing", "no laptop connected", "not acknowledged")
    gate.see("table.laptops tr", "table", "not connected", "lacks")
    gate.shot("state-alone")


def _locked(team, gate):
    """Two operators with PINs: the keyboard is somebody's; then the lock, after which nothing is told."""
    for name, role in (("Olena", "administrator"), ("Ihor", "operator")):
        team.gate.control.one("addOperator", name=name, role=role, pin=PIN, passphrase=PASSPHRASE)
    gate.open(team.gate, "en")
    gate.see("main .empty", "Nobody is at the keyboard")
    expect(not gate.texts("#people") and not gate.texts(".chip"), "nothing is shown while nobody is there")
    gate.shot("state-nobody")
    gate.press("Enter")
    gate.until("return document.querySelector('dialog select') !== null", "it is asked who comes")
    gate.press("Enter")
    gate.until("return document.querySelector('dialog input')?.type === 'password'", "the PIN is asked for")
    gate.shot("state-pin")
    gate.layout = "en"
    gate.type(PIN)
    gate.press("Enter")
    gate.see("#operator", "At the keyboard: Ihor", seconds=60)
    gate.go("people")
    gate.see("#people .row .name")
    gate.click("#lock")
    gate.press("Enter")
    gate.see("main .empty", "locked")
    expect("Вереск" not in gate.run("return document.documentElement.outerHTML"), "a locked laptop's page names nobody")
    gate.shot("state-locked")


calm_states.expected = ("ERR_CONNECTION_REFUSED", "ERR_INCOMPLETE_CHUNKED_ENCODING", "ERR_EMPTY_RESPONSE", "ERR_CONNECTION_RESET")
