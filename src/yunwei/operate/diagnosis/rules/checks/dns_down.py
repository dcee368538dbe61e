"""Names can not be resolved."""

from yunwei.operate.diagnosis.facts.evidence import Evidence
from yunwei.operate.diagnosis.facts.verdicts import Part, Risk, Said
from yunwei.operate.diagnosis.rules.check import Check, Seen, accuse, clear, unmeasured
from yunwei.operate.diagnosis.rules.crowd import (
    alarm_ground,
    failed_with,
    failure_grounds,
    is_contradicted,
)
from yunwei.operate.diagnosis.rules.remedies import instruct, run_script
from yunwei.operate.diagnosis.rules.words import Failed, Topic

ALARM, OWN, OTHERS = 0.5, 0.5, 0.4


def judge(evidence: Evidence) -> Seen:
    if evidence.crowd is None:
        return unmeasured()
    grounds, measured = failure_grounds(evidence, Failed.DNS, own=OWN, others=OTHERS)
    if is_contradicted(evidence, failed_with(Failed.DNS)):
        return clear(measured)
    return accuse([alarm_ground(evidence, Topic.DNS, ALARM), *grounds], measured)


CHECK = Check(
    name="dns_down",
    part=Part.NETWORK,
    title=Said(zh="域名解析失败", en="Names can not be resolved"),
    source=Said(zh="连接记录：失败原因；告警", en="Connections: why they failed; alarms"),
    judge=judge,
    remedies=(
        instruct("检查 DNS 服务与转发器", "Check the DNS servers and their forwarders"),
        run_script("在桌面上验证域名解析", "Try names on the desktop", "linux-name-lookup"),
        run_script(
            "清空桌面的 DNS 缓存",
            "Flush the desktop's DNS cache",
            "windows-dns-flush",
            risk=Risk.LOW,
        ),
    ),
)
