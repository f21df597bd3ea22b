"""What: plays scenes on two daemons' pages in two browsers; `tools/browser` calls it. A line a scene; exit 1 when one failed."""
import argparse
import pathlib
import shutil
import signal
import sys
import tempfile
import time
import traceback

sys.dont_write_bytecode = True
HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))

from bench_parts.daemons import Broken
from browser_parts.bench import bench
from browser_parts.scenes import SCENES
from browser_parts.team import Team
from browser_parts.window import Window


def arguments():
    parser = argparse.ArgumentParser(prog="tools/browser", description="Plays what people do at two tables, on real daemons, in real browsers.")
    parser.add_argument("--bin", type=pathlib.Path, required=True, metavar="DIR", help="where rollcalld and rollcall are")
    parser.add_argument("--scene", metavar="NAME,...", help=f"of {', '.join(SCENES)}")
    parser.add_argument("--bench", action="store_true", help="measure the page's budgets, beside 2,000 people and many other records; wants a release build")
    parser.add_argument("--others", type=int, default=100_000, metavar="N", help="so many other records, for --bench")
    parser.add_argument("--enquiries", action="store_true", help="the other records are what families ask, for --bench")
    parser.add_argument("--shots", type=pathlib.Path, metavar="DIR", help="keep pictures of what was shown")
    options = parser.parse_args()
    options.bin = options.bin.resolve()
    chosen = options.scene.split(",") if options.scene else list(SCENES)
    for word in set(chosen) - set(SCENES):
        parser.error(f"there is no scene '{word}'; there are {', '.join(SCENES)}")
    options.scene = chosen
    return options


def play(name, options, folder, windows):
    """One scene, from a new team; what it has to say, or what was wrong."""
    team, begin = Team(options.bin, folder / name), time.perf_counter()
    try:
        said = SCENES[name](team, *windows) or ""
        for window in windows:
            # What it says of an address that a scene made go away is what it should.
            window.quiet(SCENES[name].__dict__.get("expected", ()))
    except Exception as error:
        word = str(error) if isinstance(error, Broken) else traceback.format_exc()
        for window in windows:
            window.shot(f"{name}-{window.name}-failed")
        print(f"{name:24} FAILED {time.perf_counter() - begin:6.1f} s  {word}", flush=True)
        return False
    finally:
        team.stop()
        for window in windows:
            window.driver.get("about:blank")
            window.complaints()
    print(f"{name:24} ok     {time.perf_counter() - begin:6.1f} s  {said}", flush=True)
    return True


def measured(team, windows, options):
    try:
        return bench(team, *windows, options.others, options.enquiries)
    finally:
        team.stop()


def main():
    options = arguments()
    # Whoever stops this stops its daemons and browsers as well.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    memory = pathlib.Path("/dev/shm")
    folder = pathlib.Path(tempfile.mkdtemp(prefix="rollcall-browser-", dir=memory if memory.is_dir() else None))
    windows, failed = [], []
    try:
        windows = [Window(name, options.shots) for name in ("gate", "table")]
        if options.bench:
            return 0 if measured(Team(options.bin, folder / "bench"), windows, options) else 1
        failed = [name for name in options.scene if not play(name, options, folder, windows)]
    finally:
        for window in windows:
            window.end()
        shutil.rmtree(folder, ignore_errors=True)
    print(f"failed: {', '.join(failed)}" if failed else f"all {len(options.scene)} scenes are well")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
