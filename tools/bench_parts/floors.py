"""What the same machine does without us, in the same minute: the floors that figures stand beside."""
import contextlib
import json
import os
import shutil
import socket
import sqlite3
import ssl
import statistics
import subprocess
import time
import zlib


def compact(value):
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()


def sqlite_insert(folder, blobs):
    """Seconds for one blob a record, in the order of their keys, in one transaction, until it is on the disk."""
    path = folder / "floor.sqlite"
    rows = list(enumerate(blobs, 1))
    with contextlib.closing(sqlite3.connect(path, isolation_level=None)) as database:
        database.execute("PRAGMA journal_mode=WAL")
        database.execute("PRAGMA synchronous=FULL")
        database.execute("CREATE TABLE record (id INTEGER PRIMARY KEY, state BLOB NOT NULL)")
        begin = time.perf_counter()
        database.execute("BEGIN IMMEDIATE")
        database.executemany("INSERT INTO record VALUES (?, ?)", rows)
        database.execute("COMMIT")
        seconds = time.perf_counter() - begin
    for file in folder.glob("floor.sqlite*"):
        file.unlink()
    return seconds


def sqlite_read(folder, blobs):
    """Seconds to read them again, in the order of their keys."""
    path = folder / "floor.sqlite"
    with contextlib.closing(sqlite3.connect(path, isolation_level=None)) as database:
        database.execute("CREATE TABLE record (id INTEGER PRIMARY KEY, state BLOB NOT NULL)")
        database.executemany("INSERT INTO record VALUES (?, ?)", enumerate(blobs, 1))
        begin = time.perf_counter()
        for _ in database.execute("SELECT id, state FROM record ORDER BY id"):
            pass
        seconds = time.perf_counter() - begin
    path.unlink()
    return seconds


class Disk:
    """A file to which 4 kB are appended, and waited for until they are on the disk."""

    def __init__(self, folder):
        self.path, self.block = folder / "floor.log", os.urandom(4096)
        self.file = open(self.path, "wb", buffering=0)

    def sync(self):
        begin = time.perf_counter()
        self.file.write(self.block)
        os.fdatasync(self.file.fileno())
        return time.perf_counter() - begin

    def close(self):
        self.file.close()
        self.path.unlink()


def disk_sync(folder, count=300):
    """The median of some syncs, in seconds."""
    disk = Disk(folder)
    times = [disk.sync() for _ in range(count)]
    disk.close()
    return statistics.median(times)


@contextlib.contextmanager
def child(work):
    """Another process that does some work with its end of a listening loopback socket."""
    with socket.create_server(("127.0.0.1", 0), backlog=64) as server:
        process = os.fork()
        if not process:
            with contextlib.suppress(BaseException):
                work(server)
            os._exit(0)
        address = server.getsockname()
    try:
        yield address
    finally:
        os.kill(process, 9)
        os.waitpid(process, 0)


def echo(connection):
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    while said := connection.recv(4096):
        connection.sendall(said)


def round_trip(count=2_000):
    """The median time, in seconds, of a byte to another process and back over loopback TCP."""
    times = []
    with child(lambda server: echo(server.accept()[0])) as address, socket.create_connection(address) as connection:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for _ in range(count):
            begin = time.perf_counter()
            connection.sendall(b"x")
            connection.recv(1)
            times.append(time.perf_counter() - begin)
    return statistics.median(times)


def handshake(folder, count=30):
    """Seconds to dial loopback, shake hands by TLS 1.3 with keys on both sides, and hear a byte; None without openssl."""
    if not shutil.which("openssl"):
        return None
    key, certificate = folder / "floor.key", folder / "floor.crt"
    ask = ["openssl", "req", "-x509", "-newkey", "ed25519", "-nodes", "-days", "2", "-subj", "/CN=bench"]
    subprocess.run([*ask, "-keyout", key, "-out", certificate], check=True, capture_output=True)
    contexts = []
    for side in (ssl.PROTOCOL_TLS_SERVER, ssl.PROTOCOL_TLS_CLIENT):
        context = ssl.SSLContext(side)
        context.minimum_version = ssl.TLSVersion.TLSv1_3
        context.check_hostname = False
        context.load_cert_chain(certificate, key)
        context.load_verify_locations(certificate)
        context.verify_mode = ssl.CERT_REQUIRED
        contexts.append(context)

    def serve(server):
        while True:
            with contexts[0].wrap_socket(server.accept()[0], server_side=True) as connection:
                connection.sendall(b"x")

    times = []
    with child(serve) as address:
        for _ in range(count):
            begin = time.perf_counter()
            with contexts[1].wrap_socket(socket.create_connection(address)) as connection:
                connection.recv(1)
                times.append(time.perf_counter() - begin)
    key.unlink()
    certificate.unlink()
    return statistics.median(times)


def columns_deflated(rows, level=6):
    """Bytes of rows as columns of text, deflated: what no row-by-row format reaches."""
    return len(zlib.compress("\n\n".join("\n".join(column) for column in zip(*rows)).encode(), level))


def busy():
    """Seconds that the cores of this machine have computed, over all programs."""
    with open("/proc/stat", encoding="ascii") as file:
        numbers = [int(number) for number in file.readline().split()[1:]]
    return (sum(numbers) - numbers[3] - numbers[4]) / os.sysconf("SC_CLK_TCK")
