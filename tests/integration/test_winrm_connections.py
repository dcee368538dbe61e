"""Windows machines are known before anybody signs in to them, and what runs there is given over its
input. All of it against the stand-in of `tests.support.windows`."""

import asyncio
import base64
import json
import socket
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
import tree_sitter
import tree_sitter_powershell

from tests.support.certificates import make_certificate
from tests.support.platform import wait_until
from tests.support.windows import PASSWORD, USER, Windows, running_windows
from yunwei.base.core.errors import Invalid, MachineUnreached
from yunwei.base.core.far import Offer, Ran, Task
from yunwei.base.infra.winrm import meeting
from yunwei.base.infra.winrm.meeting import meet, read_authorities, read_certificate
from yunwei.base.infra.winrm.scripts import WindowsProgram, far_program, payload_of

ADDRESS = "127.0.1.1"
AUTHORITY = make_certificate("an authority", is_authority=True)
OTHER_AUTHORITY = make_certificate("another authority", is_authority=True)


@pytest.fixture(scope="module")
def windows(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Windows]:
    with running_windows(tmp_path_factory.mktemp("windows")) as running:
        yield running


@pytest.fixture
def machine(windows: Windows) -> meeting.Windows:
    windows.show(make_certificate("pc-01"))
    windows.lets_start, windows.idle_share = True, 1.0
    return meeting.Windows(
        host=ADDRESS,
        port=windows.port,
        name="PC-01",
        user=USER,
        password=PASSWORD,
        key=windows.certificate.text,
    )


def task(body: str, *, language: str = "batch", **changes: object) -> Task:
    usual = Task(mark="m", language=language, body=body, environment={}, timeout_s=60)
    return replace(usual, **changes)  # type: ignore[arg-type]


def start(machine: meeting.Windows) -> WindowsProgram:
    digest = asyncio.run(meet(machine, Offer(), timeout_s=10))
    program = WindowsProgram(machine, digest, timeout_s=10)
    program.start()
    return program


def run(machine: meeting.Windows, wanted: Task) -> tuple[Ran, bytes]:
    printed: list[bytes] = []
    ran = start(machine).run_windows_task(wanted, take=printed.append, is_unwanted=lambda: False)
    return ran, b"".join(printed)


def refusal(machine: meeting.Windows) -> str:
    with pytest.raises(MachineUnreached) as caught:
        start(machine)
    return caught.value.reason


@pytest.mark.parametrize("is_basic", [True, False])
@pytest.mark.parametrize("language", ["batch", "powershell"])
def test_a_script_runs_and_its_end_is_told(
    windows: Windows, machine: meeting.Windows, language: str, is_basic: bool
) -> None:
    said = 'it\'s `me` $HOME "x" %PATH% 中文'
    body = 'printf "%s" "$YW_PARAM_SAID"\nexit 7\n'
    wanted = task(body, language=language, environment={"YW_PARAM_SAID": said})
    assert run(replace(machine, is_basic=is_basic), wanted) == (Ran(code=7), said.encode())
    assert windows.shells == {}


def test_what_a_script_is_and_is_given_stands_on_no_command_line(
    windows: Windows, machine: meeting.Windows
) -> None:
    windows.said.clear()
    body, secret = "echo of-the-body\n", "hunter2"
    run(machine, task(body, environment={"YW_PARAM_PASSWORD": secret}))
    (command,) = (each for each in windows.said if "CommandLine" in each)
    assert far_program() in command
    line = base64.b64decode(far_program()).decode("utf-16-le")
    assert "of-the-body" not in command + line
    assert secret not in "".join(windows.said)  # it is told once, as data, in base64


def test_a_long_script_goes_in_pieces(windows: Windows, machine: meeting.Windows) -> None:
    windows.said.clear()
    long = f"# {'x' * 200_000}\necho end\n"
    assert run(machine, task(long)) == (Ran(code=0), b"end\n")
    assert sum("<rsp:Send>" in each for each in windows.said) > 3


def test_only_a_certificate_that_is_known_is_believed(
    windows: Windows, machine: meeting.Windows
) -> None:
    before = windows.sign_ins
    shown = windows.certificate
    offer = Offer()
    with pytest.raises(MachineUnreached) as caught:
        asyncio.run(meet(replace(machine, key=""), offer, timeout_s=10))
    assert caught.value.reason == "winrm_certificate_unknown"
    assert (offer.key, offer.fingerprint) == read_certificate(shown.pem, field="key")
    assert refusal(replace(machine, key=make_certificate("pc-01").text)) == (
        "winrm_certificate_changed"
    )
    # a host key of SSH is another key
    assert refusal(replace(machine, key="ssh-ed25519 AAAA")) == "winrm_certificate_changed"
    assert windows.sign_ins == before
    start(replace(machine, key="", takes_first=True)).leave()
    assert windows.sign_ins == before + 1


def test_a_certificate_that_changes_after_it_was_looked_at_gets_no_password(
    windows: Windows, machine: meeting.Windows
) -> None:
    before = windows.sign_ins
    digest = asyncio.run(meet(machine, Offer(), timeout_s=10))
    windows.show(make_certificate("pc-01"))
    with pytest.raises(MachineUnreached) as caught:
        WindowsProgram(machine, digest, timeout_s=10).start()
    assert caught.value.reason == "winrm_certificate_changed"
    assert windows.sign_ins == before


@pytest.mark.parametrize(
    ("names", "by", "is_believed"),
    [
        (("pc-01",), AUTHORITY, True),
        (("PC-01.corp.example",), AUTHORITY, True),
        (("elsewhere", ADDRESS), AUTHORITY, True),
        (("pc-02.corp.example",), AUTHORITY, False),
        (("127.0.0.1",), AUTHORITY, False),
        (("pc-01",), OTHER_AUTHORITY, False),
        (("pc-01",), None, False),
    ],
)
def test_an_authority_vouches_for_the_machine_that_a_certificate_names(
    windows: Windows,
    machine: meeting.Windows,
    names: tuple[str, ...],
    by: object,
    is_believed: bool,
) -> None:
    windows.show(make_certificate(*names, by=by))  # type: ignore[arg-type]
    trusting = replace(machine, key="", authority=AUTHORITY.pem)
    if is_believed:
        offer = Offer()
        asyncio.run(meet(trusting, offer, timeout_s=10))
        assert offer == Offer()
        start(trusting).leave()
    else:
        assert refusal(trusting) == "winrm_certificate_unknown"


def test_who_is_not_let_in_is_told_why(windows: Windows, machine: meeting.Windows) -> None:
    for is_basic in (True, False):
        assert refusal(replace(machine, password="no", is_basic=is_basic)) == "winrm_login"
    windows.lets_start = False
    assert refusal(machine) == "winrm_no_shell"
    with socket.create_server((ADDRESS, 0)) as silent:
        port = silent.getsockname()[1]
        with pytest.raises(MachineUnreached) as caught:
            asyncio.run(meet(replace(machine, port=port), Offer(), timeout_s=0.2))
        assert caught.value.reason == "winrm_unreachable"
    assert refusal(replace(machine, port=port)) == "winrm_unreachable"


def test_a_shell_that_nobody_asks_for_ends_with_what_runs_in_it(
    windows: Windows, machine: meeting.Windows, tmp_path: Path
) -> None:
    """As when a worker is killed: it asks for no output any more."""
    program = start(machine)
    begun = tmp_path / "begun"
    asked = threading.Event()

    def take(data: bytes) -> None:
        asked.wait(60)

    body = f"echo first; sleep 300 & echo $! > {begun}; wait\n"
    thread = threading.Thread(
        target=program.run_windows_task,
        args=(task(body),),
        kwargs={"take": take, "is_unwanted": lambda: False},
    )
    thread.start()
    wait_until(lambda: begun.exists() and begun.read_text(), timeout_s=60)
    pid = int(begun.read_text())
    windows.idle_share = 0.01
    wait_until(lambda: not Path(f"/proc/{pid}").exists(), timeout_s=60)
    assert windows.shells == {}
    asked.set()
    thread.join(60)
    assert not thread.is_alive()


def test_the_program_is_powershell_and_fits_a_command_line() -> None:
    text = base64.b64decode(far_program()).decode("utf-16-le")
    parser = tree_sitter.Parser(tree_sitter.Language(tree_sitter_powershell.language()))
    assert not parser.parse(text.encode()).root_node.has_error
    assert len(far_program()) < 7500  # cmd takes 8,191 characters
    given = json.loads(base64.b64decode(payload_of(task("a\nb\r\n"))))
    assert (given["body"], given["file"]) == ("a\r\nb\r\n", "script.cmd")


def test_what_is_no_certificate_is_said_so() -> None:
    for text in ("", "-----BEGIN CERTIFICATE-----\nAA\n-----END CERTIFICATE-----", "中"):
        with pytest.raises(Invalid):
            read_certificate(text, field="key")
        with pytest.raises(Invalid):
            read_authorities(text, field="host_authority")
    both = AUTHORITY.pem + OTHER_AUTHORITY.pem
    assert read_authorities(f"\n{both}\n", field="host_authority") == both
