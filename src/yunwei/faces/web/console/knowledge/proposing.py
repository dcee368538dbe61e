"""What an article made of a situation begins with: what was seen, what it was, what people did."""

from collections import Counter

from django.utils.translation import gettext as _

from yunwei.base.core.ids import SituationId
from yunwei.base.people.facts import Viewer
from yunwei.faces.web.console.situations import tell
from yunwei.faces.web.shared.alarm_texts import say_alarm, say_title
from yunwei.faces.web.shared.words import word
from yunwei.monitor.governance.facts.situations import Member, MemberRole
from yunwei.monitor.governance.queries import situations
from yunwei.operate.knowledge.facts.articles import Audience, Content, Links, Text, Topic
from yunwei.plugins.sdk.texts import one_line, without_markup

_MOST_LINES, _MOST_TYPES = 8, 10
_LONGEST_TITLE = 120


def propose_article(viewer: Viewer, situation: SituationId, language: str) -> Content:
    """Return a draft for a person to finish; nothing is kept. language: `zh` or `en`, the
    reader's. Raises Refused."""
    row = situations.access_situation(viewer, situation)
    members = situations.fetch_members(viewer, situation)
    root = next((each for each in members if each.role is MemberRole.ROOT), None)
    text = Text(
        title=one_line(say_title(row))[:_LONGEST_TITLE],
        symptoms=_symptoms(members, row.affected),
        causes=f"- {_say(root)}" if root else "",
        steps=_steps(viewer, situation),
        verification=_verification(root),
    )
    types = dict.fromkeys(each.alarm_type for each in ([root] if root else []) + list(members))
    return Content(
        audience=Audience.OPERATORS,
        topic=Topic.CLOUD,
        texts={language: text},
        links=Links(alarm_types=tuple(types)[:_MOST_TYPES]),
    )


def _say(member: Member) -> str:
    return without_markup(one_line(f"{say_alarm(member)} ({member.managed_object})"))


def _symptoms(members: tuple[Member, ...], affected: int) -> str:
    first: dict[str, Member] = {}
    for each in members:
        if each.role is not MemberRole.ROOT:
            first.setdefault(each.alarm_type, each)
    counts = Counter(each.alarm_type for each in members if each.role is not MemberRole.ROOT)
    lines = [f"- {_say(first[kind])} × {count}" for kind, count in counts.most_common(_MOST_LINES)]
    if affected:
        lines.insert(0, "- " + _("Desktops lost: %(count)s") % {"count": affected})
    return "\n".join(lines)


def _steps(viewer: Viewer, situation: SituationId) -> str:
    """What people did, the oldest first."""
    story = situations.fetch_story(viewer, situation)
    done = [
        one_line(f"{word('story', each.verb).label} {tell(each)}").strip()
        for each in reversed(story)
        if each.by
    ]
    return "\n".join(f"{place}. {without_markup(each)}" for place, each in enumerate(done, 1))


def _verification(root: Member | None) -> str:
    if root is None:
        return ""
    return "- " + _("The alarm is cleared: %(text)s") % {"text": _say(root)}
