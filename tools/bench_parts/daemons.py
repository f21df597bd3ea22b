"""Real daemons on loopback, each with a home of its own, asked over their control sockets without a program in between."""
import json
import os
import signal
import socket
import subprocess
import time

PATIENCE = 600.0
# A port that nobody listens on. Told to peers, it keeps them from dialling: then only the one who should dials.
NOWHERE = "127.0.0.1:1"
TICKS = os.sysconf("SC_CLK_TCK")


class Broken(Exception):
    """The daemons did not do what they should: there is nothing to measure."""


def expect(truth, sentence):
    if not truth:
        raise Broken(sentence)


def until(question, sentence, seconds=PATIENCE, pause=0.001):
    """Asks again and again until the answer is yes; that answer."""
    end = time.perf_counter() + seconds
    while not (answer := question()):
        expect(time.perf_counter() < end, f"{sentence}: not so after {seconds:.0f} s")
        if pause:
            time.sleep(pause)
    return answer


def free_port():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return taken.getsockname()[1]


def shifted(clock):
    """The environment of a program whose clock is off."""
    if clock is None:
        return None
    # Without names for what is shared it makes some as it is loaded, and the program comes up without its arguments.
    return {**os.environ, "LD_PRELOAD": "/usr/$LIB/faketime/libfaketime.so.1", "FAKETIME": clock, "FAKETIME_SHARED": "/none /none"}


class Control:
    """One lasting conversation with a daemon: JSON lines, one request at a time."""

    def __init__(self, path):
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.settimeout(PATIENCE)
        self.socket.connect(str(path))
        self.lines = self.socket.makefile("rb", buffering=1 << 18)

    def close(self):
        self.lines.close()
        self.socket.close()

    def send(self, request, **parts):
        self.socket.sendall(json.dumps({request: parts}, ensure_ascii=False).encode() + b"\n")

    def line(self):
        """The next line of an answer, not parsed."""
        line = self.lines.readline()
        expect(line.endswith(b"\n"), "a daemon went away before it answered; see its log")
        return line

    def answer(self):
        """All rows of an answer, and its result."""
        rows = []
        while True:
            (kind, content), = json.loads(self.line()).items()
            if kind == "row":
                rows.append(content)
            elif kind == "result":
                return rows, content
            elif kind == "error":
                raise Broken(f"{content['code']}: {content['message']}")

    def one(self, request, **parts):
        self.send(request, **parts)
        return self.answer()[1]

    def all(self, request, **parts):
        self.send(request, **parts)
        return self.answer()[0]

    def raw(self, request, **parts):
        """The answer of one line, unread: parsing would be measured too."""
        self.send(request, **parts)
        return self.line()


class Daemon:
    """One laptop. Its address stays the same over restarts."""

    def __init__(self, name, bin_folder, folder):
        self.name, self.bin = name, bin_folder
        self.folder, self.home = folder, folder / name
        self.address = f"127.0.0.1:{free_port()}"
        self.process = self.control = self.watcher = self.node = None

    def start(self, told=NOWHERE, clock=None):
        """`clock`: how far its clock is off, as `+3h` or `-7y`."""
        run = [self.bin / "rollcalld", "--home", self.home, "--listen", self.address, "--advertise", told]
        with open(self.folder / f"{self.name}.log", "ab") as log:
            self.process = subprocess.Popen(
                [*run, "--log-level", "warning"], stdin=subprocess.DEVNULL, stdout=log, stderr=log, env=shifted(clock))
        until(self.reach, f"{self.name} answers", 60, 0.005)
        self.node = self.control.one("status")["node"]
        return self

    def reach(self):
        expect(self.process.poll() is None, f"{self.name} ended with {self.process.poll()}; {self.last_words()}")
        try:
            self.control = Control(self.home / "control.sock")
            # A second conversation: it waits, or looks, while the first one asks.
            self.watcher = Control(self.home / "control.sock")
        except (FileNotFoundError, ConnectionError):
            return False
        return True

    def last_words(self):
        log = (self.folder / f"{self.name}.log").read_text(encoding="utf-8", errors="replace")
        return " / ".join(log.splitlines()[-3:]) or "its log is empty"

    def stop(self):
        if self.process is None:
            return
        for conversation in filter(None, (self.control, self.watcher)):
            conversation.close()
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(20)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.process = self.control = self.watcher = None

    def restart(self, told=NOWHERE):
        self.stop()
        return self.start(told)

    def restore(self, backup):
        """Goes back to a backup, in a new home."""
        self.stop()
        self.home = self.folder / f"{self.name}-restored"
        subprocess.run([self.bin / "rollcalld", "--restore", backup, "--home", self.home], check=True, capture_output=True)

    # What it costs.

    def cpu(self):
        """Seconds that all its threads have computed."""
        with open(f"/proc/{self.process.pid}/stat", encoding="ascii") as file:
            numbers = file.read().rpartition(")")[2].split()
        return (int(numbers[11]) + int(numbers[12])) / TICKS

    def peak(self):
        """The most memory that it ever had, in bytes."""
        with open(f"/proc/{self.process.pid}/status", encoding="utf-8") as file:
            return next(int(line.split()[1]) << 10 for line in file if line.startswith("VmHWM"))

    def sent(self):
        traffic = self.control.one("status").get("traffic")
        expect(traffic, "this daemon does not count its traffic: it is older than this tool")
        return traffic["sent"]

    # What it says of others.

    def sees(self, other):
        return any(peer["node"] == other.node and peer["connected"] for peer in self.control.all("peers"))

    def fingerprint(self):
        return self.control.one("fingerprint")["fingerprint"]

    def set(self, record, field, value):
        return self.control.one("set", id=record, fields=[{"field": field, "value": value}])


class Pair:
    """Two members of one register. A dials B; B has no address of A, so that one meeting is one connection."""

    def __init__(self, bin_folder, folder):
        folder.mkdir()
        self.folder = folder
        self.a, self.b = Daemon("a", bin_folder, folder), Daemon("b", bin_folder, folder)
        self.others = []

    def start(self):
        for daemon in (self.a, self.b):
            daemon.start(daemon.address if daemon is self.b else NOWHERE)
        self.b.control.one("initRegister", name="b", register="Bench, synthetic people", operator="Clerk of b", protection={"openToAll": {}})
        self.join(self.a)
        until(lambda: self.a.sees(self.b) and self.b.sees(self.a), "the two are connected", 30)
        self.wait()
        return self

    def stop(self):
        for daemon in (self.a, self.b, *self.others):
            daemon.stop()

    def join(self, newcomer):
        code = self.b.control.one("invite", minutes=10, wait=False, yes=True)["code"]
        newcomer.control.one(
            "join", address=self.b.address, name=newcomer.name, operator=f"Clerk of {newcomer.name}", code=code, protection={"openToAll": {}})

    def wait(self):
        """Until each has acknowledged what the other has."""
        for daemon, other in ((self.a, self.b), (self.b, self.a)):
            said = daemon.control.one("waitUpToDate", peers=[other.node], timeoutSeconds=PATIENCE)
            expect(said["up_to_date"], f"{daemon.name} waited for {other.name} in vain")

    def apart(self):
        self.a.control.one("disconnect", node=self.b.node)
        until(lambda: not self.a.sees(self.b) and not self.b.sees(self.a), "the two are apart", 30)

    def connect(self):
        self.a.control.one("connect", target=self.b.node)

    def settled(self):
        """When neither has said anything for a while: what each has sent."""
        before = None
        while before != (now := (self.a.sent(), self.b.sent())):
            before = now
            time.sleep(0.15)
        return now

    def equal(self, records=None):
        expect(self.a.fingerprint() == self.b.fingerprint(), "the two do not have the same fingerprint")
        for daemon in (self.a, self.b) if records else ():
            held = daemon.control.one("status")["records"]
            expect(held == records, f"{daemon.name} holds {held} records, not {records}")
