"""Members of a register that speak just enough of the protocol to be sent to, and then do not read."""
import base64
import pathlib
import secrets
import socket
import ssl
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent.parent / "Protocol"))

from reading.frames import encode_frame
from reading.key_file import identity_parts, opened
from reading.messages import HAVE, HELLO, MAGIC
from reading.names import digit_values
from reading.numbers import FRAME

COMPRESSION_OFF = 1


def identity(home, folder):
    """The TLS key and certificate of a home without a passphrase, as one PEM file that Python's ssl reads."""
    _, secret, certificate = identity_parts(opened((home / "keys").read_bytes())["identity"])
    # RFC 5915, with the curve named (prime256v1) and without the public key, which OpenSSL computes.
    curve = bytes.fromhex("a00a06082a8648ce3d030107")
    content = bytes.fromhex("0201010420") + secret + curve
    path = folder / f"{home.name}.pem"
    path.write_text(pem("EC PRIVATE KEY", b"\x30" + bytes([len(content)]) + content) + pem("CERTIFICATE", certificate))
    return path


def pem(name, der):
    text = base64.encodebytes(der).decode()
    return f"-----BEGIN {name}-----\n{text}-----END {name}-----\n"


def client_context(path=None):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.minimum_version = ssl.TLSVersion.TLSv1_3
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    context.set_alpn_protocols(["rollcall/1"])
    if path:
        context.load_cert_chain(path)
    return context


def client_hello():
    """The first flight of a handshake."""
    incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
    try:
        client_context().wrap_bio(incoming, outgoing).do_handshake()
    except ssl.SSLWantReadError:
        pass
    return outgoing.read()


def register_bytes(text):
    number = 0
    for value in digit_values(text):
        number = number << 5 | value
    return number.to_bytes(16, "big")


def frame(name, body):
    return encode_frame(FRAME[name], body)


class Deaf:
    """A member that greets, says that it has nothing, and never reads again; some go on to ping.

    The window that it claims is what a sender may have on its way to it; all of that waits in the sender's memory.
    """

    def __init__(self, pem_path, address, register, window, pings):
        self.pings, self.said = pings, 0.0
        host, _, port = address.partition(":")
        plain = socket.socket()
        # As little as the kernel gives, so that what is sent waits at the sender.
        plain.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        plain.settimeout(10)
        plain.connect((host, int(port)))
        self.socket = client_context(pem_path).wrap_socket(plain)
        self.end = self.socket.getsockname()
        hello = {
            "magic": MAGIC, "lowest": 1, "highest": 1, "register": register, "start_nonce": secrets.randbits(64),
            "wall_clock": int(time.time() * 1000), "window": window, "capabilities": COMPRESSION_OFF, "dictionaries": [],
            "digest": secrets.token_bytes(16), "base": bytes(8), "changed": [], "earlier_nonces": [], "items": []}
        have = {"live": [], "held": [], "ended": []}
        self.socket.sendall(frame("hello", HELLO.encode(hello)) + frame("have", HAVE.encode(have)))
        self.socket.setblocking(False)

    def tick(self, now):
        if self.pings and now - self.said > 3:
            self.said = now
            try:
                self.socket.send(frame("ping", b""))
            except OSError:
                pass

    def close(self):
        self.socket.close()
