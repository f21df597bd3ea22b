"""A daemon that faults are done to: its home, its conversation, its disk thread, the strace that holds that thread."""
import json
import os
import pathlib
import re
import shutil
import signal
import socket
import subprocess
import time

DISK_THREAD = "rollcall-disk"
# Where no peer listens: what a daemon is told to tell, so that only who should dials.
NOWHERE = "127.0.0.1:1"
CALLS = "write pwrite64 fsync fdatasync ftruncate rename renameat renameat2 unlink unlinkat openat".split()
ENVIRONMENT = dict(os.environ, SWIFT_BACKTRACE="enable=no")
ENVIRONMENT.pop("ROLLCALL_HOME", None)


class Wrong(Exception):
    """The daemon did not do what is promised."""


class Gone(Exception):
    """The daemon went away in the middle of a conversation."""


class Refused(Exception):
    """The daemon's error; `code` is its word."""

    def __init__(self, error):
        super().__init__(f"{error['code']}: {error['message']}")
        self.code = error["code"]


def expect(truth, sentence):
    if not truth:
        raise Wrong(sentence)


def until(question, sentence, seconds, pause=0.005):
    """Asks again and again until the answer is yes; that answer."""
    end = time.monotonic() + seconds
    while not (answer := question()):
        expect(time.monotonic() < end, f"{sentence}: not so after {seconds:.0f} s")
        time.sleep(pause)
    return answer


def free_port():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return taken.getsockname()[1]


class Control:
    """One conversation with a daemon: JSON lines, one request at a time."""

    def __init__(self, path, seconds):
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.settimeout(seconds)
        self.socket.connect(str(path))
        self.lines = self.socket.makefile("rb", buffering=1 << 18)

    def close(self):
        self.lines.close()
        self.socket.close()

    def ask(self, request, **parts):
        """All rows of the answer, and its result."""
        try:
            self.socket.sendall(json.dumps({request: parts}).encode() + b"\n")
            rows = []
            while True:
                line = self.lines.readline()
                if not line.endswith(b"\n"):
                    raise Gone
                (kind, content), = json.loads(line).items()
                if kind == "row":
                    rows.append(content)
                elif kind == "result":
                    return rows, content
                elif kind == "error":
                    raise Refused(content)
        except ConnectionError as error:
            raise Gone from error

    def one(self, request, **parts):
        return self.ask(request, **parts)[1]

    def all(self, request, **parts):
        return self.ask(request, **parts)[0]


def strace_options(trace, calls, inject, paths):
    run = ["-y", "-o", str(trace), "-e", f"trace={','.join(calls)}"]
    run += [word for rule in inject for word in ("-e", f"inject={rule}")]
    return run + [word for path in paths for word in ("-P", str(path))]


class Strace:
    """strace on a daemon, or on one thread of it, until it is let go or the daemon ends."""

    def __init__(self, target, calls, trace, inject=(), paths=(), whole=False):
        run = ["strace", *strace_options(trace, calls, inject, paths), *["-f"] * whole, "-p", str(target)]
        self.process = subprocess.Popen(
            run, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
        said = ""
        while "attached" not in said:
            line = self.process.stderr.readline()
            expect(line, f"strace does not hold the daemon: {said.strip()}")
            said += line

    def let_go(self):
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGINT)
        self.process.communicate(timeout=20)


class Victim:
    """One laptop. Its home can be killed, copied, looked into; its address stays the same over restarts."""

    def __init__(self, name, bin_folder, folder, address=None):
        self.name, self.bin, self.folder = name, bin_folder, folder
        self.home, self.log = folder / name, folder / f"{name}.log"
        self.address = address or f"127.0.0.1:{free_port()}"
        self.process = self.control = self.strace = None
        self.patience = 60

    def copy_of(self, prepared):
        """Takes a fresh copy of a prepared home in place of its own."""
        shutil.rmtree(self.home, ignore_errors=True)
        subprocess.run(["cp", "-a", str(prepared), str(self.home)], check=True)
        return self

    def command(self, told):
        run = [self.bin / "rollcalld", "--home", self.home, "--listen", self.address, "--advertise", told]
        return [*map(str, run), "--log-level", "warning"]

    def start(self, told=NOWHERE, under=()):
        with open(self.log, "ab") as log:
            self.process = subprocess.Popen(
                [*under, *self.command(told)], stdin=subprocess.DEVNULL, stdout=log, stderr=log, env=ENVIRONMENT)
        return self

    def ready(self, seconds=20):
        until(self.reach, f"{self.name} answers", seconds, 0.002)
        return self

    def reach(self):
        if self.process.poll() is not None:
            raise Gone
        try:
            self.control = Control(self.home / "control.sock", self.patience)
        except (FileNotFoundError, ConnectionError):
            return False
        return True

    def restart_seconds(self):
        """Starts it; the time until `rollcall status` answers, as a person would see it."""
        begin = time.monotonic()
        self.start()
        ask = [str(self.bin / "rollcall"), "--home", str(self.home), "--json", "status"]
        while True:
            done = subprocess.run(ask, capture_output=True, stdin=subprocess.DEVNULL, env=ENVIRONMENT, check=False)
            seconds = time.monotonic() - begin
            if done.returncode == 0:
                break
            expect(self.process.poll() is None, f"{self.name} does not start again: it ended with {self.process.poll()}, {self.last_words()}")
            expect(seconds < 20, f"{self.name} does not answer {seconds:.0f} s after it was started again")
        self.ready()
        return seconds

    def said(self):
        """Its log since its home was fresh."""
        return self.log.read_text(encoding="utf-8", errors="replace") if self.log.exists() else ""

    def last_words(self):
        return " / ".join(self.said().splitlines()[-2:]) or "its log is empty"

    def disk_thread(self, write):
        """The thread that writes the register: by its name, or seen while `write` makes it write."""
        for task in pathlib.Path(f"/proc/{self.process.pid}/task").iterdir():
            if (task / "comm").read_text().strip() == DISK_THREAD:
                write()
                return int(task.name)
        trace = self.folder / "look.strace"
        look = Strace(self.process.pid, ["pwrite64"], trace, whole=True)
        write()
        look.let_go()
        found = {line.split()[0] for line in trace.read_text(errors="replace").splitlines() if "register.sqlite" in line}
        expect(len(found) == 1, f"{len(found)} threads write the register, not one")
        return int(found.pop())

    @property
    def trace(self):
        """What the strace that holds it writes, a line a call."""
        return self.folder / "held.strace"

    def hold(self, thread, calls, inject=(), paths=(), whole=False):
        self.strace = Strace(thread, calls, self.trace, inject, paths, whole)

    def start_held(self, calls, inject=(), paths=()):
        """Starts it under strace, which counts the calls of each of its threads apart."""
        return self.start(under=["strace", "-D", "-I2", "-f", "-qq", *strace_options(self.trace, calls, inject, paths)])

    def let_go(self):
        if self.strace:
            self.strace.let_go()
            self.strace = None
        elif self.is_running():
            for line in pathlib.Path(f"/proc/{self.process.pid}/status").read_text().splitlines():
                if line.startswith("TracerPid:") and (tracer := int(line.split()[1])):
                    os.kill(tracer, signal.SIGTERM)

    def stop(self, seconds=10):
        """Asks it to stop; how it ended (0, or -9 if something killed it on the way)."""
        if self.control:
            self.control.close()
            self.control = None
        if self.process is None:
            return 0
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        try:
            code = self.process.wait(seconds)
        except subprocess.TimeoutExpired:
            self.kill()
            raise Wrong(f"{self.name} did not stop within {seconds} s") from None
        self.let_go()
        self.process = None
        return code

    def kill(self):
        if self.control:
            self.control.close()
            self.control = None
        if self.process:
            self.process.kill()
            self.process.wait()
            self.let_go()
            self.process = None

    def is_running(self):
        return self.process is not None and self.process.poll() is None

    def has_died(self, seconds=0):
        """Whether it was killed."""
        if self.process is None:
            return False
        try:
            return self.process.wait(seconds) == -signal.SIGKILL
        except subprocess.TimeoutExpired:
            return False


def calls_in(lines):
    """How often each call stands in a trace, of the thread that made it most often."""
    counts = {}
    for line in lines:
        if match := re.match(r"(\d+ +)?(\w+)\(", line):
            counts[match.groups()] = counts.get(match.groups(), 0) + 1
    return {call: max(counts[thread, other] for thread, other in counts if other == call) for _, call in counts}
