"""The host is down: its desktops fail together."""

from yunwei.operate.diagnosis.facts.evidence import Evidence, is_lost
from yunwei.operate.diagnosis.facts.verdicts import Measurement, Part, Said
from yunwei.operate.diagnosis.rules.check import Check, Seen, accuse, ground, unmeasured
from yunwei.operate.diagnosis.rules.crowd import alarm_ground
from yunwei.operate.diagnosis.rules.remedies import instruct
from yunwei.operate.diagnosis.rules.words import Topic

UNWELL, TOGETHER, ELSEWHERE, ALARM = 0.5, 0.55, 0.3, 0.55
TOGETHER_SHARE, TOGETHER_LEAST = 0.6, 3
ELSEWHERE_SHARE = 0.05


def judge(evidence: Evidence) -> Seen:
    host, mates = evidence.host, evidence.on_host
    names = (host.name, evidence.desktop.host) if host and evidence.desktop else ()
    alarm = alarm_ground(evidence, Topic.HOST_DOWN, ALARM, names)
    if not mates and alarm is None:
        return unmeasured()
    lost = sum(is_lost(each) for each in mates)
    elsewhere = [each for each in evidence.peers if each not in mates] if lost else []
    astray = sum(is_lost(each) for each in elsewhere)
    together = lost >= TOGETHER_LEAST and lost >= TOGETHER_SHARE * len(mates)
    is_well_elsewhere = bool(elsewhere) and astray <= ELSEWHERE_SHARE * len(elsewhere)
    return accuse(
        [
            ground(
                host and host.is_healthy is False,
                UNWELL,
                "云平台称主机不正常",
                "its host is not well",
            ),
            ground(
                together,
                TOGETHER,
                f"同主机 {len(mates)} 台桌面中 {lost} 台同时失联",
                f"{lost} of {len(mates)} desktops of the host are lost together",
            ),
            ground(
                together and is_well_elsewhere,
                ELSEWHERE,
                "其他主机上的桌面正常",
                "desktops of other hosts are well",
            ),
            alarm,
        ],
        Measurement(
            name=Said(zh="同主机失联的桌面", en="Desktops of the host that are lost"),
            value=float(lost),
            kind="count",
            compared=Said(zh=f"共 {len(mates)} 台", en=f"of {len(mates)}"),
        ),
    )


CHECK = Check(
    name="host_down",
    part=Part.HOST,
    title=Said(zh="主机故障", en="The host is down"),
    source=Said(zh="资产：主机与其桌面；告警", en="Inventory: the host and its desktops; alarms"),
    judge=judge,
    remedies=(
        instruct("检查主机电源、BMC 与管理网口", "Check its power, BMC and management port"),
        instruct("把桌面迁移到其他主机", "Move its desktops to other hosts"),
    ),
    explains=("desktop_faulty", "agent_gone", "desktop_off", "storage_full"),
)
