"""One laptop: a daemon in its namespace, reached through its own fault proxy; asked over its Unix socket, which needs no network."""
import ctypes
import json
import os
import pathlib
import runpy
import signal
import socket
import subprocess
import time

TOOLS = pathlib.Path(__file__).resolve().parent.parent
say_to_cable = runpy.run_path(str(TOOLS / "proxy"))["say"]
PORT = 7400
PATIENCE = 60.0
PR_SET_PDEATHSIG = 1


class Failure(Exception):
    """A law is broken, or a daemon did what it must not."""


class Gone(Exception):
    """The daemon went away, or did not answer in time: whether it did what was asked is not known."""


class Refused(Exception):
    """The daemon says no."""

    def __init__(self, code, message):
        super().__init__(f"{code}: {message}")
        self.code = code


def expect(truth, sentence):
    if not truth:
        raise Failure(sentence)


def until(question, sentence, seconds=PATIENCE, pause=0.05):
    """Asks again and again until the answer is yes; that answer."""
    end = time.monotonic() + seconds
    while not (answer := question()):
        expect(time.monotonic() < end, f"{sentence}: not so after {seconds:.0f} s")
        time.sleep(pause)
    return answer


def end_with_us():
    """A run that is killed leaves no daemon behind."""
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


class Conversation:
    """One lasting conversation with a daemon: JSON lines, one request at a time."""

    def __init__(self, path, seconds=PATIENCE):
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.settimeout(seconds)
        try:
            self.socket.connect(str(path))
        except OSError as error:
            self.socket.close()
            raise Gone(str(error)) from None
        self.lines = self.socket.makefile("rb", buffering=1 << 16)

    def close(self):
        self.lines.close()
        self.socket.close()

    def ask(self, request, **parts):
        """The rows and the result of a request."""
        rows = []
        try:
            self.socket.sendall(json.dumps({request: parts}, ensure_ascii=False).encode() + b"\n")
            while True:
                line = self.lines.readline()
                if not line.endswith(b"\n"):
                    raise Gone("the conversation ended")
                [(kind, content)] = json.loads(line).items()
                if kind == "row":
                    rows.append(content)
                elif kind == "result":
                    return rows, content
                elif kind == "error":
                    raise Refused(content["code"], content["message"])
        except OSError as error:
            raise Gone(str(error)) from None

    def one(self, request, **parts):
        return self.ask(request, **parts)[1]

    def all(self, request, **parts):
        return self.ask(request, **parts)[0]


class Laptop:
    """A daemon that may be killed, paused and restarted, and the cable through which others reach it."""

    def __init__(self, number, network, bin_folder, folder, has_cable=True):
        self.number, self.network, self.bin = number, network, bin_folder
        self.name = f"laptop {number + 1}"
        self.home, self.log = folder / f"l{number + 1}", folder / f"l{number + 1}.log"
        self.control = str(folder / f"l{number + 1}.cable")
        self.address = f"{network.address(number)}:{PORT}"
        self.daemon = self.node = None
        # Ended or paused by us: what it does not answer meanwhile is no failure.
        self.is_killed = self.is_paused = False
        self.disturbed_at = 0.0
        self.proxy = None
        if has_cable:
            self.lay_cable()

    def lay_cable(self):
        run = [TOOLS / "proxy", "--listen", self.address, "--to", f"127.0.0.1:{PORT}", "--control", self.control]
        self.proxy = subprocess.Popen(
            self.network.within(self.number, *run), stdout=subprocess.PIPE, text=True, preexec_fn=end_with_us)
        expect(self.proxy.stdout.readline(), f"the cable of {self.name} could not be laid")

    def cable(self, command):
        answer = json.loads(say_to_cable(self.control, command))
        expect("error" not in answer, f"the cable of {self.name} does not understand '{command}'")
        return answer

    def lead_to(self, laptop):
        """Whoever dials this laptop from now on reaches that one."""
        self.cable(f"to 127.0.0.1:{PORT}" if laptop is self else f"to {laptop.address}")

    def start(self):
        """Starts the daemon; where it has a cable, nothing else reaches it."""
        listen = "--listen", f"127.0.0.1:{PORT}" if self.proxy else self.address, "--advertise", self.address
        run = self.network.within(self.number, self.bin / "rollcalld", "--home", self.home, *listen, "--log-level", "debug")
        environment = os.environ | {"SWIFT_BACKTRACE": "enable=no"}
        with open(self.log, "ab") as log:
            self.daemon = subprocess.Popen(
                run, stdin=subprocess.DEVNULL, stdout=log, stderr=log, env=environment, preexec_fn=end_with_us)
        self.is_killed = self.is_paused = False

    def wait_until_ready(self):
        def answers():
            self.look()
            try:
                self.node = self.one("status")["node"]
            except Gone:
                return False
            return True

        until(answers, f"{self.name} answers", 30)

    def look(self):
        """A daemon that we did not end must run."""
        code = self.daemon.poll()
        expect(code is None or self.is_killed, f"the daemon of {self.name} ended by itself, with {code}")

    def was_disturbed_since(self, begin):
        return self.is_killed or self.is_paused or self.disturbed_at >= begin

    def kill(self):
        self.is_killed = True
        self.disturbed_at = time.monotonic()
        self.daemon.kill()
        self.daemon.wait()

    def pause(self, ends=False):
        self.is_paused = not ends
        self.disturbed_at = time.monotonic()
        self.daemon.send_signal(signal.SIGCONT if ends else signal.SIGSTOP)

    def stop(self):
        self.is_killed = True
        self.daemon.terminate()
        expect(self.daemon.wait(10) == 0, f"{self.name} ended with {self.daemon.returncode} when asked to stop")

    def end(self):
        for process in filter(None, (self.daemon, self.proxy)):
            if process.poll() is None:
                process.kill()
                process.wait()

    def talk(self, seconds=PATIENCE):
        return Conversation(self.home / "control.sock", seconds)

    def ask(self, request, **parts):
        conversation = self.talk()
        try:
            return conversation.ask(request, **parts)
        finally:
            conversation.close()

    def one(self, request, **parts):
        return self.ask(request, **parts)[1]

    def all(self, request, **parts):
        return self.ask(request, **parts)[0]

    def prints(self, *words):
        """What the public command line prints."""
        run = [self.bin / "rollcall", "--home", self.home, "--json", *words]
        done = subprocess.run(run, stdin=subprocess.DEVNULL, capture_output=True, timeout=120, check=False)
        expect(done.returncode == 0, f"{self.name}: rollcall {' '.join(words)}: exit {done.returncode}")
        return done.stdout

    def peers(self):
        return {peer["node"]: peer for peer in self.all("peers")}

    def fingerprint(self):
        return self.one("fingerprint")["fingerprint"]


def found(laptops):
    """The first founds a register and lets the others in."""
    for laptop in laptops:
        laptop.start()
    for laptop in laptops:
        laptop.wait_until_ready()
    first = laptops[0]
    first.one("initRegister", name=first.name, register="Disturbed, synthetic people", operator=f"Clerk of {first.name}", protection={"openToAll": {}})
    for laptop in laptops[1:]:
        code = first.one("invite", minutes=10, wait=False, yes=True)["code"]
        laptop.one("join", address=first.address, name=laptop.name, operator=f"Clerk of {laptop.name}", code=code, protection={"openToAll": {}})
    for laptop in laptops:
        until(lambda: len(laptop.all("peers")) == len(laptops) - 1, f"{laptop.name} knows all others")
