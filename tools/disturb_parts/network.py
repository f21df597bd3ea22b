"""Network namespaces joined by a bridge, one for each laptop, and what the kernel can do to their links."""
import os
import pathlib
import re
import shutil
import subprocess

NEEDED = {"ip": "iproute2", "tc": "iproute2", "iptables": "iptables"}
LINK = "eth0"
# The kernels that this is made for have no netem: loss is iptables', the rate is TBF's.
RATE = "tbf rate 64kbit burst 1600 latency 400ms".split()


class NotPossible(Exception):
    """Namespaces cannot be made here; one sentence says why."""


def runs(process):
    """Whether that process is a run like this one; of one that has ended nothing is left to read."""
    try:
        return b"disturb" in pathlib.Path("/proc", process, "cmdline").read_bytes()
    except OSError:
        return False


class Network:
    """As many namespaces as there are laptops, and one that holds the bridge; nothing of it is in the machine's own."""

    def __init__(self, count):
        self.prefix = f"disturb-{os.getpid()}"
        self.hub = f"{self.prefix}-hub"
        self.names = [f"{self.prefix}-{number}" for number in range(count)]
        self.made = []

    def make(self):
        for program, package in NEEDED.items():
            if not shutil.which(program):
                raise NotPossible(f"there is no '{program}' here: tools/setup --faults installs {package}")
        self.remove_left_behind()
        for name in (self.hub, *self.names):
            done = subprocess.run(["ip", "netns", "add", name], capture_output=True, text=True, check=False)
            if done.returncode:
                raise NotPossible(f"network namespaces cannot be made here: {done.stderr.strip() or done.returncode}")
            self.made.append(name)
            self.ip(name, "link set lo up")
        self.ip(self.hub, "link add bridge type bridge")
        self.ip(self.hub, "link set bridge up")
        for number, name in enumerate(self.names):
            self.ip(self.hub, f"link add port{number} type veth peer name {LINK} netns {name}")
            self.ip(self.hub, f"link set port{number} master bridge up")
            self.ip(name, f"address add {self.address(number)}/24 dev {LINK}")
            self.ip(name, f"link set {LINK} up")

    def remove(self):
        for name in reversed(self.made):
            subprocess.run(["ip", "netns", "delete", name], capture_output=True, check=False)
        self.made = []

    @staticmethod
    def remove_left_behind():
        """What a run that was killed could not remove: the kernel ended its daemons with it."""
        for place in pathlib.Path("/run/netns").glob("disturb-*"):
            owner = re.fullmatch(r"disturb-(\d+)-\w+", place.name)
            if owner and not runs(owner[1]):
                subprocess.run(["ip", "netns", "delete", place.name], capture_output=True, check=False)

    @staticmethod
    def address(number):
        return f"10.77.0.{number + 1}"

    @staticmethod
    def ip(name, words):
        subprocess.run(["ip", "-n", name, *words.split()], check=True, capture_output=True)

    def within(self, number, *command):
        """A command line that runs in a laptop's namespace; the process keeps its id."""
        return ["ip", "netns", "exec", self.names[number], *map(str, command)]

    def run(self, number, *command, check=True):
        subprocess.run(self.within(number, *command), check=check, capture_output=True)

    # faults; each has an end of the same arguments

    def lose(self, number, share, ends=False):
        self.drop(number, ["-m", "statistic", "--mode", "random", "--probability", f"{share:.2f}"], ends)

    def shut_out(self, number, other, ends=False):
        """A laptop hears nothing of another; the other may still hear it."""
        self.drop(number, ["-s", self.address(other)], ends)

    def drop(self, number, matches, ends):
        self.run(number, "iptables", "-w", "-D" if ends else "-A", "INPUT", "-i", LINK, *matches, "-j", "DROP")

    def narrow(self, number, ends=False):
        if ends:
            self.run(number, "tc", "qdisc", "delete", "dev", LINK, "root", check=False)
        else:
            self.run(number, "tc", "qdisc", "replace", "dev", LINK, "root", *RATE)

    def unplug(self, number, ends=False):
        self.ip(self.names[number], f"link set {LINK} {'up' if ends else 'down'}")

    def heal(self):
        for number in range(len(self.names)):
            self.run(number, "iptables", "-w", "-F", "INPUT")
            self.narrow(number, ends=True)
            self.unplug(number, ends=True)
