"""A cable that delays: a relay on loopback that hands on every byte so much later."""
import queue
import socket
import threading
import time


class Relay:
    """Carries connections to one address, each way late by the same time."""

    def __init__(self, target, seconds):
        self.target, self.seconds = target, seconds
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.address = "127.0.0.1:%d" % self.listener.getsockname()[1]
        threading.Thread(target=self.accept, daemon=True).start()

    def close(self):
        self.listener.close()

    def accept(self):
        while True:
            try:
                near, _ = self.listener.accept()
            except OSError:
                return
            host, port = self.target.rsplit(":", 1)
            far = socket.create_connection((host, int(port)))
            for one, other in ((near, far), (far, near)):
                one.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                line = queue.Queue()
                threading.Thread(target=self.read, args=(one, line), daemon=True).start()
                threading.Thread(target=self.write, args=(other, line), daemon=True).start()

    def read(self, end, line):
        while True:
            try:
                data = end.recv(1 << 16)
            except OSError:
                data = b""
            line.put((time.perf_counter() + self.seconds, data))
            if not data:
                return

    @staticmethod
    def write(end, line):
        while True:
            due, data = line.get()
            time.sleep(max(0, due - time.perf_counter()))
            try:
                end.sendall(data) if data else end.shutdown(socket.SHUT_WR)
            except OSError:
                return
            if not data:
                return
