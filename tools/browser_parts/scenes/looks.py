"""Every screen, in each language: whether everybody can read and use it, and that nothing of it is too wide or too heavy."""
import base64
import pathlib
import re
import subprocess

from bench_parts.daemons import expect
from browser_parts.window import HEIGHT, WIDTH

LANGUAGES = ("uk", "en", "ru")
PAGE_BYTES_MAX = 200_000
AXE = next((pathlib.Path(__file__).resolve().parents[3] / ".build-browser").glob("lib/*/site-packages/axe_playwright_python/axe.min.js"), None)
RUN_AXE = """
const done = arguments[arguments.length - 1];
axe.run(document, {runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']}).then((found) => done(found.violations.map(
  (one) => [one.impact, one.id, one.nodes.length, one.nodes[0].target.join(' '), one.nodes[0].failureSummary.slice(0, 200)])), (error) => done([['critical', String(error), 0, '', '']]));
"""
# By how much the page is too wide, and the first that sticks out of it.
TOO_WIDE = """
const room = document.documentElement.clientWidth;
const isInside = (one) => one && (getComputedStyle(one).overflowX !== 'visible' || isInside(one.parentElement));
const out = [...document.body.querySelectorAll('*')].find((one) => one.getBoundingClientRect().right > room && !isInside(one.parentElement));
return [document.documentElement.scrollWidth - room, `${out?.tagName}.${out?.className} ${out?.id}`];
"""
WORDS = """
const done = arguments[arguments.length - 1];
Promise.all(arguments[0].map((language) => import(`/words-${language}.js`))).then((all) => done(all.map((one) => one.default)), (error) => done(String(error)));
"""
PAPER = {"paperWidth": 8.27, "paperHeight": 11.69, "preferCSSPageSize": True, "printBackground": False}


def _lived_in(team):
    """A morning's work: people present, cleared, absent, a conflict, a contradiction, two who may be one."""
    team.start(a=30, b=24)
    control, other = team.gate.control, team.table.control
    people = team.people()
    mine = [one["record"] for one in people if one["lists"][0]["issuer"] == "a"]
    team.part()
    for record in mine[:9]:
        control.one("set", id=record, fields=[{"field": "arrival", "value": "1"}])
    control.one("set", id=mine[0], fields=[{"field": "rank", "value": "сержант"}], source="statement")
    other.one("set", id=mine[0], fields=[{"field": "rank", "value": "старший сержант"}], source="document: military_id")
    control.one("set", id=mine[1], fields=[{"field": "declined", "value": "1"}])
    other.one("set", id=mine[1], fields=[{"field": "boarding", "value": "1"}])
    other.one("set", id=mine[2], fields=[{"field": "absent", "value": "1"}])
    for daemon in (control, other):
        daemon.one("add", fields=[{"field": field, "value": value} for field, value in (
            ("surname", "Вереск"), ("given_name", "Остап"), ("birth_date", "12.03.1988"), ("category", "military"), ("depends_on", "a"), ("arrival", "1"))])
    team.meet()
    for record in mine[3:7]:
        control.one("verify", _0={"id": record, "field": "surname", "outcome": "confirmed", "source": "document: passport", "station": "table"})
        control.one("set", id=record, fields=[{"field": "identity_confirmed", "value": "1"}, {"field": "transfer_wish", "value": "wants"}, {"field": "travel_fitness", "value": "yes"}])
    for record in mine[3:6]:
        control.one("set", id=record, fields=[{"field": "handover", "value": "1"}])
    control.one("slip", id=mine[3])
    asked = {"surname": "Veresk", "given_name": "Ostap", "birth_date": "1987-1988", "asker": "Ганна", "asker_contact": "067 123 45 67", "last_news": "лист"}
    enquiry = control.one("addEnquiry", fields=[{"field": field, "value": value} for field, value in asked.items()])["record"]
    return [*mine, enquiry]


def _screens(mine):
    return [
        ("people", "people", "#people .row .name"), ("conflicts", "conflicts", ".inbox .chip"), ("lists", "lists", ".checks details"),
        ("board", "board", "table.tally"), ("laptops", "laptops", "table.laptops"), ("new", "new", "form.new"),
        ("person-conflict", f"person/{mine[0]}", ".chips .chip"), ("person-contradiction", f"person/{mine[1]}", "aside .warning"),
        ("person-cleared", f"person/{mine[3]}", "table.fields tr.chosen"), ("print-roster", "print", ".sheet"), ("print-slip", f"print/slip/{mine[3]}", ".slipsheet"),
        ("families", "families", ".enquiries li"), ("families-new", "families/new", "form.enquiry"), ("families-one", f"families/{mine[-1]}", ".candidates li"),
        ("print-card", f"print/card/{mine[3]}", ".sheet"),
    ]


def judge(window, what, wrong):
    """No finding of weight."""
    found = [one for one in window.driver.execute_async_script(RUN_AXE) if one[0] in ("serious", "critical")]
    wrong += [f"{what}: axe finds {' '.join(map(str, one))}" for one in found]


def width(window, what, wrong):
    """The page itself never scrolls sideways; tables may, inside."""
    wide, where = window.run(TOO_WIDE)
    wrong += [f"{what}: {wide} points too wide: {where}"] if wide > 0 else []


def _show(window, place, css):
    window.go("nowhere")
    window.go(place)
    window.see(css)
    window.until("return document.querySelector('#said')?.textContent === ''", "nothing is being said")


def looks(team, gate, _):
    """Axe on every screen in every language, 200 % and the dark included; nothing scrolls sideways; 200 kB at most."""
    expect(AXE, "axe-core is not installed; run tools/setup --browser")
    mine, axe = _lived_in(team), AXE.read_text(encoding="utf-8")
    wrong, count = [], 0
    for language in LANGUAGES:
        gate.open(team.gate, language)
        gate.command("Runtime.evaluate", expression=axe)
        _planted(gate)
        for name, place, css in _screens(mine):
            what, count = f"{name} in {language}", count + 1
            _show(gate, place, css)
            judge(gate, what, wrong)
            width(gate, what, wrong)
            gate.shot(f"{language}-{name}")
            gate.resize(WIDTH // 2, HEIGHT // 2, 2)
            width(gate, f"{what} at 200 %", wrong)
            gate.shot(f"{language}-{name}-200")
            gate.resize(WIDTH, HEIGHT)
        _keymap(gate, language, wrong)
    size = _weight(gate, LANGUAGES[-1])
    _words(gate, wrong)
    _dark(gate, mine, wrong)
    _paper(gate, mine)
    expect(not wrong, "\n  ".join(["", *wrong]))
    return f"{count} screens, {size}"


def _words(gate, wrong):
    """Each language says all that the others say, with the same blanks to be filled in."""
    all_words = gate.driver.execute_async_script(WORDS, LANGUAGES)
    blanks = {language: {key: sorted(re.findall(r"\{(\w+)\}", text)) for key, text in words.items()} for language, words in zip(LANGUAGES, all_words)}
    for language in LANGUAGES:
        for key in blanks["en"].keys() | blanks[language].keys():
            if blanks[language].get(key) != blanks["en"].get(key):
                wrong.append(f"{key} in {language}: not as in English")


def _planted(gate):
    """A button that says nothing must be found: else nothing was looked at."""
    found = []
    gate.run("document.querySelector('main').append(Object.assign(document.createElement('button'), {id: 'planted'}))")
    judge(gate, "planted", found)
    expect(any("button-name" in one for one in found), "axe finds a planted button without a name")
    gate.run("document.querySelector('#planted').remove()")


def _keymap(gate, language, wrong):
    gate.click("#keys")
    gate.see("#dialog kbd")
    judge(gate, f"the keys in {language}", wrong)
    gate.shot(f"{language}-keys")
    gate.press("Escape")


def _dark(gate, mine, wrong):
    gate.command("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": "dark"}])
    for name, place, css in _screens(mine):
        _show(gate, place, css)
        judge(gate, f"{name}, dark", wrong)
        gate.shot(f"dark-{name}")
    gate.command("Emulation.setEmulatedMedia", features=[])


def _paper(gate, mine):
    """What comes out of a printer, as pictures, where somebody wants to see them."""
    for name, place, css in [one for one in _screens(mine) if one[0].startswith("print")]:
        _show(gate, place, css)
        pdf = base64.b64decode(gate.command("Page.printToPDF", **PAPER)["data"])
        expect(pdf.startswith(b"%PDF"), f"{name}: no PDF")
        if gate.shots:
            path = pathlib.Path(gate.shots) / f"{name}.pdf"
            path.write_bytes(pdf)
            subprocess.run(["pdftoppm", "-png", "-r", "60", path, path.with_suffix("")], check=True)


def _weight(gate, language):
    """What the browser has loaded of the page, as it came: of all screens, and of the second language that paper brings."""
    sizes = dict(gate.run("return [...performance.getEntriesByType('navigation'), ...performance.getEntriesByType('resource')]"
                          ".filter((one) => !/ask|changes|session|file|qr/.test(new URL(one.name).pathname)).map((one) => [new URL(one.name).pathname, one.encodedBodySize])"))
    paper = sum(size for path, size in sizes.items() if path.startswith("/words-") and path != f"/words-{language}.js")
    size = sum(sizes.values()) - paper
    expect(paper > 0, "paper speaks two languages")
    expect(20_000 < size <= PAGE_BYTES_MAX, f"the page weighs {size} bytes; {PAGE_BYTES_MAX} is the limit")
    return f"{size} bytes in the last language, and {paper} for paper"
