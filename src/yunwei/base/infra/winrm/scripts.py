"""Scripts on a Windows machine: one shell of WinRM for each, in which one program that is the same
for all waits for its task. Script and parameters travel over its input; nothing of them is on a
command line, or in its text. All of it blocks: who calls has threads for it.
"""

import base64
import contextlib
import json
import logging
import time
import xml.etree.ElementTree as ET
from collections.abc import Callable, Iterator
from functools import cache
from importlib.resources import files
from typing import Any

import requests
from pypsrp.exceptions import AuthenticationError, WinRMError, WSManFaultError
from pypsrp.negotiate import HTTPNegotiateAuth
from pypsrp.shell import CommandState, SignalCode, WinRS
from pypsrp.wsman import NAMESPACES, OptionSet, WSMan
from requests.adapters import HTTPAdapter
from requests.auth import HTTPBasicAuth
from spnego.exceptions import SpnegoError

from yunwei.base.core.errors import MachineUnreached
from yunwei.base.core.far import Ran, Task
from yunwei.base.infra.winrm.meeting import Windows

logging.getLogger("pypsrp").setLevel(logging.CRITICAL)  # it would tell of every connection
logging.getLogger("spnego").setLevel(logging.CRITICAL)

_LOOK_S = 3
"""So long a machine may keep a question for output, and so long it takes until it is noticed that a
task is not wanted. It is asked again five times, within what ends its shell."""
_ANSWER_S = 30
_IDLE_S = 60
"""A shell that nobody asks for so long ends, with all that runs in it: what a lost connection, or a
worker that was killed, comes to."""
_LAST_LOOK_S = 1
"""For what was printed at last, by what is ended then."""
_PIECE_BYTES = 60_000
_NO_OUTPUT_YET = "2150858793"
_OPTIONS = (
    *("-NoProfile", "-NonInteractive", "-ExecutionPolicy", "Bypass"),
    # else what goes in and out of an encoded command is XML of PowerShell's own
    *("-InputFormat", "Text", "-OutputFormat", "Text", "-EncodedCommand"),
)
_SUFFIXES = {"powershell": "ps1", "batch": "cmd"}
_BROKEN = (requests.RequestException, WinRMError, SpnegoError, ET.ParseError, OSError, ValueError)


@cache
def far_program() -> str:
    """Return the program, as PowerShell takes one that travels as an argument."""
    text = files(__package__).joinpath("far_side.ps1").read_text("ascii")
    lines = (line.strip() for line in text.splitlines() if not line.startswith("#"))
    return base64.b64encode("\n".join(lines).encode("utf-16-le")).decode("ascii")


def payload_of(task: Task) -> bytes:
    """Return what the program reads: a text of base64, which no code page changes."""
    given = {
        "mark": task.mark,
        "language": task.language,
        "file": f"script.{_SUFFIXES[task.language]}",
        "body": task.body.replace("\r\n", "\n").replace("\n", "\r\n"),
        "environment": dict(task.environment),
    }
    return base64.b64encode(json.dumps(given).encode("ascii")) + b"\n"


class _Pinned(HTTPAdapter):
    """Talks to nobody but who holds the key of one certificate."""

    def __init__(self, digest: str) -> None:
        self._digest = digest
        super().__init__()

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        super().init_poolmanager(*args, **kwargs, assert_fingerprint=self._digest)


def _session(machine: Windows, digest: str) -> requests.Session:
    session = requests.Session()
    session.trust_env = False  # neither proxies nor passwords of whoever started the platform
    session.headers.update({"User-Agent": "Yunwei", "Accept-Encoding": "identity"})
    session.verify = False  # by its fingerprint instead, which `_Pinned` checks
    session.mount("https://", _Pinned(digest))
    if machine.is_basic:
        session.auth = HTTPBasicAuth(machine.user.encode(), machine.password.encode())
    else:
        session.auth = HTTPNegotiateAuth(machine.user, machine.password)
    return session


class _Shell(WinRS):
    """As it is, but that a command's input is no console's: it comes whole, and ends."""

    def command(
        self,
        executable: str,
        arguments: list[str] | None,
        no_shell: bool = False,
        command_id: str | None = None,
    ) -> ET.Element:
        options = OptionSet()
        options.add_option("WINRS_CONSOLEMODE_STDIN", "FALSE")
        options.add_option("WINRS_SKIP_CMD_SHELL", str(no_shell).upper())
        rsp = NAMESPACES["rsp"]
        line = ET.Element(f"{{{rsp}}}CommandLine")
        ET.SubElement(line, f"{{{rsp}}}Command").text = executable
        for argument in arguments or ():
            ET.SubElement(line, f"{{{rsp}}}Arguments").text = argument
        chosen = self._selector_set
        return self.wsman.command(self.resource_uri, line, option_set=options, selector_set=chosen)


class WindowsProgram:
    """The program, on a machine. Until `run_windows_task` it waits, and has done nothing."""

    def __init__(self, machine: Windows, digest: str, *, timeout_s: float) -> None:
        """digest: of the certificate by which the machine was believed."""
        self._wsman = WSMan(
            machine.host,
            port=machine.port,
            path="wsman",
            auth="basic" if machine.is_basic else "negotiate",
            username=machine.user,
            password=machine.password,
            operation_timeout=_ANSWER_S,
            connection_timeout=int(timeout_s),
            read_timeout=_ANSWER_S + _LOOK_S,
            reconnection_backoff=0.0,
        )
        self._wsman.transport.session = _session(machine, digest)
        self._shell = _Shell(self._wsman, idle_time_out=_IDLE_S)
        self._command = ""
        self._code: int | None = None

    def start(self) -> None:
        """Sign in and start it. Raises MachineUnreached."""
        try:
            self._shell.open()
            answer = self._shell.command("powershell.exe", [*_OPTIONS, far_program()])
            place = answer.find("rsp:CommandResponse/rsp:CommandId", namespaces=NAMESPACES)
            if place is None or not place.text:
                raise WinRMError("the command has no number")
            self._command = place.text
        except _BROKEN as error:
            self.leave()
            raise _failure(error) from error

    def run_windows_task(
        self, task: Task, *, take: Callable[[bytes], None], is_unwanted: Callable[[], bool]
    ) -> Ran:
        """Run a task and return what became of it. take: gets what it prints, piece by piece."""
        until_s = time.monotonic() + task.timeout_s
        try:
            for piece, is_last in _pieces(payload_of(task)):
                self._shell.send("stdin", piece, command_id=self._command, end=is_last)
            while True:
                if self._look(take):
                    self.leave()
                    return Ran(code=self._code, is_lost=self._code is None)
                if is_unwanted():
                    return Ran(code=None, is_stopped=True, is_lost=not self._end(take))
                if time.monotonic() >= until_s:
                    return Ran(code=None, is_late=True, is_lost=not self._end(take))
        except _BROKEN:
            self.leave()
            return Ran(code=None, is_lost=True)

    def _look(self, take: Callable[[bytes], None], *, wait_s: int = _LOOK_S) -> bool:
        """Take what was printed meanwhile; says whether it is over."""
        try:
            state, code, printed = self._shell.receive(command_id=self._command, timeout=wait_s)
        except WSManFaultError as error:
            if str(error.code) == _NO_OUTPUT_YET:
                return False
            raise
        for data in printed.values():
            if data:
                take(data)
        if code is not None:
            # told as a number without a sign by some, and kept as one with it
            self._code = (code + 2**31) % 2**32 - 2**31
        return state == CommandState.DONE

    def _end(self, take: Callable[[bytes], None]) -> bool:
        """End what runs; says whether the machine said that it did."""
        with contextlib.suppress(*_BROKEN):
            self._shell.signal(SignalCode.TERMINATE, self._command)
            self._look(take, wait_s=_LAST_LOOK_S)
        return self.leave()

    def leave(self) -> bool:
        """Delete the shell, which ends what is in it; says whether the machine said that it did."""
        try:
            if self._shell.opened:
                self._shell.close()
        except _BROKEN:
            return False
        finally:
            self._wsman.close()
        return True


def _pieces(data: bytes) -> Iterator[tuple[bytes, bool]]:
    for start in range(0, len(data), _PIECE_BYTES):
        yield data[start : start + _PIECE_BYTES], start + _PIECE_BYTES >= len(data)


def _failure(error: Exception) -> MachineUnreached:
    said = str(error)[:300]
    match error:
        case requests.exceptions.SSLError():
            return MachineUnreached("winrm_certificate_changed", said)
        case requests.RequestException():
            return MachineUnreached("winrm_unreachable", said)
        case AuthenticationError() | SpnegoError() | ValueError():
            return MachineUnreached("winrm_login", said)
    return MachineUnreached("winrm_no_shell", said)
