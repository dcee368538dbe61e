"""A fault in the words of Huawei's two northbound trap families and of the standard link traps.

Sources: I2000-V2 MIB (family A, "iMAP"), HW-IMAPV1NORTHBOUND-TRAP-MIB (family B), IF-MIB. Pure.
"""

from enum import StrEnum

from yunwei_sim.snmp.notification import SNMP_TRAPS, Address, Notification, Value
from yunwei_sim.world import calendar
from yunwei_sim.world.faults import Channel, Severity
from yunwei_sim.world.places import Kind, Place, Places
from yunwei_sim.world.troubles import Fault

IMAP = "1.3.6.1.4.1.2011.2.15.2.4.3.3"
HEARTBEAT = "1.3.6.1.4.1.2011.2.15.2.1.2.1.1.1"
NORTHBOUND_V1 = "1.3.6.1.4.1.2011.2.15.1.7.1"
KEEPALIVE_V1 = "1.3.6.1.4.1.2011.2.15.1.7.2"
IF_ENTRY = "1.3.6.1.2.1.2.2.1"
LINK_DOWN, LINK_UP = 3, 4
LEVELS = {Severity.CRITICAL: 1, Severity.MAJOR: 2, Severity.MINOR: 3, Severity.WARNING: 4}
FIRST_CSN = 810_000
PRODUCT_DEVICE = 5
MOST_CHARACTERS = 80  # 250 octets hold 83 Chinese characters in UTF-8


class Family(StrEnum):
    """Which of the two northbound alarm interfaces an agent has."""

    IMAP = "A"
    NORTHBOUND_V1 = "B"


def has_csn(fault: Fault) -> bool:
    """Whether the fault is reported with a network serial number."""
    return fault.kind.channel == Channel.TRAP


def report(
    fault: Fault, places: Places, *, cleared: bool, family: Family, csn: int, note: str = ""
) -> Notification:
    """Return the notification for a fault that began, or ended when `cleared`.

    csn: the network serial number, the same when the alarm is raised, repeated and cleared.
    """
    place = places.get(Kind(fault.kind.target.value), fault.target_id)
    if fault.kind.channel == Channel.LINK_TRAP:
        return _link(fault, place, cleared=cleared)
    if family == Family.IMAP:
        return _imap(fault, place, cleared=cleared, csn=csn, note=note)
    return _northbound_v1(fault, place, cleared=cleared, csn=csn, note=note)


def _local(at_s: int, form: str = "%Y-%m-%d %H:%M:%S") -> str:
    return calendar.local_time(at_s).strftime(form)


def _imap(fault: Fault, place: Place, *, cleared: bool, csn: int, note: str) -> Notification:
    kind = fault.kind
    values: dict[int, Value] = {
        1: str(csn),
        2: "2" if cleared else "1",
        3: _local(fault.since_s),
        4: place.name,
        5: PRODUCT_DEVICE,
        6: place.model,
        7: f"NE={33_554_432 + place.index}",
        8: str(fault.serial),
        9: kind.code,
        10: kind.type_code,
        11: LEVELS[kind.severity],
        12: 1 if cleared else 2,
        13: 2,
        14: "",
        15: _local(fault.until_s or 0) if cleared else "",
        16: "",
        **{17 + number: 0 for number in range(9)},
        26: LEVELS[kind.severity],
        27: f"Site={place.site}, Address={place.ip}, Object={place.name}",
        28: kind.title,
        29: kind.repair[:MOST_CHARACTERS],
        30: kind.cause,
        **{31 + number: "" for number in range(15)},
        31: place.ip,
        35: f"{place.kind}={place.id}",
        36: place.name,
        46: "",
        47: 0,
        48: 1 if cleared else 0,
        49: 1 if cleared else 0,
        50: 1,
        51: note or f"objectId={place.id}",
    }
    return Notification(
        trap_oid=f"{IMAP}.0.1",
        values={f"{IMAP}.{number}.0": values[number] for number in sorted(values)},
        agent=place.ip,
    )


def _northbound_v1(
    fault: Fault, place: Place, *, cleared: bool, csn: int, note: str
) -> Notification:
    kind = fault.kind
    specific = {1: 3, 2: 4, 3: 5, 4: 6}[LEVELS[kind.severity]]
    values: dict[int, Value] = {
        1: place.name,
        2: place.model,
        3: f"{place.kind}={place.id}",
        4: "QualityOfService" if kind.type_code == 9 else "Equipment",
        5: _local((fault.until_s or 0) if cleared else fault.since_s, "%Y/%m/%d %H:%M:%S"),
        6: kind.title,
        7: kind.severity.value.capitalize(),
        8: f"{kind.code}{kind.cause}",
        9: note or f"Address={place.ip}",
        10: "Recovery" if cleared else "Fault",
        11: "Communication" if kind.type_code == 8 else "Run",
        12: Address(place.ip),
        13: csn,
        14: kind.repair[:20],
        15: place.id,
    }
    return Notification(
        trap_oid=f"{NORTHBOUND_V1}.0.{specific}",
        values={f"{NORTHBOUND_V1}.{number}.0": value for number, value in values.items()},
        agent=place.ip,
    )


def _link(fault: Fault, place: Place, *, cleared: bool) -> Notification:
    port = 47 + fault.serial % 2
    status = 1 if cleared else 2
    return Notification(
        trap_oid=f"{SNMP_TRAPS}.{LINK_UP if cleared else LINK_DOWN}",
        values={
            f"{IF_ENTRY}.1.{port}": port,
            f"{IF_ENTRY}.7.{port}": 1,
            f"{IF_ENTRY}.8.{port}": status,
            f"{IF_ENTRY}.2.{port}": f"100GE1/0/{port}",
        },
        agent=place.ip,
    )


def heartbeat(at_s: int, *, period_s: int, family: Family) -> Notification:
    """Return the sign of life that the agent sends every `period_s`; it is not an alarm."""
    if family == Family.NORTHBOUND_V1:
        return Notification(trap_oid=f"{KEEPALIVE_V1}.0.2", values={f"{KEEPALIVE_V1}.1.0": "OK"})
    return Notification(
        trap_oid=f"{HEARTBEAT}.0.5",
        values={
            f"{HEARTBEAT}.1.0": "SNMP Agent",
            f"{HEARTBEAT}.2.0": period_s,
            f"{HEARTBEAT}.3.0": _local(at_s),
        },
    )


def expiry_note(expires_s: int) -> str:
    """Return what the licence warning says about the day it runs out."""
    return f"LicenseExpireDate={_local(expires_s, '%Y-%m-%d')}"
