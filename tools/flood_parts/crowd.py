"""Strangers who connect and then say nothing, or half of a handshake; and what a process holds of them."""
import os
import pathlib
import resource
import socket
import time

from .members import client_hello

LISTENING = "0A"
ADDRESSES = 250


def raise_limit():
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, 8192), hard))


class Crowd:
    """So many half-open connections, from 250 addresses of the loopback, all at once; each second one says half a ClientHello."""

    def __init__(self, count, address):
        host, _, port = address.partition(":")
        self.sockets = []
        for number in range(count):
            one = socket.socket()
            one.setblocking(False)
            one.bind((f"127.0.0.{2 + number % ADDRESSES}", 0))
            try:
                one.connect((host, int(port)))
            except BlockingIOError:
                pass
            self.sockets.append(one)
        self.half = client_hello()
        self.half = self.half[:len(self.half) // 2]

    def speak(self, seconds):
        """Waits until each is connected, or was refused; how many were connected."""
        waiting, connected = dict(enumerate(self.sockets)), 0
        end = time.monotonic() + seconds
        while waiting and time.monotonic() < end:
            for number, one in list(waiting.items()):
                error = one.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
                try:
                    one.getpeername()
                except OSError:
                    if error:
                        del waiting[number]
                    continue
                del waiting[number]
                connected += 1
                if number % 2:
                    try:
                        one.send(self.half)
                    except OSError:
                        pass
            time.sleep(0.02)
        return connected

    def ends(self):
        return {one.getsockname() for one in self.sockets}

    def close(self):
        for one in self.sockets:
            one.close()


def held_ends(pid, port):
    """The far ends of the connections to `port` that a process holds: what it closed, or never took, is not there."""
    inodes = set()
    for file in pathlib.Path(f"/proc/{pid}/fd").iterdir():
        try:
            target = os.readlink(file)
        except OSError:
            continue
        if target.startswith("socket:["):
            inodes.add(target[8:-1])
    ends = set()
    for line in pathlib.Path("/proc/net/tcp").read_text().splitlines()[1:]:
        cells = line.split()
        if cells[9] in inodes and cells[3] != LISTENING and int(cells[1].partition(":")[2], 16) == port:
            host, _, far = cells[2].partition(":")
            ends.add((socket.inet_ntoa(bytes.fromhex(host)[::-1]), int(far, 16)))
    return ends


def memory_kib(pid, what):
    """VmRSS or VmHWM."""
    for line in pathlib.Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith(what + ":"):
            return int(line.split()[1])
    raise ValueError(f"the kernel says nothing of {what}")


def forget_peak(pid):
    pathlib.Path(f"/proc/{pid}/clear_refs").write_text("5")
