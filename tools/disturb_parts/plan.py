"""Which faults come when: drawn from the seed alone, then played."""
import dataclasses
import math
import random

# How often each comes, beside the others; a seed doubles some and leaves some out.
KINDS = {
    "kill": 5, "pause": 4, "lose": 3, "narrow": 3, "unplug": 2, "part": 3, "deafen": 2,
    "cut": 1, "stall": 2, "delay": 2, "slow": 1, "reset": 4, "corrupt": 4, "close": 2, "swap": 2,
}
ALWAYS = ("kill", "pause")
ON_THE_CABLE = ("cut", "stall", "delay", "slow", "reset", "corrupt", "close")


@dataclasses.dataclass
class Fault:
    """From `begin` to `end`, in seconds; `words` are the fault's arguments."""

    kind: str
    laptop: int
    begin: float
    end: float
    words: tuple = ()

    def __str__(self):
        words = " ".join(map(str, self.words))
        return f"{self.kind:8} laptop {self.laptop + 1}  {self.end - self.begin:4.1f} s  {words}".rstrip()

    def holds(self):
        """What it needs for itself as long as it lasts."""
        if self.kind in ("kill", "pause"):
            return "process", self.laptop
        if self.kind in ON_THE_CABLE:
            return "cable", self.laptop
        if self.kind in ("part", "deafen"):
            return "wall", None
        if self.kind == "swap":
            # Of two at once connections could go round for ever.
            return "swap", None
        return self.kind, self.laptop


def plan(seed, seconds, count, only=()):
    """The faults of a seed, in order of their begin; what has not ended when the time is over is healed then."""
    chance = random.Random(f"{seed} plan")
    weights = {kind: weight * chance.choice((0, 1, 1, 2)) for kind, weight in KINDS.items()}
    for kind in only or ALWAYS:
        weights[kind] = max(weights[kind], KINDS[kind])
    if only:
        weights = {kind: weights[kind] for kind in only}
    faults = last(seconds, count, chance)
    taken = {fault.holds(): fault.begin for fault in faults}
    free, now = {}, 1.0
    while now < seconds - 1:
        [kind] = chance.choices(list(weights), list(weights.values()))
        fault = draw(kind, now, count, chance)
        if free.get(fault.holds(), 0.0) <= now and fault.end < taken.get(fault.holds(), math.inf):
            free[fault.holds()] = fault.end
            faults.append(fault)
            now += chance.uniform(0.3, 3.0)
        else:
            now += 0.1
    return sorted(faults, key=lambda fault: fault.begin)


def last(seconds, count, chance):
    """So that healing has something to heal: a partition for longer than any session lives, one laptop dead, one paused."""
    side = chance.sample(range(count), count // 2)
    dead, paused = chance.sample(range(count), 2)
    after = seconds + 1
    return [
        Fault("part", side[0], max(1.0, seconds - 14), after, tuple(sorted(side))),
        Fault("pause", paused, seconds - 3, after), Fault("kill", dead, seconds - 1, after),
    ]


def draw(kind, now, count, chance):
    laptop = chance.randrange(count)
    others = [other for other in range(count) if other != laptop]
    # Longer than the 12 s after which a silent session ends, or not.
    long = chance.choice((chance.uniform(1, 5), chance.uniform(5, 11), chance.uniform(13, 20)))
    place = chance.choice(("all", *others))
    number = chance.choice(("0-200", "0-3000", "0-3000", "0-60000"))
    match kind:
        case "kill":
            return Fault(kind, laptop, now, now + chance.choice((0, 0.2, chance.uniform(0.5, 8))))
        case "pause":
            return Fault(kind, laptop, now, now + chance.choice((chance.uniform(0.1, 3), chance.uniform(3, 16))))
        case "part":
            side = chance.sample(range(count), chance.randint(1, count - 1))
            return Fault(kind, laptop, now, now + long, tuple(sorted(side)))
        case "deafen":
            return Fault(kind, laptop, now, now + long, tuple(chance.sample(others, chance.randint(1, len(others)))))
        case "swap":
            return Fault(kind, laptop, now, now + long, (chance.choice(others),))
        case "stall":
            return Fault(kind, laptop, now, now + long, (chance.choice(("in", "out")), place))
        case "close":
            return Fault(kind, laptop, now, now, (chance.choice(("in", "out")), place))
        case "delay":
            return Fault(kind, laptop, now, now + long, (chance.choice((20, 150, 700)), place))
        case "slow":
            return Fault(kind, laptop, now, now + long, (chance.choice((1000, 8000)), place))
        case "reset" | "corrupt":
            low, high = map(int, number.split("-"))
            return Fault(kind, laptop, now, now + long, (chance.randint(low, high), place))
        case "cut":
            return Fault(kind, laptop, now, now + long, (place,))
        case _:
            return Fault(kind, laptop, now, now + long)


class Player:
    """Carries faults out on the laptops and their network."""

    def __init__(self, laptops, network):
        self.laptops, self.network = laptops, network

    def play(self, fault, ends=False):
        laptop = self.laptops[fault.laptop]
        if fault.kind in ON_THE_CABLE:
            return self.on_the_cable(fault, laptop, ends)
        match fault.kind:
            case "kill":
                laptop.start() if ends else laptop.kill()
            case "pause":
                laptop.pause(ends)
            case "lose":
                self.network.lose(fault.laptop, 0.10, ends)
            case "narrow":
                self.network.narrow(fault.laptop, ends)
            case "unplug":
                self.network.unplug(fault.laptop, ends)
            case "part":
                for one in fault.words:
                    for other in set(range(len(self.laptops))) - set(fault.words):
                        self.network.shut_out(one, other, ends)
                        self.network.shut_out(other, one, ends)
            case "swap":
                # Its address leads to another laptop, or to itself again; the next byte of older connections ends them.
                laptop.lead_to(laptop if ends else self.laptops[fault.words[0]])
                laptop.cable("reset 0")
            case "deafen":
                for other in fault.words:
                    self.network.shut_out(fault.laptop, other, ends)

    def on_the_cable(self, fault, laptop, ends):
        *words, place = fault.words
        place = "" if place == "all" else self.network.address(place)
        if ends:
            laptop.cable(f"heal {place}")
        else:
            laptop.cable(" ".join(map(str, (fault.kind, *words, place))))

    def heal(self):
        """All that may still be wrong, ended at once."""
        self.network.heal()
        for laptop in self.laptops:
            laptop.cable("heal")
            laptop.lead_to(laptop)
            if laptop.is_killed:
                laptop.start()
            elif laptop.is_paused:
                laptop.pause(ends=True)
