"""Tells people about situations as a whole: a storm begins, goes on and is over; alike alarms; a
fault that takes far more along than was told. Whom a route would lead its worst alarms to."""

from collections.abc import Iterator, Sequence
from datetime import datetime

from yunwei.base.core.own_texts import read_in
from yunwei.base.infra.postgres import Connection
from yunwei.monitor.alarms import queries as alarm_queries
from yunwei.monitor.governance.facts.decisions import Case, Occasion
from yunwei.monitor.governance.facts.rows import build_row
from yunwei.monitor.governance.facts.situations import News, Phase, SituationKind
from yunwei.monitor.notify.actions import outbox
from yunwei.monitor.notify.facts.notices import Bilingual, Notice
from yunwei.monitor.notify.facts.routes import Target
from yunwei.monitor.notify.queries.abouts import find_abouts
from yunwei.monitor.notify.rules.routing import Router

type Texts = tuple[str, str]
"""(Chinese, English)"""

_SUBJECTS: dict[tuple[SituationKind, Phase], Texts] = {
    (SituationKind.STORM, Phase.BEGAN): ("【风暴开始】{title}", "[Storm begins] {title}"),
    (SituationKind.STORM, Phase.GREW): (
        "【风暴摘要】{title}：已 {count} 条",
        "[Storm goes on] {title}: {count} alarms",
    ),
    (SituationKind.STORM, Phase.OVER): (
        "【风暴结束】{title}：共 {count} 条，{open} 条未恢复",
        "[Storm is over] {title}: {count} alarms, {open} still open",
    ),
    (SituationKind.GROUP, Phase.BEGAN): ("【同类告警】{title}", "[Alike alarms] {title}"),
    (SituationKind.GROUP, Phase.GREW): (
        "【同类告警增加】{title}：已 {count} 条",
        "[More alike alarms] {title}: {count} alarms",
    ),
    (SituationKind.GROUP, Phase.OVER): (
        "【同类告警不再增加】{title}：共 {count} 条，{open} 条未恢复",
        "[No more alike alarms] {title}: {count} alarms, {open} still open",
    ),
    (SituationKind.TOPOLOGY, Phase.GREW): (
        "【影响扩大】{title}：已归入 {count} 条告警",
        "[It grew] {title}: {count} alarms attached",
    ),
}
_BODIES: dict[Phase, Texts] = {
    Phase.BEGAN: (
        "告警过多或相同，此后归入一个态势，定期汇总通知；所有告警都会保留。风暴中首条某类紧急告警仍单独通知。",
        "There are too many alarms, or many alike. From now on they are gathered in one situation "
        "and told in digests; all are kept. In a storm a critical alarm that is the first of its "
        "type is still told by itself.",
    ),
    Phase.GREW: ("", ""),
    Phase.OVER: (
        "此后的告警重新逐条通知。",
        "What comes from now on is told one by one again.",
    ),
}
_LINES: Texts = (
    "共 {count} 条告警，{open} 条未恢复。",
    "{count} alarms, of which {open} are still open.",
)


def tell_news(
    conn: Connection, news: Sequence[News], router: Router, now: datetime
) -> tuple[Notice, ...]:
    """Write what people are to hear into the outbox; returns what reaches nobody."""
    if not news:
        return ()
    rows = alarm_queries.system_alarms(conn, {id for each in news for id in each.examples})
    notices: list[Notice] = []
    for each in news:
        cases = [
            Case(
                alarm=rows[id].alarm,
                occasion=Occasion.RAISED,
                source_name=rows[id].source_name,
                now=now,
            )
            for id in each.examples
            if id in rows
        ]
        targets = tuple(_find_targets(conn, cases, router, now))
        notices.append(build_notice(each, targets))
    return outbox.plan_notices(conn, notices, router.snapshot, now)


def _find_targets(
    conn: Connection, cases: Sequence[Case], router: Router, now: datetime
) -> Iterator[Target]:
    abouts = find_abouts(conn, [case.alarm for case in cases], router, now=now)
    for case in cases:
        about = abouts[case.alarm.occurrence]
        yield from router.with_first_steps(router(about, build_row(case)), about).targets


def build_notice(news: News, targets: tuple[Target, ...]) -> Notice:
    """Return the notice in both languages; the same news has the same key."""
    said = {"title": news.title, "count": news.members, "open": news.open_members}
    zh, en = (_in_words(news, language, said) for language in (0, 1))
    return Notice(
        tenant=news.tenant,
        key=f"situation-{news.situation}-{news.phase.value}-{news.members}",
        subject=Bilingual(zh=zh[0], en=en[0]),
        body=Bilingual(zh=zh[1], en=en[1]),
        targets=targets,
        link=f"/situations/{news.situation}",
        severity=news.severity,
    )


def _in_words(news: News, language: int, said: dict[str, object]) -> tuple[str, str]:
    said = said | {"title": read_in(news.title, news.title_type, ("zh", "en")[language])}
    subject = _SUBJECTS[news.kind, news.phase][language].format(**said)
    types = [f"  {name} × {count}" for name, count in news.types]
    parts = [_BODIES[news.phase][language], _LINES[language].format(**said), *types]
    return subject, "\n".join(filter(None, parts))
