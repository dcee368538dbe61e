"""A post-mortem as a document of several chapters, in one language, for PDF and DOCX."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from yunwei.base.core.errors import Refused
from yunwei.base.infra.documents.docx import render_docx
from yunwei.base.infra.documents.facts import (
    Block,
    Document,
    Grid,
    Heading,
    PageBreak,
    Paragraph,
    Tile,
    Tiles,
)
from yunwei.base.infra.documents.pdf import render_pdf
from yunwei.base.people.facts import Viewer
from yunwei.operate.service.facts.emergencies import Emergency, Line, LineKind, Postmortem
from yunwei.operate.service.facts.improvements import Improvement, ImprovementState
from yunwei.operate.service.queries import emergencies
from yunwei.operate.service.queries import improvements as register
from yunwei.operate.service.queries.emergency_words import FINDINGS, say_line, say_words

_STATES = {
    ImprovementState.OPEN: lambda: pgettext("improvement", "To be improved"),
    ImprovementState.DONE: lambda: pgettext("improvement", "Done"),
    ImprovementState.DROPPED: lambda: pgettext("improvement", "Not going to be done"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class LookedBack:
    """All that a post-mortem's paper is made of."""

    emergency: Emergency
    lines: tuple[Line, ...]
    actions: tuple[Improvement, ...]


def look_back(viewer: Viewer, known: Emergency, *, now: datetime) -> LookedBack:
    """Return what a viewer reads of what was found. Raises Refused while there is nothing that they
    may read."""
    if known.postmortem is None:
        raise Refused()
    found = register.fetch_improvements(viewer, {"emergency": known.id}).items
    lines = emergencies.look_at_timeline(viewer, known, now=now)
    return LookedBack(emergency=known, lines=lines, actions=tuple(reversed(found)))


def render_postmortem(
    told: LookedBack, kind: str, *, language: str, time_zone: str
) -> tuple[str, bytes]:
    """Return a post-mortem as `pdf` or `docx`: content type and bytes; the same one gives the same
    PDF."""
    with translation.override(language):
        document = compose(told, language=language, zone=ZoneInfo(time_zone))
    if kind == "pdf":
        return "application/pdf", render_pdf(document)
    word = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
    return word, render_docx(document)


def compose(told: LookedBack, *, language: str, zone: ZoneInfo) -> Document:
    """Return the document, in the language that is active."""
    known = told.emergency
    said = known.postmortem or Postmortem()
    return Document(
        title=_("Post-mortem"),
        subtitle=f"{known.ticket_title} · {known.tenant_name}",
        language=language[:2],
        cover=_cover(known, zone),
        blocks=(
            *_figures(told),
            *_findings(said),
            *_actions(told.actions),
            *_timeline(told.lines, zone),
            *_signatures(),
        ),
        footer=f"{known.code} · {known.sha256[:16] or _('not released')}",
        made_at=known.released_at or known.written_at or known.declared_at,
        labels={"contents": _("Contents"), "page": _("Page {page} of {pages}")},
    )


def _at(moment: datetime | None, zone: ZoneInfo) -> str:
    return moment.astimezone(zone).strftime("%Y-%m-%d %H:%M") if moment else "–"


def _cover(known: Emergency, zone: ZoneInfo) -> tuple[tuple[str, str], ...]:
    return (
        (_("Number"), f"{known.code} · {known.ticket_code}"),
        (_("Customer"), known.tenant_name),
        (_("Who leads"), known.commander_name),
        (_("Who tells"), known.teller_name),
        (_("Reported"), f"{_at(known.reported_at, zone)} ({zone.key})"),
        (
            pgettext("emergency", "Declared"),
            f"{_at(known.declared_at, zone)} · {known.declared_by}",
        ),
        (pgettext("emergency", "Ended"), f"{_at(known.ended_at, zone)} · {known.ended_by}"),
        (_("Released by"), f"{known.released_by or '–'} {_at(known.released_at, zone)}"),
        (_("What was released (SHA-256)"), known.sha256 or _("not released")),
    )


def _figures(told: LookedBack) -> Iterator[Block]:
    known, lines = told.emergency, told.lines
    counts = {kind: sum(line.kind is kind for line in lines) for kind in LineKind}
    yield Heading(text=_("At a glance"))
    yield Tiles(
        items=(
            Tile(label=_("From the report to the end"), value=_length(known)),
            Tile(label=_("Updates"), value=str(counts[LineKind.TOLD])),
            Tile(label=_("Alarms"), value=str(counts[LineKind.ALARM])),
            Tile(
                label=_("Acts"),
                value=str(counts[LineKind.ALLOWED] + counts[LineKind.REFUSED]),
                note=_("refused: %(number)s") % {"number": counts[LineKind.REFUSED]},
            ),
        )
    )
    yield Paragraph(text=_("How it was resolved: %(text)s") % {"text": known.resolution or "–"})


def _length(known: Emergency) -> str:
    if known.ended_at is None:
        return "–"
    minutes = int((known.ended_at - known.reported_at).total_seconds()) // 60
    return f"{minutes // 60} h {minutes % 60:02d} min"


def _findings(said: Postmortem) -> Iterator[Block]:
    for name, title in FINDINGS.items():
        yield Heading(text=str(title))
        yield Paragraph(text=getattr(said, name) or "–")


def _actions(actions: Sequence[Improvement]) -> Iterator[Block]:
    yield Heading(text=_("What is to become better"))
    if not actions:
        yield Paragraph(text=_("Nothing was decided yet."))
        return
    yield Grid(
        title="",
        heading=(
            _("Number"),
            _("What is to become better"),
            _("Owner"),
            _("To be done by"),
            _("State"),
        ),
        rows=tuple(
            (
                each.code,
                each.title,
                each.owner_name or "–",
                each.due_on.isoformat() if each.due_on else "–",
                _STATES[each.state](),
            )
            for each in actions
        ),
        numeric=(False,) * 5,
        widths=(2, 6, 3, 3, 3),
        note=_("They stand in the improvement register."),
    )


def _timeline(lines: Sequence[Line], zone: ZoneInfo) -> Iterator[Block]:
    yield PageBreak()
    yield Heading(text=_("Time line"))
    yield Grid(
        title="",
        heading=(_("When"), _("What"), _("Who"), _("In words")),
        rows=tuple(
            (
                line.at.astimezone(zone).strftime("%m-%d %H:%M:%S"),
                say_line(line),
                line.by or _("the platform"),
                say_words(line),
            )
            for line in lines
        ),
        numeric=(False,) * 4,
        widths=(3, 3, 2, 8),
        note=_("Times are of %(zone)s.") % {"zone": zone.key},
    )


def _signatures() -> Iterator[Block]:
    yield Heading(text=_("Signatures"))
    yield Grid(
        title="",
        heading=("", _("Provider"), _("Customer")),
        rows=tuple((label, "", "") for label in (_("Name"), _("Signature"), _("Date"))),
        numeric=(False,) * 3,
    )
