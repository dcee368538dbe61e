"""MIB files become definitions by which traps are told; what is wrong in a file is said."""

from datetime import UTC, datetime

import pytest

from tests.support.mibs import HOW_BAD, MIB, NORTHBOUND, VOLUME, VOLUME_FULL, debian_mibs
from yunwei.base.core.alarm import AlarmAct, RawAlarm
from yunwei.base.core.errors import Invalid
from yunwei.base.core.severity import Severity
from yunwei.plugins.connectors.snmp_trap import Connector
from yunwei.plugins.connectors.snmp_trap.mib import read_mibs
from yunwei.plugins.sdk.contract import Trap, VarBind
from yunwei.plugins.sdk.testkit import StillClock, make_context
from yunwei.plugins.sdk.traps import FamilyFile, family_to_json

NOW = datetime(2026, 11, 27, 6, 0, tzinfo=UTC)


def import_one(text: str) -> FamilyFile:
    (family,) = Connector.read_mibs({"a.mib": text.encode()}, ()).families
    return family


def hear(family: FamilyFile, oid: str, *varbinds: tuple[str, str]) -> RawAlarm:
    """Return what a source that has the family makes of a trap."""
    context = make_context({}, StillClock(NOW), trap_families=(family_to_json(family),))
    trap = Trap(
        version="v2c",
        community="",
        oid=oid,
        address="192.0.2.9",
        uptime_ticks=None,
        varbinds=tuple(VarBind(oid=f"{o}.0", kind="octets", value=v) for o, v in varbinds),
    )
    (alarm,) = Connector(context).parse_trap(trap, native_id="1", received_at=NOW)
    return alarm


def test_a_vendor_s_trap_comes_under_its_name_with_its_severity() -> None:
    alarm = hear(import_one(MIB), VOLUME_FULL, (VOLUME, "vol1"), (HOW_BAD, "1"))
    assert (alarm.act, alarm.severity) == (AlarmAct.RAISE, Severity.CRITICAL)
    assert alarm.alarm_type == "ACME-STORAGE-MIB.acmeVolumeFull"
    assert "acmeVolume=vol1" in alarm.text


def test_a_trap_that_ends_another_clears_it() -> None:
    family = import_one(MIB)
    full = hear(family, VOLUME_FULL, (VOLUME, "vol1"))
    room = hear(family, f"{VOLUME_FULL[:-1]}2", (VOLUME, "vol1"))
    assert room.act is AlarmAct.CLEAR
    assert (room.alarm_type, room.managed_object) == (full.alarm_type, full.managed_object)


def test_a_v1_file_is_read_and_its_traps_get_v2_identifiers() -> None:
    (module,) = read_mibs({"hw.mib": NORTHBOUND.encode()}).modules
    (trap,) = module.traps
    assert trap.oid == "1.3.6.1.4.1.2011.2.15.1.7.1.0.3"
    assert module.variables["hwNmNorthboundFaultFlag"] == "1.3.6.1.4.1.2011.2.15.1.7.1.10"


def test_debian_s_files_are_read_together() -> None:
    report = Connector.read_mibs(debian_mibs(), ())
    assert {family.summary.en for family in report.families} >= {
        "NET-SNMP-AGENT-MIB",
        "NET-SNMP-EXAMPLES-MIB",
    }
    assert report.faults == ()


def test_a_file_whose_parent_is_missing_says_which_to_add() -> None:
    alone = {"a.txt": debian_mibs()["NET-SNMP-AGENT-MIB.txt"]}
    report = Connector.read_mibs(alone, ())
    assert report.families == ()
    ((module, why),) = report.faults
    assert module == "NET-SNMP-AGENT-MIB"
    assert "add the file of NET-SNMP-MIB" in why


@pytest.mark.parametrize("text", ["", "no mib", "A DEFINITIONS ::= BEGIN", MIB[: len(MIB) // 2]])
def test_what_is_no_mib_is_a_fault_of_its_file_and_stops_no_other(text: str) -> None:
    report = Connector.read_mibs({"bad.mib": text.encode(), "good.mib": MIB.encode()}, ())
    assert [place for place, _why in report.faults] == ["bad.mib"]
    assert len(report.families) == 1


def test_a_circle_in_the_tree_ends() -> None:
    text = """X DEFINITIONS ::= BEGIN
    a OBJECT IDENTIFIER ::= { b 1 }
    b OBJECT IDENTIFIER ::= { a 1 }
    t NOTIFICATION-TYPE STATUS current DESCRIPTION "t" ::= { a 2 }
    END"""
    report = Connector.read_mibs({"x": text.encode()}, ())
    assert report.families == ()
    assert report.faults == (("X", "the place of t in the tree is not known"),)


def test_a_variable_keeps_the_name_that_it_has() -> None:
    text = MIB.replace("acmeVolume OBJECT-TYPE", "ifIndex OBJECT-TYPE").replace(
        "{ acmeVolume", "{ ifIndex"
    )
    family = import_one(text)
    # that name is another variable's of the standard traps
    assert "ifIndex" not in family.variables
    assert family.variables["ifIndex_ACME_STORAGE_MIB"] == VOLUME


def test_a_family_with_a_mistake_is_refused_with_its_place() -> None:
    text = family_to_json(import_one(MIB)).replace("{acmeVolume}", "{noSuchVariable}")
    with pytest.raises(Invalid, match="there is no variable 'noSuchVariable'"):
        Connector.parse_family(text)


def test_a_broken_family_leaves_its_traps_visible() -> None:
    context = make_context({}, StillClock(NOW), trap_families=("{}",))
    trap = Trap(
        version="v2c",
        community="",
        oid=VOLUME_FULL,
        address="192.0.2.9",
        uptime_ticks=None,
        varbinds=(),
    )
    (alarm,) = Connector(context).parse_trap(trap, native_id="1", received_at=NOW)
    assert alarm.alarm_type == f"unmapped.{VOLUME_FULL}"


def test_the_preview_shows_what_received_traps_would_be() -> None:
    context = make_context({}, StillClock(NOW))
    trap = Trap(
        version="v2c",
        community="",
        oid=VOLUME_FULL,
        address="192.0.2.9",
        uptime_ticks=None,
        varbinds=(VarBind(oid=f"{VOLUME}.0", kind="octets", value="vol1"),),
    )
    (unmapped,) = Connector(context).parse_trap(trap, native_id="1", received_at=NOW)
    (alarm,) = Connector.preview(import_one(MIB), [unmapped.raw], now=NOW)
    assert "acmeVolume=vol1" in alarm.text
    # once mapped, its alarm keeps names instead of identifiers
    (again,) = Connector.preview(import_one(MIB), [alarm.raw], now=NOW)
    assert again == alarm
