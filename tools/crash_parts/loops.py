"""The loops: a script and a fault, at every call that the victim's disk thread makes."""
import time

from .faults import Kill
from .scripts import Edits, Roster
from .victim import Gone, Refused, Wrong, expect

SCRIPTS = {script.name: script for script in (Edits, Roster)}
FAULTS = {fault.name: fault for fault in (Kill,)}
FAILURES_SHOWN = 5


def share(points, options):
    """The points that are wished for, spread evenly, the first and the last among them."""
    if options.only:
        call, _, number = options.only.partition(":")
        return [(call, int(number))]
    if options.points and options.points < len(points):
        last = len(points) - 1
        return [points[round(at * last / (options.points - 1))] for at in range(options.points)]
    return points[::options.every]


def run_loops(options, folder):
    """Each loop with its line; how many points failed in all."""
    failures = 0
    print(f"{'script':8}{'fault':10}{'points':>8}{'lost':>6}{'damaged':>9}{'other':>7}{'slowest restart':>17}{'seconds':>9}", flush=True)
    for name in options.script:
        place = folder / name
        (place / "aside").mkdir(parents=True)
        script = SCRIPTS[name](options, place)
        try:
            script.prepare()
            for fault in options.fault:
                failures += run_loop(options, script, FAULTS[fault](script))
        finally:
            script.clean()
    return failures


def run_loop(options, script, fault):
    begin, found, slowest = time.monotonic(), [], 0.0
    points = share(fault.points(), options)
    for point in points:
        try:
            slowest = max(slowest, fault.at(*point, planted=options.control))
        except (Wrong, Gone, Refused, OSError) as error:
            found.append((point, f"{error}" or "the daemon went away"))
        finally:
            script.clean()
    lost = sum("lost" in what for _, what in found)
    damaged = sum("integrity" in what or "head" in what or "high" in what for _, what in found)
    print(
        f"{script.name:8}{fault.name:10}{len(points):8}{lost:6}{damaged:9}{len(found) - lost - damaged:7}"
        f"{slowest * 1000:14.0f} ms{time.monotonic() - begin:9.0f}", flush=True)
    if options.control:
        expect(lost == len(points), f"the control loses at each of {len(points)} points, and {lost} were found")
        return 0
    for (call, number), what in found[:FAILURES_SHOWN]:
        print(f"  {what}\n    repeat: tools/crash --script {script.name} --fault {fault.name} --seed {options.seed} --only {call}:{number}", flush=True)
    return len(found)
