"""A clock that is wrong decides nothing, and everybody is told."""
from bench_parts.daemons import expect

PATIENCE = 60


def wrong_clock(team, gate, table):
    """S10: one laptop thinks it is 2019: both pages say whose clocks are apart, what was written last holds, and nothing is written over."""
    team.start(a=4, b=0)
    past = team.third("past", clock="-7y")
    record = team.on_line(2)["record"]

    def write(daemon, rank, seen=None):
        daemon.control.one("set", id=record, fields=[{"field": "rank", "value": rank}], seen=seen)

    def settle():
        for one, other in ((team.gate, past), (past, team.gate)):
            said = one.control.one("waitUpToDate", peers=[other.node], timeoutSeconds=PATIENCE)
            expect(said["up_to_date"], f"{one.name} waited for {other.name} in vain")

    settle()
    write(team.gate, "сержант")
    settle()
    write(past, "капітан")
    settle()
    gate.open(team.gate, "en").see("#header .warning", "past", "min apart")
    gate.person(record)
    gate.see("#field-rank .value", "капітан")
    gate.press("KeyY")
    gate.see(".history", "сержант", "капітан")
    said = [row for row in gate.texts(".history tr") if "Rank" in row]
    years = [year for row in said for year in ("2019", "2018", "2020") if year in row]
    expect("капітан" in said[-1] and len(years) == 1, "the later one stands last, under the time that its laptop believed in")
    gate.shot("wrong-clock")
    table.open(past, "uk").see("#header .warning", "gate")

    team.gate.control.one("disconnect", node=past.node)
    write(team.gate, "майор")
    write(past, "солдат")
    team.gate.control.one("connect", target=past.node)
    past.control.one("connect", target=team.gate.node)
    settle()
    for window in (gate, table):
        window.person(record)
        window.see("#field-rank .chips", "майор", "солдат")
