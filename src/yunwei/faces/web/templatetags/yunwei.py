"""Tags of the pages: icons, words, times, numbers, bars, figures, navigation."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django import template
from django.http import HttpRequest
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import get_language

from yunwei.base.core.calendar_times import CalendarTimes
from yunwei.base.core.condition import Condition
from yunwei.base.people.facts import Permission, Viewer
from yunwei.base.people.rules import may
from yunwei.base.saved_views.facts import SavedView
from yunwei.faces.web.shared import figures
from yunwei.faces.web.shared.alarm_texts import say_alarm, say_title
from yunwei.faces.web.shared.cells import render_icon, render_word
from yunwei.faces.web.shared.change_words import say_field
from yunwei.faces.web.shared.conditions import say_condition
from yunwei.faces.web.shared.error_texts import say_error
from yunwei.faces.web.shared.letter_reasons import say_reason
from yunwei.faces.web.shared.mask_words import say_rule, say_when
from yunwei.faces.web.shared.navigation import build_navigation
from yunwei.faces.web.shared.saved_views import view_url
from yunwei.faces.web.shared.say import NOTHING, WRITERS, mark_time, say_time
from yunwei.faces.web.shared.words import WORDS, say_label, word
from yunwei.monitor.governance.facts.decisions import Decision
from yunwei.monitor.governance.facts.masks import MaskRule
from yunwei.monitor.governance.rules.reasons import explain_reason
from yunwei.monitor.inventory.facts import DesktopRow
from yunwei.operate.reports.charts import ChartSpec
from yunwei.operate.reports.licence_words import say_licence

register = template.Library()


@register.simple_tag
def icon(name: str) -> SafeString:
    return render_icon(name)


@register.simple_tag
def saved_view_url(view: SavedView) -> str:
    return view_url(view)


@register.simple_tag
def badge(words: str, value: object) -> SafeString:
    """A value of a closed set with its icon, on its colour."""
    return render_word(words, value, is_badge=True)


@register.simple_tag
def state(words: str, value: object) -> SafeString:
    """A value of a closed set with a dot."""
    return render_word(words, value)


@register.simple_tag
def label(words: str, value: object) -> str:
    return str(word(words, value).label)


@register.simple_tag
def tone(words: str, value: object) -> str:
    return word(words, value).tone


@register.simple_tag
def when(value: datetime | None) -> SafeString:
    """How long ago, with the full time on the pointer."""
    return mark_time(value)


@register.simple_tag
def at(value: datetime | None) -> SafeString:
    """The wall clock in the viewer's zone."""
    return mark_time(value, is_relative=False)


@register.filter
def clock(value: datetime) -> str:
    return say_time(value)[-5:]


@register.filter
def day(value: datetime) -> str:
    return say_time(value)[:10]


@register.filter
def written(value: float | None, kind: str = "number") -> str:
    """A number as its kind is written: number, ratio, duration, bytes."""
    return NOTHING if value is None else WRITERS[kind](value)


register.filter("say_licence", say_licence)
register.filter("alarm_text", say_alarm)
register.filter("situation_title", say_title)


@register.filter
def said(error: str) -> str:
    """One of our error texts in the viewer's language."""
    return say_error(error)


@register.filter
def reason_said(text: str) -> str:
    """Why something could not be understood, in the viewer's language."""
    return say_reason(text)


@register.filter
def or_nothing(value: object) -> object:
    if value is None or value in ("", (), []):
        return format_html('<span class="yw-nothing">{}</span>', NOTHING)
    return value


@register.filter
def localized(value: Any) -> str:
    """A manifest's text in the viewer's language."""
    return "" if value is None else say_label(value)


@register.simple_tag
def allowed(viewer: Viewer | None, permission: str) -> bool:
    """Whether the viewer may; `{% allowed request.viewer "operate_alarms" as can %}`."""
    return viewer is not None and may(viewer, Permission(permission))


@register.simple_tag(takes_context=True)
def navigation(context: template.Context) -> list[Any]:
    request: HttpRequest = context["request"]
    viewer: Viewer | None = getattr(request, "viewer", None)
    return build_navigation(request, viewer) if viewer else []


@register.simple_tag
def bar(*parts: object) -> SafeString:
    """A stacked bar of `share tone share tone …`, shares of 1. Widths are SVG attributes: a style
    attribute would break the content security policy."""
    pairs = list(zip(parts[::2], parts[1::2], strict=True))
    rects: list[tuple[str, str, str]] = []
    start = 0.0
    for share, name in pairs:
        width = min(max(float(str(share or 0)), 0.0), 1.0 - start) * 100
        rects.append((f"{start * 100:.2f}", f"{width:.2f}", str(name)))
        start += width / 100
    drawn = format_html_join("", '<rect x="{}" width="{}" height="6" data-tone="{}"></rect>', rects)
    return format_html(
        '<svg class="yw-bar" viewBox="0 0 100 6" preserveAspectRatio="none" aria-hidden="true">'
        "{}</svg>",
        drawn,
    )


@register.simple_tag
def share(part: float | None, whole: float | None) -> float:
    return float(part or 0) / float(whole) if whole else 0.0


@register.inclusion_tag("shared/components/figure.html")
def chart(spec: ChartSpec, size: str = "", look: str = "", export_url: str = "") -> dict[str, Any]:
    """A figure: canvas hook, its data as JSON, and the same as a table.

    look: `untitled` where the card's heading says the title already. export_url: where its table
    is a file; `csv` or `xlsx` is put behind it.
    """
    told = {"is_titled": look != "untitled", "export_url": export_url}
    return figures.build_figure(spec, size=size) | told


@register.simple_tag
def dots(*parts: object) -> SafeString:
    """What there is of the parts, with dots between: `a · b`."""
    said = (", ".join(map(str, part)) if isinstance(part, tuple) else part for part in parts)
    return format_html_join(" · ", "{}", ((each,) for each in said if each))


@register.filter
def who(desktop: DesktopRow) -> tuple[str, ...]:
    """Who is on a desktop, else whose it is."""
    return desktop.users_now or desktop.logins


@register.filter
def joined(values: Iterable[object], separator: str = ", ") -> str:
    return separator.join(str(each) for each in values)


@register.filter
def item(mapping: Any, key: object) -> Any:
    """`mapping[key]`, which a template can not say."""
    return mapping.get(key)


@register.filter
def first_letter(viewer: Viewer) -> str:
    return (viewer.display_name or viewer.name)[:1].upper()


@register.filter
def before_after(change: Any) -> SafeString:
    """A change of inventory as `from → to`, in words where the field is of a closed set."""
    before, after = (say_field(change.field, text) for text in (change.before, change.after))
    return format_html('<span class="yw-quiet">{} →</span> {}', before, after)


@register.filter
def moved(change: Any) -> str:
    """What a change of an alarm went from and to, where that says more than its verb."""
    before, after = (_say_state(text) for text in (change.before, change.after))
    if not before or not after or before == after:
        return ""
    return f"{before} → {after}"


def _say_state(text: str) -> str:
    for words in ("severity", "operator_state"):
        if text in WORDS[words]:
            return str(word(words, text).label)
    return text


@register.filter
def reason(decision: Decision) -> str:
    """Why a stage decided so, in the viewer's language."""
    return explain_reason(decision.reason, get_language() or "")


@register.filter
def as_gib(megabytes: int | None) -> str:
    return NOTHING if megabytes is None else WRITERS["bytes"](megabytes * 1024 * 1024)


@register.filter
def as_sentence(condition: Condition) -> SafeString:
    """A condition in words."""
    return say_condition(condition)


@register.filter
def as_rule(rule: MaskRule) -> SafeString:
    """What a mask rule does, in one sentence."""
    return say_rule(rule)


@register.filter
def as_times(times: CalendarTimes | None) -> str:
    """Days and hours in words."""
    return say_when(times)


@register.filter
def as_hex(data: bytes) -> str:
    """The first bytes of what could not be read."""
    return data[:24].hex(" ") + (" …" if len(data) > 24 else "")
