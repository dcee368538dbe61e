"""Where messages of a platform under test arrive: an SMTP server and a webhook, both recording."""

import email
import json
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from email.message import Message
from email.policy import default
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session


class WebhookSink:
    """Answers 200 to every POST and keeps its JSON body, in order of arrival."""

    def __init__(self) -> None:
        self.bodies: list[dict[str, Any]] = []
        self.url = ""

    def about(self, path: str) -> list[dict[str, Any]]:
        """Return the messages about a managed object, in order of arrival."""
        bodies = tuple(self.bodies)
        return [body for body in bodies if body["data"].get("managed_object") == path]


class MailSink:
    """Takes every mail and keeps it, in order of arrival."""

    def __init__(self) -> None:
        self.mails: list[Message] = []
        self.port = 0

    async def handle_DATA(  # noqa: N802  aiosmtpd's name
        self, server: SMTP, session: Session, envelope: Envelope
    ) -> str:
        self.mails.append(email.message_from_bytes(bytes(envelope.content or b""), policy=default))
        return "250 OK"

    def about(self, path: str) -> list[Message]:
        """Return the mails about a managed object: it stands at the end of a line."""
        return [mail for mail in tuple(self.mails) if f"{path}\n" in text_of(mail)]


def text_of(mail: Message) -> str:
    """Return the plain text of a mail, its lines ended as in Python."""
    parts = [part for part in mail.walk() if part.get_content_type() == "text/plain"]
    text = "".join(part.get_content() for part in parts)  # type: ignore[attr-defined]
    return text.replace("\r\n", "\n")


@contextmanager
def webhook_sink() -> Iterator[WebhookSink]:
    sink = WebhookSink()

    class Handler(BaseHTTPRequestHandler):
        # a receiver of our days keeps its connections
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            length = int(self.headers.get("Content-Length", 0))
            sink.bodies.append(json.loads(self.rfile.read(length)))
            self.send_response(200)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:
            """Nothing: the test tells what matters."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        sink.url = f"http://127.0.0.1:{server.server_port}/alarms"
        thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
        thread.start()
        yield sink
        server.shutdown()
        thread.join()


@contextmanager
def mail_sink() -> Iterator[MailSink]:
    sink = MailSink()
    controller = _Controller(sink, hostname="127.0.0.1", port=0)
    controller.start()
    sink.port = controller.server.sockets[0].getsockname()[1]
    yield sink
    controller.stop()


class _Controller(Controller):
    """aiosmtpd's, which at its start says hello to itself: on the port it got, not on 0."""

    def _trigger_server(self) -> None:
        address = self.server.sockets[0].getsockname()
        with socket.create_connection(address, timeout=10) as connection:
            connection.recv(1024)
