"""A stand-in for Windows machines with WinRM, since no Windows is to be had here. It speaks the
SOAP that pypsrp speaks (a shell: Create, Command, Send, Receive, Signal, Delete), over TLS, with
Basic and Negotiate (NTLM, bound to its certificate), and ends what runs with its shell, as WinRM's
job does. Instead of PowerShell it runs by /bin/sh what the program of `far_side.ps1` is given: that
program's own text, and how Windows itself behaves, are not tried by it.
"""

import atexit
import base64
import contextlib
import hashlib
import os
import queue
import ssl
import subprocess
import sys
import tempfile
import threading
import time
import uuid
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

import spnego
from spnego.channel_bindings import GssChannelBindings

from tests.support.certificates import Certificate, make_certificate
from yunwei.base.infra.winrm.scripts import far_program

NAMES = {
    "s": "http://www.w3.org/2003/05/soap-envelope",
    "a": "http://schemas.xmlsoap.org/ws/2004/08/addressing",
    "w": "http://schemas.dmtf.org/wbem/wsman/1/wsman.xsd",
    "rsp": "http://schemas.microsoft.com/wbem/wsman/1/windows/shell",
    "x": "http://schemas.xmlsoap.org/ws/2004/09/transfer",
    "f": "http://schemas.microsoft.com/wbem/wsman/1/wsmanfault",
}
_DECLARED = " ".join(f'xmlns:{short}="{name}"' for short, name in NAMES.items())
_STATE = "http://schemas.microsoft.com/wbem/wsman/1/windows/shell/CommandState/"
NO_OUTPUT_YET = 2150858793
NO_SHELL = 2150858843
USER, PASSWORD = "operator", "pass-wörd-中"
_PIECE_BYTES = 32_768
_MARK = "YW_STAND_IN_SHELL"

_SHIM = """
import base64, json, os, shutil, subprocess, sys, tempfile
given = json.loads(base64.b64decode(sys.stdin.buffer.read()))
place = tempfile.mkdtemp(prefix="yunwei.")
body = given["body"].replace("\\r\\n", "\\n")
if given["language"] == "batch":
    body = "ver() { echo Stand-in for Windows; }\\n" + "\\n".join(
        line.removeprefix("@") for line in body.split("\\n"))
file = os.path.join(place, given["file"])
open(file, "w").write(body)
env = os.environ | given["environment"] | {"YW_TASK_ID": given["mark"]}
code = subprocess.run(["/bin/sh", file], cwd=place, env=env, stdin=subprocess.DEVNULL).returncode
shutil.rmtree(place)
sys.exit(code if code >= 0 else 1)
"""


@dataclass
class _Command:
    process: subprocess.Popen[bytes]
    output: "queue.Queue[tuple[str, bytes]]" = field(default_factory=lambda: queue.Queue(32))
    readers: list[threading.Thread] = field(default_factory=list)

    def read(self, stream: str, source: Any) -> None:
        while data := os.read(source.fileno(), _PIECE_BYTES):
            self.output.put((stream, data))

    def close(self) -> None:
        while any(each.is_alive() for each in self.readers):
            with contextlib.suppress(queue.Empty):
                self.output.get(timeout=0.02)
        self.process.wait()
        for source in (self.process.stdin, self.process.stdout, self.process.stderr):
            with contextlib.suppress(OSError):
                source.close()  # type: ignore[union-attr]

    def is_over(self) -> bool:
        is_read = not any(each.is_alive() for each in self.readers)
        return is_read and self.output.empty() and self.process.poll() is not None


@dataclass
class _Shell:
    id: str
    idle_s: float
    asked_s: float
    in_use: int = 0
    commands: dict[str, _Command] = field(default_factory=dict)

    def end(self) -> None:
        """End what runs in it, with all that it started, as its job does."""
        mark = f"{_MARK}={self.id}".encode()
        for _round in range(3):
            for file in Path("/proc").glob("[0-9]*/environ"):
                with contextlib.suppress(OSError, ValueError):
                    if mark in file.read_bytes():
                        os.kill(int(file.parent.name), 9)
        for each in self.commands.values():
            each.close()


class Windows:
    """The machine. idle_share: a shell that nobody asks for ends after this share of the time that
    it was made with. said: what came over the line, decrypted."""

    def __init__(self, folder: Path, certificate: Certificate) -> None:
        self.folder = folder
        self.port = 0
        self.idle_share = 1.0
        self.lets_start = True
        self.said: list[str] = []
        self.sign_ins = 0
        self.shells: dict[str, _Shell] = {}
        self._lock = threading.Lock()
        self._server: _Server | None = None
        self._context: ssl.SSLContext
        self.show(certificate)

    def show(self, certificate: Certificate) -> None:
        """Show this certificate from now on, to who connects anew."""
        self.certificate = certificate
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        with tempfile.NamedTemporaryFile("w", dir=self.folder, suffix=".pem") as file:
            file.write(certificate.pem + certificate.key)
            file.flush()
            context.load_cert_chain(file.name)
        self._context = context

    @property
    def context(self) -> ssl.SSLContext:
        return self._context

    def start(self) -> None:
        self._server = _Server(("0.0.0.0", self.port), _Handler)
        self._server.machine = self
        self.port = self._server.server_address[1]
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()
        threading.Thread(target=self._reap, args=(self._server,), daemon=True).start()

    def stop(self) -> None:
        """Be gone: nobody is answered any more. What runs goes on until its shell is idle."""
        server, self._server = self._server, None
        if server is not None:
            server.shutdown()
            server.server_close()
            server.cut()

    def cut(self) -> None:
        """Break off all connections; who connects again is answered."""
        if self._server is not None:
            self._server.cut()

    def end(self) -> None:
        self.stop()
        for each in list(self.shells.values()):
            each.end()
        self.shells.clear()

    def end_idle(self) -> None:
        """End the shells that nobody asked for too long."""
        now_s = time.monotonic()
        for each in list(self.shells.values()):
            if not each.in_use and now_s - each.asked_s > each.idle_s * self.idle_share:
                self.shells.pop(each.id, None)
                each.end()

    def _reap(self, server: "_Server") -> None:
        while self._server is server or self.shells:
            self.end_idle()
            time.sleep(0.05)

    def answer(self, text: bytes) -> tuple[int, str]:
        """Return the status and the envelope for one."""
        asked = ET.fromstring(text)  # noqa: S314 - from a test
        with self._lock:
            self.said.append(text.decode())
        header = asked.find("s:Header", NAMES)
        body = asked.find("s:Body", NAMES)
        assert header is not None
        assert body is not None
        action = header.findtext("a:Action", "", NAMES)
        message = header.findtext("a:MessageID", "", NAMES)
        verb = action.rsplit("/", 1)[-1]
        status, said = 200, ""
        try:
            said = self._do(verb, header, body)
        except _Fault as fault:
            status, said = 500, fault.text
        return status, (
            f"<s:Envelope {_DECLARED}><s:Header><a:Action>{action}Response</a:Action>"
            f"<a:RelatesTo>{message}</a:RelatesTo></s:Header><s:Body>{said}</s:Body></s:Envelope>"
        )

    def _do(self, verb: str, header: ET.Element, body: ET.Element) -> str:
        if verb == "Create":
            return self._create(body)
        found = header.find("w:SelectorSet/w:Selector[@Name='ShellId']", NAMES)
        shell = self.shells.get((found.text or "") if found is not None else "")
        if shell is None:
            raise _Fault(NO_SHELL, "there is no such shell")
        shell.in_use += 1
        try:
            match verb:
                case "Command":
                    return self._command(shell, header, body)
                case "Send":
                    return _send(shell, body)
                case "Receive":
                    wait_s = float(header.findtext("w:OperationTimeout", "", NAMES)[2:-1])
                    return _receive(shell, body, wait_s)
                case "Signal":
                    return _signal(shell, body)
                case "Delete":
                    self.shells.pop(shell.id, None)
                    shell.end()
                    return ""
        finally:
            shell.in_use -= 1
            shell.asked_s = time.monotonic()
        raise _Fault(1, f"not a verb: {verb}")

    def _create(self, body: ET.Element) -> str:
        idle = body.findtext("rsp:Shell/rsp:IdleTimeOut", "PT7200S", NAMES)
        if not self.lets_start:
            raise _Fault(5, "Access is denied.")
        id = str(uuid.uuid4()).upper()
        self.shells[id] = _Shell(id=id, idle_s=float(idle[2:-1]), asked_s=time.monotonic())
        return (
            "<x:ResourceCreated><a:ReferenceParameters><w:SelectorSet>"
            f'<w:Selector Name="ShellId">{id}</w:Selector></w:SelectorSet></a:ReferenceParameters>'
            f"</x:ResourceCreated><rsp:Shell><rsp:ShellId>{id}</rsp:ShellId></rsp:Shell>"
        )

    def _command(self, shell: _Shell, header: ET.Element, body: ET.Element) -> str:
        options = {
            each.attrib["Name"]: each.text for each in header.findall("w:OptionSet/w:Option", NAMES)
        }
        line = body.find("rsp:CommandLine", NAMES)
        assert line is not None
        words = [each.text for each in line.findall("rsp:Arguments", NAMES)]
        # a console's input is no pipe, and of any other command we know nothing
        if options.get("WINRS_CONSOLEMODE_STDIN") != "FALSE" or words[-1] != far_program():
            raise _Fault(2, "The system cannot find the file specified.")
        process = subprocess.Popen(
            [sys.executable, "-I", "-S", "-c", _SHIM],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env={"PATH": os.environ["PATH"], "LANG": "C.UTF-8", _MARK: shell.id},
        )
        command = _Command(process)
        for stream, source in (("stdout", process.stdout), ("stderr", process.stderr)):
            reader = threading.Thread(target=command.read, args=(stream, source), daemon=True)
            command.readers.append(reader)
            reader.start()
        id = str(uuid.uuid4()).upper()
        shell.commands[id] = command
        return f"<rsp:CommandResponse><rsp:CommandId>{id}</rsp:CommandId></rsp:CommandResponse>"


def _command_of(shell: _Shell, id: str) -> _Command:
    if id not in shell.commands:
        raise _Fault(NO_SHELL, "there is no such command")
    return shell.commands[id]


def _send(shell: _Shell, body: ET.Element) -> str:
    stream = body.find("rsp:Send/rsp:Stream", NAMES)
    assert stream is not None
    source = _command_of(shell, stream.attrib["CommandId"]).process.stdin
    assert source is not None
    source.write(base64.b64decode(stream.text or ""))
    source.flush()
    if stream.attrib.get("End", "").lower() == "true":
        source.close()
    return "<rsp:SendResponse/>"


def _receive(shell: _Shell, body: ET.Element, wait_s: float) -> str:
    desired = body.find("rsp:Receive/rsp:DesiredStream", NAMES)
    assert desired is not None
    id = desired.attrib["CommandId"]
    command = _command_of(shell, id)
    until_s, printed = time.monotonic() + wait_s, ""
    while not printed and not command.is_over():
        if time.monotonic() > until_s:
            raise _Fault(NO_OUTPUT_YET, "no output within the time")
        with contextlib.suppress(queue.Empty):
            stream, data = command.output.get(timeout=0.02)
            told = base64.b64encode(data).decode()
            printed = f'<rsp:Stream Name="{stream}" CommandId="{id}">{told}</rsp:Stream>'
    state = f'<rsp:CommandState CommandId="{id}" State="{_STATE}Running"/>'
    if command.is_over():
        code = command.process.returncode
        state = (
            f'<rsp:CommandState CommandId="{id}" State="{_STATE}Done">'
            f"<rsp:ExitCode>{code if code >= 0 else 2**32 + code}</rsp:ExitCode></rsp:CommandState>"
        )
    return f"<rsp:ReceiveResponse>{printed}{state}</rsp:ReceiveResponse>"


def _signal(shell: _Shell, body: ET.Element) -> str:
    """End the command's own process, and nothing that it started: that is for the shell to do."""
    signal = body.find("rsp:Signal", NAMES)
    assert signal is not None
    _command_of(shell, signal.attrib["CommandId"]).process.kill()
    return "<rsp:SignalResponse/>"


class _Fault(Exception):
    def __init__(self, code: int, said: str) -> None:
        super().__init__(said)
        self.text = (
            f"<s:Fault><s:Code><s:Value>s:Receiver</s:Value></s:Code><s:Reason><s:Text>"
            f'{escape(said)}</s:Text></s:Reason><s:Detail><f:WSManFault Code="{code}">'
            f"<f:Message>{escape(said)}</f:Message></f:WSManFault></s:Detail></s:Fault>"
        )


class _Server(ThreadingHTTPServer):
    allow_reuse_address = True
    request_queue_size = 64
    machine: Windows

    def __init__(self, *args: Any) -> None:
        self._open: set[Any] = set()
        super().__init__(*args)

    def finish_request(self, request: Any, client_address: Any) -> None:
        """In a thread of its own: also the handshake."""
        self._open.add(request)
        with contextlib.suppress(OSError):
            secured = self.machine.context.wrap_socket(request, server_side=True)
            self._open.add(secured)
            try:
                super().finish_request(secured, client_address)
            finally:
                self._open -= {request, secured}
                secured.close()

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Who is cut off says so in a trace otherwise."""

    def cut(self) -> None:
        """Break off all connections, whatever is asked on them."""
        for each in list(self._open):
            with contextlib.suppress(OSError):
                each.shutdown(2)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: _Server

    def setup(self) -> None:
        super().setup()
        self._negotiated: Any = None
        self._is_in = False

    def log_message(self, format: str, *args: Any) -> None:
        """Tests do not read it."""

    def do_POST(self) -> None:
        text = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        token = self._sign_in(self.headers.get("Authorization", ""))
        if not self._is_in:
            self.send_response(401)
            self.send_header("WWW-Authenticate", f"Negotiate {token}".strip())
            self.send_header("WWW-Authenticate", 'Basic realm="WSMAN"')
            self.send_header("Content-Length", "0")
            self.end_headers()
            return
        status, said = self.server.machine.answer(text)
        answer = said.encode()
        self.send_response(status)
        if token:
            self.send_header("WWW-Authenticate", f"Negotiate {token}")
        self.send_header("Content-Type", "application/soap+xml;charset=UTF-8")
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def _sign_in(self, header: str) -> str:
        """Return what is to be answered to what proves who somebody is."""
        kind, _space, text = header.partition(" ")
        if kind.lower() == "basic":
            self._note(base64.b64decode(text).decode() == f"{USER}:{PASSWORD}")
        if kind.lower() != "negotiate":
            return ""
        if self._negotiated is None or self._negotiated.complete:
            shown = ssl.PEM_cert_to_DER_cert(self.server.machine.certificate.pem)
            bound = b"tls-server-end-point:" + hashlib.sha256(shown).digest()
            self._negotiated = spnego.server(
                protocol="negotiate",
                channel_bindings=GssChannelBindings(application_data=bound),
            )
        try:
            answer = self._negotiated.step(base64.b64decode(text))
        except spnego.exceptions.SpnegoError:
            self._negotiated = None
            return ""
        if self._negotiated.complete:
            self._note(True)
        return base64.b64encode(answer or b"").decode()

    def _note(self, is_in: bool) -> None:
        if is_in and not self._is_in:
            self.server.machine.sign_ins += 1
        self._is_in = is_in


@contextmanager
def running_windows(folder: Path, certificate: Certificate | None = None) -> Iterator[Windows]:
    """Have such a machine at every loopback address."""
    known = folder / "accounts"
    known.write_text(f":{USER}:{PASSWORD}\nSTANDIN:{USER}:{PASSWORD}\n", encoding="utf-8")
    before = os.environ.get("NTLM_USER_FILE")
    os.environ["NTLM_USER_FILE"] = str(known)
    machine = Windows(folder, certificate or make_certificate("stand-in"))
    machine.start()
    try:
        yield machine
    finally:
        machine.end()
        if before is None:
            del os.environ["NTLM_USER_FILE"]
        else:
            os.environ["NTLM_USER_FILE"] = before


class _Shared:
    machine: Windows | None = None


def shared_windows() -> Windows:
    """One for the whole process, for tables of tests that have no fixtures; it ends with it."""
    if _Shared.machine is None:
        opened = contextlib.ExitStack()
        folder = opened.enter_context(tempfile.TemporaryDirectory(prefix="yw-windows-"))
        _Shared.machine = opened.enter_context(running_windows(Path(folder)))
        atexit.register(opened.close)
    return _Shared.machine
