"""The table: what was measured, the floor beside it, the budget, and whether it is kept."""
import dataclasses

UNITS = ((1e6, "MB"), (1e3, "kB"), (1, "B"))


def duration(seconds):
    if seconds is None:
        return "-"
    return f"{seconds:.2f} s" if seconds >= 1 else f"{seconds * 1e3:.0f} ms" if seconds >= 0.1 else f"{seconds * 1e3:.2f} ms"


def size(count):
    if count is None:
        return "-"
    scale, unit = next((scale, unit) for scale, unit in UNITS if count >= scale or unit == "B")
    return f"{count / scale:.2f} {unit}" if scale > 1 else f"{count:.0f} B"


def memory(count):
    return f"{count / (1 << 20):.0f} MiB"


def number(count):
    return f"{count:,}" if isinstance(count, int) else f"{count:.2f}"


def times(ratio):
    return f"{ratio:.2f} x"


SHOWN = {"s": duration, "B": size, "MiB": memory, "": number, "x": times}


@dataclasses.dataclass
class Line:
    """One figure. A budget without `of_floor` is in the figure's unit; with it, a multiple of the floor."""

    scene: str
    what: str
    measured: float
    unit: str
    floor: float | None = None
    budget: float | None = None
    of_floor: bool = False
    at_least: bool = False
    # An upper bound over its budget shows nothing.
    is_bound: bool = False
    note: str = ""

    @property
    def ratio(self):
        return self.measured / self.floor if self.floor else None

    @property
    def verdict(self):
        if self.budget is None:
            return ""
        measured = self.ratio if self.of_floor else self.measured
        if measured >= self.budget if self.at_least else measured <= self.budget:
            return "ok"
        return "not shown" if self.is_bound else "MISSES"

    @property
    def budget_text(self):
        if self.budget is None:
            return ""
        sign = ">=" if self.at_least else "<="
        return f"{sign} {self.budget:g} x floor" if self.of_floor else f"{sign} {SHOWN[self.unit](self.budget)}"

    def cells(self):
        ratio = "" if self.ratio is None else times(self.ratio)
        floor = "" if self.floor is None else SHOWN[self.unit](self.floor)
        return self.what, SHOWN[self.unit](self.measured), floor, ratio, self.budget_text, self.verdict

    def as_json(self):
        return {
            "scene": self.scene, "what": self.what, "measured": self.measured, "unit": self.unit, "floor": self.floor,
            "ratio": self.ratio, "budget": self.budget, "budget_is_of_floor": self.of_floor, "verdict": self.verdict or None,
            "note": self.note or None,
        }


HEAD = ("figure", "measured", "floor", "ratio", "budget", "")
WIDTHS = (63, 10, 10, 9, 14, 9)


def row(cells):
    first, *rest = cells
    aligned = (f"{cell:>{width}}" for cell, width in zip(rest, WIDTHS[1:]))
    return f"{first:{WIDTHS[0]}} {' '.join(aligned)}".rstrip()


def print_table(lines):
    scene = None
    print(row(HEAD))
    for line in lines:
        if line.scene != scene:
            scene = line.scene
            print(f"\n{scene}")
        what, *rest = line.cells()
        print(row((f"  {what}", *rest)))
        if line.note:
            print(f"      {line.note}")
    missed = [line for line in lines if line.verdict == "MISSES"]
    judged = [line for line in lines if line.verdict]
    print(f"\n{len(judged) - len(missed)} of {len(judged)} budgets are kept" + (", missed:" if missed else "."))
    for line in missed:
        print(f"  {line.scene}: {line.what}: {line.cells()[1]}, budget {line.budget_text}")
