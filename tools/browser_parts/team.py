"""Two laptops with an exchange, made anew for each scene: nothing that one did helps or harms the next."""
import csv
import random
import time

from bench_parts.daemons import NOWHERE, Daemon, expect, until

SURNAMES = "Коваль Бойко Ткач Мельник Шевченко Кравець Олійник Лисенко Гончар Марченко Савчук Поліщук Руденко Мороз Петрук Іваненко Сидорук Гаврилюк Дяченко Бондар".split()
GIVEN = "Петро Іван Олег Андрій Сергій Василь Микола Тарас Юрій Богдан Роман Павло Степан Ігор Віктор".split()
FATHERS = "Іванович Петрович Олегович Андрійович Сергійович Васильович Миколайович Тарасович".split()
RANKS = ["солдат", "сержант", "старший солдат"]
HEADS = ["line_number", "surname", "given_name", "patronymic", "birth_date", "category", "rank", "tax_number"]
PATIENCE = 60


def synthetic(count, seed):
    """So many invented people, no two with the same surname and given name as long as there are enough names."""
    dice = random.Random(seed)
    names = [(surname, given) for surname in SURNAMES for given in GIVEN]
    dice.shuffle(names)
    return [[
        line, *names[(line - 1) % len(names)], dice.choice(FATHERS), f"{dice.randint(1, 28):02}.{dice.randint(1, 12):02}.{dice.randint(1960, 2004)}",
        "military" if line <= count * 0.88 else "civilian", dice.choice(RANKS), dice.randint(10 ** 9, 10 ** 10 - 1),
    ] for line in range(1, count + 1)]


def write(path, people):
    with open(path, "w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([HEADS, *people])
    return path


class Team:
    """The gate, which founded the register, and a table; the table dials, so that one pull of the cable parts them."""

    def __init__(self, bin_folder, folder):
        folder.mkdir()
        self.bin, self.folder = bin_folder, folder
        self.gate, self.table = Daemon("gate", bin_folder, folder), Daemon("table", bin_folder, folder)
        self.others = []

    def start(self, a=12, b=12):
        self.gate.start(self.gate.address)
        self.table.start(NOWHERE)
        self.gate.control.one("initRegister", name="gate", register="Exchange 12", operator="Olena", protection={"openToAll": {}})
        self.join(self.table, "Taras")
        control = self.gate.control
        control.one("setExchange", partyA="Alder", partyB="Birch", target=1000)
        control.one("addStage", code="1", day="2026-11-29", place="north crossing")
        for issuer, way, count in (("a", "a_to_b", a), ("b", "b_to_a", b)):
            if count:
                self.list(write(self.folder / f"{issuer}.csv", synthetic(count, issuer)), issuer, way)
        self.meet()
        return self

    def list(self, path, issuer="a", direction="a_to_b", stage="1", revision=1):
        return self.gate.control.one(
            "rosterImport", path=str(path), list=None, key=None, columns=[], skipBad=False,
            origin={"issuer": issuer, "direction": direction, "stage": stage, "revision": revision})

    def join(self, newcomer, operator):
        code = self.gate.control.one("invite", minutes=10, wait=False, yes=True)["code"]
        newcomer.control.one("join", address=self.gate.address, name=newcomer.name, operator=operator, code=code, protection={"openToAll": {}})

    def third(self, name="late", operator="Ihor", clock=None):
        self.others.append(Daemon(name, self.bin, self.folder).start(NOWHERE, clock))
        self.join(self.others[-1], operator)
        return self.others[-1]

    def part(self):
        """Pulls the cable."""
        self.table.control.one("disconnect", node=self.gate.node)
        until(lambda: not self.gate.sees(self.table) and not self.table.sees(self.gate), "the two are apart", PATIENCE, 0.02)

    def meet(self, seconds=PATIENCE):
        self.table.control.one("connect", target=self.gate.node)
        until(lambda: self.gate.sees(self.table), "the two are connected", PATIENCE, 0.02)
        for one, other in ((self.gate, self.table), (self.table, self.gate)):
            said = one.control.one("waitUpToDate", peers=[other.node], timeoutSeconds=seconds)
            expect(said["up_to_date"], f"{one.name} waited for {other.name} in vain")

    def stop(self):
        for daemon in (self.gate, self.table, *self.others):
            daemon.stop()

    # What is known, for looking up whom a scene is about.

    def people(self):
        return self.gate.control.all("people")

    def on_line(self, line, issuer="a"):
        return next(one for one in self.people() if one["texts"].get("line_number") == [str(line)] and one["lists"][0]["issuer"] == issuer)


def moment():
    return time.perf_counter()
