"""A verdict as a Markdown page for the person who complained and for the customer. Pure."""

from collections.abc import Iterator
from datetime import datetime
from zoneinfo import ZoneInfo

from yunwei.operate.diagnosis.facts.verdicts import (
    Finding,
    Measurement,
    Part,
    Risk,
    Said,
    Standing,
    Verdict,
)
from yunwei.plugins.sdk.texts import one_line, without_markup

PARTS: dict[Part, Said] = {
    Part.USER: Said(zh="用户账号", en="Account"),
    Part.ENDPOINT: Said(zh="终端与用户网络", en="Device and own network"),
    Part.NETWORK: Said(zh="数据中心网络", en="Data centre network"),
    Part.GATEWAY: Said(zh="接入网关", en="Access gateway"),
    Part.BROKER: Said(zh="连接代理", en="Connection broker"),
    Part.DIRECTORY: Said(zh="目录与时钟", en="Directory and clock"),
    Part.LICENCE: Said(zh="许可与配额", en="Licences and quotas"),
    Part.SESSION: Said(zh="会话与配置文件", en="Session and profile"),
    Part.DESKTOP: Said(zh="桌面", en="Desktop"),
    Part.IMAGE: Said(zh="镜像与代理版本", en="Image and agent"),
    Part.POOL: Said(zh="桌面池", en="Pool"),
    Part.HOST: Said(zh="主机", en="Host"),
    Part.STORAGE: Said(zh="存储", en="Storage"),
}
STANDINGS: dict[Standing, Said] = {
    Standing.GUILTY: Said(zh="有责", en="guilty"),
    Standing.SUSPECT: Said(zh="可疑", en="suspect"),
    Standing.CLEARED: Said(zh="排除", en="cleared"),
    Standing.NOT_MEASURED: Said(zh="未测量", en="not measured"),
}
RISKS: dict[Risk, Said] = {
    Risk.NONE: Said(zh="无风险", en="no risk"),
    Risk.LOW: Said(zh="低风险", en="low risk"),
    Risk.DISTURBS: Said(zh="会打扰用户", en="disturbs the user"),
    Risk.LOSES_WORK: Said(zh="会丢失未保存的内容", en="unsaved work is lost"),
}
_TITLE = Said(zh="诊断", en="Diagnosis")
_WINDOW = Said(zh="时段", en="Window")
_SOURCE = Said(zh="数据源", en="Source")
_CAUSES = Said(zh="原因", en="Causes")
_NO_CAUSE = Said(
    zh="在测量到的范围内没有发现原因。", en="Nothing that was measured explains the complaint."
)
_PARTS = Said(zh="各环节", en="The parts of the way")
_REMEDY = Said(zh="处理", en="Remedy")
_SCORE = Said(zh="评分", en="score")
_USUAL = Said(zh="平常", en="usual")
_CHANGES = Said(zh="此前的变化（24 小时）", en="What changed before (24 hours)")
_STALE = Said(
    zh="以下读取已过期，不作判断", en="These reads are out of date; nothing is said of them"
)
_OURS = Said(
    zh="最可能的原因在桌面云一侧。", en="The best founded cause lies within the desktop cloud."
)
_NOT_OURS = Said(
    zh="最可能的原因不在桌面云一侧。", en="The best founded cause lies outside the desktop cloud."
)


def write_markdown(verdict: Verdict, language: str, zone: ZoneInfo) -> str:
    """Return the page in a language (`zh…` or another, which is English)."""
    parts = (
        _head(verdict, language, zone),
        _causes(verdict, language),
        _of_parts(verdict, language),
        _changes(verdict, language, zone) if verdict.changes else (),
    )
    return "\n\n".join(text for part in parts if (text := "\n".join(part))) + "\n"


def _clean(text: str) -> str:
    return without_markup(one_line(text))


def _head(verdict: Verdict, language: str, zone: ZoneInfo) -> Iterator[str]:
    yield f"# {_TITLE.in_language(language)}: {_clean(verdict.subject.in_language(language))}"
    yield ""
    span = f"{write_at(verdict.from_at, zone)} – {write_at(verdict.at, zone)} ({zone.key})"
    yield f"- {_WINDOW.in_language(language)}: {span}"
    yield f"- {_SOURCE.in_language(language)}: {_clean(verdict.source_name)}"
    if verdict.stale:
        yield f"- {_STALE.in_language(language)}: {', '.join(verdict.stale)}"


def _causes(verdict: Verdict, language: str) -> Iterator[str]:
    yield f"## {_CAUSES.in_language(language)}"
    yield ""
    yield say_side(verdict.is_ours).in_language(language)
    yield ""
    for place, cause in enumerate(verdict.accused, start=1):
        score = f"({_SCORE.in_language(language)} {cause.score:g}/100)"
        text = _clean(cause.text.in_language(language))
        yield f"{place}. **{cause.title.in_language(language)}** {score}: {text}"
        for remedy in cause.remedies:
            risk = RISKS[remedy.risk].in_language(language)
            text = remedy.text.in_language(language)
            yield f"   - {_REMEDY.in_language(language)}: {text} ({risk})"


def say_side(is_ours: bool | None) -> Said:
    """Return on whose side the best founded cause lies."""
    if is_ours is None:
        return _NO_CAUSE
    return _OURS if is_ours else _NOT_OURS


def _of_parts(verdict: Verdict, language: str) -> Iterator[str]:
    yield f"## {_PARTS.in_language(language)}"
    yield ""
    for part in verdict.parts:
        standing = STANDINGS[part.standing].in_language(language)
        yield f"- **{PARTS[part.part].in_language(language)}**: {standing}"
        for name in part.checks:
            yield from _of_check(verdict.by_check[name], language)


def _changes(verdict: Verdict, language: str, zone: ZoneInfo) -> Iterator[str]:
    yield f"## {_CHANGES.in_language(language)}"
    yield ""
    for each in verdict.changes:
        moved = _clean(f"{each.what}: {each.before} → {each.after}")
        yield f"- {write_at(each.at, zone)} {moved}"


def _of_check(finding: Finding, language: str) -> Iterator[str]:
    standing = STANDINGS[finding.standing].in_language(language)
    told = "; ".join(say_measured(each, language) for each in finding.measurements)
    end = f" [{told}]" if told else ""
    yield f"  - {finding.title.in_language(language)}: {standing}{end}"


def say_measured(each: Measurement, language: str) -> str:
    """Return a measurement with what is usual."""
    name = each.name.in_language(language)
    usual = ""
    if each.usual is not None:
        usual = f" ({_USUAL.in_language(language)} {write_value(each.usual, each.kind)})"
    return f"{name} {write_value(each.value, each.kind)}{usual}"


def write_value(value: float | None, kind: str) -> str:
    """Return a measured value with its unit; – where it was not measured."""
    if value is None:
        return "–"
    if kind == "ratio":
        return f"{value:.0%}"
    if kind == "seconds":
        return f"{value * 1000:.0f} ms" if value < 1 else f"{value:.1f} s"
    return f"{value:g}"


def write_at(at: datetime, zone: ZoneInfo) -> str:
    """Return a time as it stands on paper."""
    return f"{at.astimezone(zone):%Y-%m-%d %H:%M}"
