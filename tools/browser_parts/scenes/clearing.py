"""A person on a list comes to the table and is cleared."""
from bench_parts.daemons import expect
from browser_parts.team import moment

SECONDS_MAX = 20
# So long a person who knows the keys takes between two of them.
PACE = 0.12


def keys_alone(team, gate, _):
    """S18: from a list line to a cleared person with a slip, on a Ukrainian layout, without a mouse."""
    team.start(b=0)
    person = team.on_line(7)
    gate.open(team.gate, "uk").layout = "uk"
    gate.see("#people .row .name")
    gate.pace = PACE
    begin = moment()
    surname, given = (person["texts"][field][0] for field in ("surname", "given_name"))
    gate.type(f"{surname} {given}".lower())
    gate.press("Enter")
    gate.see("h1", surname, given)
    gate.press("KeyA")
    gate.see("#event-arrival.here")
    for field in ("surname", "given_name", "patronymic", "birth_date"):
        gate.see(f"#field-{field}.chosen")
        gate.press("KeyV")
        gate.see(f"#field-{field} .mark.confirmed")
    gate.press("KeyI")
    gate.see("#event-identity_confirmed.here")
    gate.press("KeyW")
    gate.see("#field-transfer_wish .choices button")
    gate.press("Digit1")
    gate.see("#field-transfer_wish .value")
    gate.press("KeyF")
    gate.see("#field-travel_fitness .choices button")
    gate.press("Digit1")
    gate.see(".personhead .step.cleared")
    gate.press("KeyP")
    gate.see(".slipsheet .big")
    took, gate.pace = moment() - begin, 0
    after = team.on_line(7)
    expect(after["step"] == "cleared" and after["identity"] == "confirmed", "the daemon holds the person as cleared")
    expect(sorted(after["confirmed"]) == sorted(["surname", "given_name", "patronymic", "birth_date"]), "four fields are confirmed")
    expect(after["texts"].get("slip"), "there is a slip")
    expect(took < SECONDS_MAX, f"from a list line to a slip takes {took:.1f} s; {SECONDS_MAX} s is the limit")
    return f"cleared in {took:.1f} s"
