"""Traps, judged by net-snmp's snmptrapd; their encoding, judged by pyasn1."""

import re
import shutil
import socket
import subprocess
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from pyasn1.codec.ber import decoder, encoder
from pyasn1.type import univ

from tests.sim.support import MONDAY_AT, Control
from yunwei_sim.serve import Options, start_in_thread
from yunwei_sim.snmp import ber
from yunwei_sim.snmp.notification import Dialect, Version
from yunwei_sim.snmp.reports import HEARTBEAT, IMAP, NORTHBOUND_V1, Family
from yunwei_sim.snmp.sender import TrapSettings

SNMPTRAPD = shutil.which("snmptrapd") or "/usr/sbin/snmptrapd"
TRAP_OID = "1.3.6.1.6.3.1.1.4.1.0"


@given(st.integers(-(1 << 62), 1 << 62))
@example(-128)
@example(-(1 << 15))
@example(-129)
def test_integers_are_those_of_pyasn1(value: int) -> None:
    made = ber.integer(value)
    theirs = encoder.encode(univ.Integer(value))
    assert decoder.decode(made)[0] == value
    # of -128, -32768, … pyasn1 writes a byte more than is needed, which X.690 (8.3.2) forbids
    is_lowest = value < 0 and value == -(1 << ((-value).bit_length() - 1))
    is_wasteful = is_lowest and (-value).bit_length() % 8 == 0
    assert len(theirs) - len(made) == int(is_wasteful)
    assert is_wasteful or made == theirs


@given(st.binary(max_size=400))
def test_octets_are_those_of_pyasn1(value: bytes) -> None:
    assert ber.octets(value) == encoder.encode(univ.OctetString(value))


@given(st.tuples(st.integers(0, 2), st.integers(0, 39)), st.lists(st.integers(0, 1 << 31)))
def test_oids_are_those_of_pyasn1(head: tuple[int, int], rest: list[int]) -> None:
    dotted = ".".join(str(number) for number in (*head, *rest))
    assert ber.oid(dotted) == encoder.encode(univ.ObjectIdentifier(dotted))


class Trapd:
    """A running snmptrapd and the traps it has printed, as mappings from OID to text.

    Without MIBs it prints octets that are not ASCII as hexadecimal pairs; `charset` reads those.
    """

    def __init__(self, folder: Path, *, community: str = "public", charset: str = "utf-8") -> None:
        self.charset = charset
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        config = folder / "snmptrapd.conf"
        config.write_text(f"authCommunity log {community}\n")
        arguments = [
            "-f",
            "-Lo",
            "-OQnt",
            "-n",
            "-C",
            "-c",
            str(config),
            "-F",
            "TRAP|%w|%q|%N|%v\nEND\n",
        ]
        self._process = subprocess.Popen(
            [SNMPTRAPD, *arguments, f"udp:127.0.0.1:{self.port}"],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            env={"MIBS": "", "SNMP_PERSISTENT_DIR": str(folder), "LANG": "C.UTF-8"},
        )
        self._lines: list[str] = []
        threading.Thread(target=self._read, daemon=True).start()
        wait_until(lambda: any("NET-SNMP version" in line for line in self._lines))

    def _read(self) -> None:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            self._lines.append(line.decode("utf-8", "backslashreplace").rstrip("\n"))

    def traps(self) -> list[tuple[str, dict[str, str]]]:
        """Return what has come: the head line, and the values by numeric OID."""
        text = "\n".join(self._lines)
        found = []
        # Only what has been read to its end: a long value is printed over many lines.
        for part in re.findall(r"^TRAP\|(.*?)^END$", text, re.DOTALL | re.MULTILINE):
            head, _, values = part.rpartition("|")
            pairs = re.findall(r"\.([0-9.]+) = (.*?)(?=\t\.1\.|\Z)", values, re.DOTALL)
            found.append((head, {oid: self._decode(value) for oid, value in pairs}))
        return found

    def _decode(self, printed: str) -> str:
        text = printed.strip().strip('"')
        if re.fullmatch(r"([0-9A-F]{2}\s+)+", text):
            return bytes.fromhex(text).decode(self.charset)
        return text

    def wait_for(self, count: int) -> list[tuple[str, dict[str, str]]]:
        """Return the first `count` traps when they have come."""
        wait_until(lambda: len(self.traps()) >= count)
        return self.traps()

    def stop(self) -> None:
        """End the process."""
        self._process.terminate()
        self._process.wait(timeout=10)
        assert self._process.stdout is not None
        self._process.stdout.close()


def wait_until(condition) -> None:
    deadline = time.monotonic() + 10
    while not condition():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.02)


@pytest.fixture
def trapd(tmp_path: Path) -> Iterator[Trapd]:
    judge = Trapd(tmp_path)
    yield judge
    judge.stop()


def serve(port: int, *, family: Family = Family.IMAP, **dialect: object) -> Options:
    traps = TrapSettings(
        targets=(("127.0.0.1", port),), dialect=Dialect(**dialect), family=family, heartbeat_s=3600
    )
    return Options(desktops=120, days=1, start_at=MONDAY_AT, speed=0, traps=traps)


def alarms(trapd: Trapd, count: int) -> list[dict[str, str]]:
    """Return the values of the first traps after the heartbeat with which every agent begins."""
    heartbeat, *rest = trapd.wait_for(count + 1)
    assert heartbeat[1][TRAP_OID] == f".{HEARTBEAT}.0.5"
    return [values for _, values in rest]


def test_a_fault_is_raised_and_cleared_with_one_serial_number(trapd: Trapd) -> None:
    with start_in_thread(serve(trapd.port)) as running:
        control = Control(running.control_url)
        fault = control.post("faults", name="host_down", target="CNA-02", seconds=300)
        control.post("clock", step_s=600)
        raised, cleared = alarms(trapd, 2)
    for values in (raised, cleared):
        assert values[TRAP_OID] == f".{IMAP}.0.1"
        assert values[f"{IMAP}.4.0"] == "CNA-02"
        assert values[f"{IMAP}.9.0"] == "151001"
        assert values[f"{IMAP}.11.0"] == "1"
        assert values[f"{IMAP}.28.0"] == "主机故障"
        assert values[f"{IMAP}.3.0"] == "2026-11-23 10:30:00"
        assert values[f"{IMAP}.35.0"] == f"host={fault['target']['id']}"
        assert len([oid for oid in values if oid.startswith(IMAP)]) == 51
    assert raised[f"{IMAP}.1.0"] == cleared[f"{IMAP}.1.0"]
    assert (raised[f"{IMAP}.2.0"], cleared[f"{IMAP}.2.0"]) == ("1", "2")
    assert (raised[f"{IMAP}.12.0"], cleared[f"{IMAP}.12.0"]) == ("2", "1")
    assert (raised[f"{IMAP}.15.0"], cleared[f"{IMAP}.15.0"]) == ("", "2026-11-23 10:35:00")


@pytest.mark.parametrize("name", ["storage_slow", "gateway_loss", "broker_down", "login_storm",
                                  "licence_exhausted", "profile_slow"])  # fmt: skip
def test_every_infrastructure_fault_has_its_own_number(trapd: Trapd, name: str) -> None:
    with start_in_thread(serve(trapd.port)) as running:
        fault = Control(running.control_url).post("faults", name=name)
        (values,) = alarms(trapd, 1)
    assert values[f"{IMAP}.4.0"] == fault["target"]["name"]
    assert values[f"{IMAP}.28.0"] == fault["title"]
    level = {"critical": "1", "major": "2", "minor": "3", "warning": "4"}[fault["severity"]]
    assert values[f"{IMAP}.11.0"] == level
    assert all(len(value.encode()) <= 250 for value in values.values())


def test_desktop_faults_send_no_trap(trapd: Trapd) -> None:
    with start_in_thread(serve(trapd.port)) as running:
        control = Control(running.control_url)
        control.post("faults", name="agent_gone", seconds=60)
        control.post("faults", name="quota_exhausted", seconds=60)
        control.post("clock", step_s=120)
        control.post("faults", name="broker_down")
        (values,) = alarms(trapd, 1)
        assert control.get("state")["traps"]["sent"] == 2
    assert values[f"{IMAP}.28.0"] == "HDC服务异常"


def test_a_switch_sends_the_standard_link_traps(trapd: Trapd) -> None:
    with start_in_thread(serve(trapd.port)) as running:
        control = Control(running.control_url)
        control.post("faults", name="link_down", seconds=60)
        control.post("clock", step_s=60)
        down, up = alarms(trapd, 2)
    assert down[TRAP_OID] == ".1.3.6.1.6.3.1.1.5.3"
    assert up[TRAP_OID] == ".1.3.6.1.6.3.1.1.5.4"
    status = [(oid, value) for oid, value in down.items() if oid.startswith("1.3.6.1.2.1.2.2.1.8.")]
    assert [value for _, value in status] == ["2"]
    assert up[status[0][0]] == "1"


def test_the_other_family_speaks_in_words(trapd: Trapd) -> None:
    with start_in_thread(serve(trapd.port, family=Family.NORTHBOUND_V1)) as running:
        control = Control(running.control_url)
        control.post("faults", name="gateway_loss", seconds=60)
        control.post("clock", step_s=60)
        _, (_, raised), (_, cleared) = trapd.wait_for(3)
    assert raised[TRAP_OID] == f".{NORTHBOUND_V1}.0.4"
    assert (raised[f"{NORTHBOUND_V1}.10.0"], cleared[f"{NORTHBOUND_V1}.10.0"]) == (
        "Fault", "Recovery",
    )  # fmt: skip
    assert raised[f"{NORTHBOUND_V1}.7.0"] == "Major"
    assert raised[f"{NORTHBOUND_V1}.13.0"] == cleared[f"{NORTHBOUND_V1}.13.0"]
    assert raised[f"{NORTHBOUND_V1}.12.0"].startswith("10.")


def test_version_1_names_the_enterprise(trapd: Trapd) -> None:
    with start_in_thread(serve(trapd.port, version=Version.V1)) as running:
        control = Control(running.control_url)
        control.post("faults", name="broker_down")
        control.post("faults", name="link_down")
        _, (alarm, values), (link, _) = trapd.wait_for(3)
    assert alarm.split("|")[:3] == ["6", ".1", f".{IMAP}"]
    assert values[f"{IMAP}.28.0"] == "HDC服务异常"
    assert link.split("|")[0] == "2"


def test_texts_can_be_gbk(trapd: Trapd) -> None:
    trapd.charset = "gbk"
    with start_in_thread(serve(trapd.port, charset="gbk")) as running:
        Control(running.control_url).post("faults", name="host_down")
        (values,) = alarms(trapd, 1)
    assert values[f"{IMAP}.28.0"] == "主机故障"


def test_a_foreign_community_is_not_heard(tmp_path: Path) -> None:
    judge = Trapd(tmp_path, community="secret")
    try:
        with start_in_thread(serve(judge.port, community="secret")) as running:
            Control(running.control_url).post("faults", name="host_down")
            assert len(judge.wait_for(2)) == 2
        with start_in_thread(serve(judge.port)) as running:
            running.call(lambda simulation: simulation.traps.repeat_active())
        assert len(judge.traps()) == 2
    finally:
        judge.stop()


def test_active_alarms_can_be_repeated_with_the_same_serial_number(trapd: Trapd) -> None:
    with start_in_thread(serve(trapd.port)) as running:
        control = Control(running.control_url)
        control.post("faults", name="host_down")
        assert control.post("traps/repeat") == {"sent": 1}
        first, again = alarms(trapd, 2)
    assert first[f"{IMAP}.1.0"] == again[f"{IMAP}.1.0"]
    assert again[f"{IMAP}.2.0"] == "1"


def test_serial_numbers_follow_each_other_but_for_traps_that_were_lost(trapd: Trapd) -> None:
    with start_in_thread(serve(trapd.port)) as running:
        control = Control(running.control_url)
        control.post("faults", name="host_down")
        control.post("faults", name="disk_full")  # told over REST only
        control.post("faults", name="storage_slow")
        control.post("traps/lose", count=1)
        control.post("faults", name="broker_down")
        control.post("faults", name="gateway_loss")
        sent = [int(each[f"{IMAP}.1.0"]) for each in alarms(trapd, 3)]
    assert [number - sent[0] for number in sent] == [0, 1, 3]


def test_the_heartbeat_beats(trapd: Trapd) -> None:
    traps = TrapSettings(targets=(("127.0.0.1", trapd.port),), heartbeat_s=1)
    options = Options(desktops=60, days=1, start_at=MONDAY_AT, speed=0, traps=traps)
    with start_in_thread(options):
        beats = trapd.wait_for(2)
    assert {values[TRAP_OID] for _, values in beats} == {f".{HEARTBEAT}.0.5"}
    assert beats[0][1][f"{HEARTBEAT}.2.0"] == "1"


def test_nobody_listening_is_no_trouble() -> None:
    with start_in_thread(serve(9)) as running:
        control = Control(running.control_url)
        control.post("faults", name="host_down")
        assert control.get("state")["counts"]["desktops"] == 120


def test_an_expiring_licence_says_when(trapd: Trapd) -> None:
    with start_in_thread(serve(trapd.port)) as running:
        Control(running.control_url).post("faults", name="licence_expiring")
        (values,) = alarms(trapd, 1)
    assert values[f"{IMAP}.51.0"] == "LicenseExpireDate=2026-12-12"
    assert values[f"{IMAP}.11.0"] == "4"
