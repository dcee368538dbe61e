"""A real IMAP server with one mailbox, for as long as a test needs it: pymap, with STARTTLS, or
behind a door that is TLS from the start."""

import contextlib
import datetime as dates
import imaplib
import ipaddress
import select
import socket
import ssl
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from email.message import EmailMessage
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

USER, PASSWORD = "service", "a-long-mailbox-password"
_STARTS_WITHIN_S = 60.0


@dataclass(frozen=True, kw_only=True)
class Post:
    """Where the mailbox is. ca: by which its certificate is believed."""

    port: int
    ca: str

    def puts(self, raw: bytes) -> None:
        """Have a mail arrive, unread."""
        with self._open() as server:
            kind, said = server.append("INBOX", "", "", raw)
            assert kind == "OK", said

    def count_unseen(self) -> int:
        with self._open() as server:
            server.select("INBOX")
            return len(server.uid("SEARCH", "UNSEEN")[1][0].split())

    @contextmanager
    def _open(self) -> Iterator[imaplib.IMAP4]:
        server = imaplib.IMAP4("127.0.0.1", self.port, timeout=20)
        server.starttls(ssl.create_default_context(cadata=self.ca))
        server.login(USER, PASSWORD)
        yield server
        server.logout()


@contextmanager
def open_post(folder: Path) -> Iterator[Post]:
    """Yield a mailbox that is served by a process of its own."""
    ca = _certify(folder)
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
    words = ("--host", "127.0.0.1", "--port", str(port))
    pair = ("--cert", str(folder / "cert.pem"), "--key", str(folder / "key.pem"))
    who = ("--demo-data", "--demo-user", USER, "--demo-password", PASSWORD)
    program = Path(sys.executable).with_name("pymap")
    with (folder / "stderr").open("wb") as said:
        process = subprocess.Popen(
            [program, *words, *pair, "--no-service", "admin", "dict", *who],
            stdout=subprocess.DEVNULL,
            stderr=said,
        )
    try:
        _await(port, process, folder)
        made = Post(port=port, ca=ca)
        _empty(made)
        yield made
    finally:
        process.terminate()
        process.wait(timeout=20)


@contextmanager
def tls_door(post: Post, folder: Path) -> Iterator[int]:
    """Yield a port at which the mailbox is behind TLS from the start, with the same certificate:
    what comes in is decrypted, and handed on through its STARTTLS."""
    inside = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    inside.load_cert_chain(folder / "cert.pem", folder / "key.pem")

    def serve(taken: socket.socket) -> None:
        with contextlib.suppress(OSError), inside.wrap_socket(taken, server_side=True) as outer:
            imap = imaplib.IMAP4("127.0.0.1", post.port, timeout=20)
            imap.starttls(ssl.create_default_context(cadata=post.ca))
            outer.sendall(imap.welcome + b"\r\n")
            assert isinstance(imap.sock, ssl.SSLSocket)
            _join(outer, imap.sock)

    with socket.create_server(("127.0.0.1", 0)) as door:

        def open_up() -> None:
            with contextlib.suppress(OSError):  # until the door is closed
                while True:
                    threading.Thread(target=serve, args=(door.accept()[0],)).start()

        opening = threading.Thread(target=open_up)
        opening.start()
        yield door.getsockname()[1]
        door.shutdown(socket.SHUT_RDWR)
        opening.join(timeout=20)


def _join(one: ssl.SSLSocket, other: ssl.SSLSocket) -> None:
    """Hand on what either says, until either is done. By one thread: a TLS connection is not for
    two at once."""
    target = {one: other, other: one}
    with one, other:
        while True:
            readable = [each for each in target if each.pending()]
            for source in readable or select.select(list(target), (), ())[0]:
                source.setblocking(False)
                try:
                    data = source.recv(65536)
                except ssl.SSLWantReadError:
                    continue  # what came was TLS's own
                finally:
                    source.settimeout(20)
                if not data:
                    return
                target[source].sendall(data)


def _await(port: int, process: "subprocess.Popen[bytes]", folder: Path) -> None:
    end = time.monotonic() + _STARTS_WITHIN_S
    while time.monotonic() < end and process.poll() is None:
        with (
            contextlib.suppress(OSError),
            socket.create_connection(("127.0.0.1", port), timeout=5) as known,
        ):
            if known.recv(4):
                return
        time.sleep(0.05)
    raise AssertionError((folder / "stderr").read_text())


def _empty(post: Post) -> None:
    """Read what the server was made with."""
    with post._open() as server:
        server.select("INBOX")
        server.uid("STORE", "1:*", "+FLAGS.SILENT", r"(\Seen)")


def _certify(folder: Path) -> str:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    now = dates.datetime.now(dates.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - dates.timedelta(days=1))
        .not_valid_after(now + dates.timedelta(days=2))
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(
            x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]),
            critical=False,
        )
        .sign(key, hashes.SHA256())
    )
    pem = made.public_bytes(serialization.Encoding.PEM)
    (folder / "cert.pem").write_bytes(pem)
    (folder / "key.pem").write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    return pem.decode()


def write_mail(
    sender: str,
    subject: str,
    text: str,
    *,
    id: str = "",
    files: tuple[tuple[str, bytes], ...] = (),
    **headers: str,
) -> bytes:
    """Return a mail as a program sends it. headers: others, their names with _ for -."""
    mail = EmailMessage()
    mail["From"] = sender
    mail["To"] = "service@provider.example"
    mail["Subject"] = subject
    if id:
        mail["Message-ID"] = f"<{id}@customer.example>"
    for name, value in headers.items():
        mail[name.replace("_", "-")] = value
    mail.set_content(text)
    for name, data in files:
        mail.add_attachment(data, maintype="application", subtype="octet-stream", filename=name)
    return bytes(mail)
