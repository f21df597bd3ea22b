"""The loops: a script and a fault, at every call that the victim's disk thread makes."""
import time

from .damage import Cut, Damaged, Flip, Hostile, Moved
from .erasing import Erase
from .faults import FailedRead, FailedStick, FailedSync, FailedWrite, FailingSync, Kill, NeverRoom, NoRoom, NoRoomOnStick
from .files import Bundle, Carry, Files
from .full import Full, FullStick
from .joining import Admit, Enter
from .meeting import Send, Sync
from .scripts import Again, Edits, First, Roster
from .victim import Gone, Refused, Wrong, expect

SCRIPTS = {script.name: script for script in (Edits, Erase, Roster, Sync, Send, Bundle, Carry, Files, Admit, Enter, First, Again, Damaged)}
FAULTS = {fault.name: fault for fault in (
    Kill, FailedSync, FailingSync, FailedWrite, FailedRead, FailedStick, NoRoomOnStick, NoRoom, NeverRoom, Full, FullStick, Flip, Cut, Moved, Hostile)}
FAILURES_SHOWN = 5


def share(points, options, stride):
    """The points that are wished for, spread evenly, the first and the last among them."""
    if options.only:
        call, _, number = options.only.partition(":")
        return [(call, int(number))]
    if options.points:
        last, count = len(points) - 1, min(max(options.points // min(stride, 4), 2), len(points))
        return [points[round(at * last / max(count - 1, 1))] for at in range(count)]
    return points[::options.every * stride]


def run_loops(options, folder):
    """Each loop with its line; how many points failed in all."""
    failures = 0
    print(f"{'script':8}{'fault':10}{'of':>8}{'points':>8}{'struck':>8}{'lost':>6}{'damaged':>9}{'other':>7}{'slowest restart':>17}{'seconds':>9}", flush=True)
    for name in options.script:
        place = folder / name
        (place / "aside").mkdir(parents=True)
        script = SCRIPTS[name](options, place)
        try:
            script.prepare()
            for fault in (fault for fault in options.fault if script.may_have(fault)):
                failures += run_loop(options, script, FAULTS[fault](script))
        finally:
            script.end()
    return failures


def run_loop(options, script, fault):
    begin, found, slowest = time.monotonic(), [], 0.0
    everything = fault.points()
    expect(everything or script.notes, f"{script.name} makes no call that {fault.name} is for")
    points = share(everything, options, max(script.strides.get(fault.name, 1), fault.stride))
    for point in points:
        try:
            slowest = max(slowest, fault.at(*point, planted=options.control))
            expect("Fatal error" not in script.victim.said(), "it crashed on the way")
        except (Wrong, Gone, Refused, OSError) as error:
            found.append((point, f"{error}" or "the daemon went away"))
        finally:
            script.clean()
    try:
        fault.afterwards(options.control)
    except (Wrong, Gone, Refused, OSError) as error:
        found.append((("end", 0), f"{error}" or "the daemon went away"))
    lost = sum("lost" in what for _, what in found)
    damaged = sum("integrity" in what or "head" in what or "high" in what for _, what in found)
    print(
        f"{script.name:8}{fault.name:10}{len(everything):8}{len(points):8}{fault.strikes:8}{lost:6}{damaged:9}{len(found) - lost - damaged:7}"
        f"{slowest * 1000:14.0f} ms{time.monotonic() - begin:9.0f}", flush=True)
    for sentence, count in script.notes.items():
        if count:
            print(f"  {count} times: {sentence}", flush=True)
    script.notes.clear()
    if options.control:
        if lost < fault.losses:
            print(f"  the control took something away at {fault.losses} points, and at {lost} it was found")
        return fault.losses - lost
    for (call, number), what in found[:FAILURES_SHOWN]:
        print(f"  {what}\n    repeat: tools/crash --script {script.name} --fault {fault.name} --seed {options.seed} --only {call}:{number}", flush=True)
    return len(found)
