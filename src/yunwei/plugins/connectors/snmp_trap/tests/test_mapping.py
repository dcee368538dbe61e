"""What no recorded trap shows: odd variables, odd names, secrets, and that nothing is lost."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from yunwei.base.core.alarm import AlarmAct, RawAlarm
from yunwei.base.core.ids import SourceId, TenantId
from yunwei.plugins.connectors.snmp_trap.definitions import shipped_definitions
from yunwei.plugins.connectors.snmp_trap.mapping import Reading, map_trap
from yunwei.plugins.sdk.contract import Trap, VarBind

NOW = datetime(2026, 11, 23, 6, 30, tzinfo=UTC)
IMAP = "1.3.6.1.4.1.2011.2.15.2.4.3.3"
COMPLETE = {1: "77", 2: "1", 3: "2026-11-23 14:29:00", 4: "CNA-03", 9: "15", 11: "2", 12: "2"}


def read(trap: Trap, *, language: str = "zh", zone: str = "Asia/Shanghai") -> tuple[RawAlarm, ...]:
    reading = Reading(
        tenant=TenantId(1),
        source=SourceId(2),
        language="en" if language == "en" else "zh",
        zone=ZoneInfo(zone),
        definitions=shipped_definitions(),
    )
    return map_trap(trap, reading, native_id="b:0", received_at=NOW)


def trap(oid: str, *varbinds: tuple[str, str], address: str = "192.0.2.1") -> Trap:
    return Trap(
        version="2c",
        community="its-secret",
        oid=oid,
        address=address,
        uptime_ticks=1,
        varbinds=tuple(
            VarBind(oid=name, kind="octets", value=value, octets=value.encode())
            for name, value in varbinds
        ),
    )


def imap(**changes: str) -> Trap:
    values = COMPLETE | {int(name[1:]): value for name, value in changes.items()}
    return trap(f"{IMAP}.0.1", *((f"{IMAP}.{item}.0", value) for item, value in values.items()))


def test_names_with_slashes_and_line_ends_stay_one_step_of_the_path() -> None:
    (alarm,) = read(imap(v4="rack/3\r\n slot%1"))

    assert alarm.managed_object == "/device/rack%2F3 slot%251"


def test_the_next_best_name_is_taken_when_one_is_missing() -> None:
    (alarm,) = read(imap(v4="", v7="NE=1"))

    assert alarm.managed_object == "/device/NE=1"


def test_level_alone_never_clears() -> None:
    (alarm,) = read(imap(v11="6"))

    assert alarm.act is AlarmAct.RAISE


def test_without_category_and_restore_it_is_a_raise() -> None:
    (alarm,) = read(imap(v2="", v12=""))

    assert alarm.act is AlarmAct.RAISE


def test_times_without_a_zone_are_of_the_sources_zone() -> None:
    (here,) = read(imap())
    (there,) = read(imap(v3="2026-11-23 01:29:00"), zone="America/New_York")

    assert here.event_at == there.event_at == NOW - timedelta(minutes=1)


def test_a_clear_is_not_before_its_raise_when_the_device_is_ahead() -> None:
    (raised,) = read(imap(v3="2026-11-23 14:35:00"))
    (cleared,) = read(imap(v2="2", v3="2026-11-23 14:35:00"))

    assert raised.event_at == NOW + timedelta(minutes=5)
    assert cleared.event_at == raised.event_at


def test_no_community_is_kept() -> None:
    community = ("1.3.6.1.6.3.18.1.4.0", "its-secret")

    for each in (trap("1.3.6.1.4.1.9.0.1", community), trap("1.3.6.1.6.3.1.1.5.1", community)):
        assert "its-secret" not in repr(read(each))


def test_every_variable_is_kept_even_when_one_comes_twice() -> None:
    index = "1.3.6.1.2.1.2.2.1.1"
    (alarm,) = read(
        trap("1.3.6.1.6.3.1.1.5.3", (f"{index}.4", "4"), (f"{index}.4", "4"), (f"{index}.5", "5"))
    )

    assert alarm.managed_object == "/device/192.0.2.1/interface/4"
    assert alarm.raw.items() >= {"ifIndex.4": "4", "ifIndex.4 (1)": "4", "ifIndex.5": "5"}.items()


def test_texts_of_ours_are_in_the_sources_language() -> None:
    oid = "1.3.6.1.4.1.9.0.1"

    assert read(trap(oid))[0].text == f"未映射的 Trap {oid}"
    assert read(trap(oid), language="en")[0].text == f"Unmapped trap {oid}"
    assert read(trap("1.3.6.1.6.3.1.1.5.1"), language="en")[0].text == "Device started (cold start)"


def test_an_endless_text_is_cut() -> None:
    (alarm,) = read(imap(v28="x" * 5000))

    assert len(alarm.text) == 1000
    assert alarm.raw["Probablecause"] == "x" * 5000


def test_endless_names_are_cut() -> None:
    (alarm,) = read(imap(v1="7" * 3000, v4="名/" * 1500, v9="x" * 3000))

    assert len(alarm.qualifier) == 200
    assert alarm.managed_object.endswith("名…")
    assert len(alarm.alarm_type) == len("imap.") + 200


known_oids = st.sampled_from(sorted(shipped_definitions().traps))
known_names = st.sampled_from(sorted(shipped_definitions().variables)).map("{}.0".format)
varbinds = st.lists(
    st.tuples(known_names | st.just("1.3.6.1.4.1.9.1"), st.text(max_size=40)), max_size=12
)


@given(oid=known_oids | st.just("0.0"), pairs=varbinds, address=st.text(max_size=15))
def test_any_trap_is_an_alarm_or_one_that_is_meant_to_be_none(
    oid: str, pairs: list[tuple[str, str]], address: str
) -> None:
    alarms = read(trap(oid, *pairs, address=address))

    definition = shipped_definitions().traps.get(oid)
    may_be_none = definition is not None and any(rule.do == "ignore" for rule in definition.acts)
    assert len(alarms) == 1 or may_be_none
    for alarm in alarms:
        assert alarm.alarm_type
        assert "//" not in alarm.managed_object
