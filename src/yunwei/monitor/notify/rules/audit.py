"""How what is overdue is said, in both languages, and why the heartbeat stops. Pure."""

from collections.abc import Mapping, Sequence

from yunwei.base.core.ids import TenantId
from yunwei.base.core.severity import Severity
from yunwei.monitor.notify.facts.audit import Finding, Overdue
from yunwei.monitor.notify.facts.notices import Bilingual, Notice

TEXTS: Mapping[Overdue, Bilingual] = {
    Overdue.ESCALATION: Bilingual(
        zh="升级步骤超时未通知", en="Steps of escalations were not told in time"
    ),
    Overdue.MESSAGE: Bilingual(zh="消息超时未发出", en="Messages wait longer than they may"),
    Overdue.RAISE: Bilingual(zh="有告警未作出决策", en="Nothing was decided about some alarms"),
    Overdue.INTAKE: Bilingual(
        zh="接收的告警未被处理", en="Reports that were accepted are not applied"
    ),
}


def find_changes(
    before: Sequence[Finding], now: Sequence[Finding]
) -> tuple[tuple[Finding, ...], tuple[Overdue, ...]]:
    """Return what is overdue now, and what was at the last round and is no longer."""
    gone = {each.kind for each in before} - {each.kind for each in now}
    return tuple(now), tuple(sorted(gone))


def why_withheld(findings: Sequence[Finding]) -> str:
    """Return why the outside monitor hears nothing this time, "" when it is to hear."""
    return "; ".join(f"{TEXTS[each.kind].en}: {each.count}" for each in findings)


def build_notice(finding: Finding, tenant: TenantId) -> Notice:
    """Return what administrators are told by a way that needs no intake. Once for each outbreak."""
    text = TEXTS[finding.kind]
    since = finding.oldest_at.strftime("%Y-%m-%d %H:%M:%S UTC")
    return Notice(
        tenant=tenant,
        key=f"overdue-{finding.kind.value}-{finding.oldest_at.timestamp():.0f}",
        subject=Bilingual(zh=f"平台自检：{text.zh}", en=f"The platform's own check: {text.en}"),
        body=Bilingual(
            zh=f"数量：{finding.count}。最早：{since}。外部心跳已停止发送，直到恢复。",
            en=f"Count: {finding.count}. Oldest: {since}. The outside monitor hears nothing until"
            " this is over.",
        ),
        roles=("platform_administrator",),
        severity=Severity.CRITICAL,
        link="/self-check",
    )
