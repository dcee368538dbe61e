"""A plan's closing report as a document of several chapters, in one language, for PDF and DOCX."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from django.utils import translation
from django.utils.translation import gettext as _

from yunwei.base.core.errors import Conflict
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
from yunwei.operate.assurance.facts import Closing, FreezeException, Kept, Plan, Summary
from yunwei.operate.service.facts.emergencies import Line, LineKind
from yunwei.operate.service.queries.emergency_words import say_line, say_words

_MOST_ROWS = 300


def render_closing(
    plan: Plan,
    exceptions: Sequence[FreezeException],
    kind: str,
    *,
    language: str,
    time_zone: str,
) -> tuple[str, bytes]:
    """Return a closing report as `pdf` or `docx`: content type and bytes; the same plan gives the
    same PDF. Raises Conflict before the plan has ended, or where it ended before reports were."""
    with translation.override(language):
        document = compose(plan, exceptions, language=language, zone=ZoneInfo(time_zone))
    if kind == "pdf":
        return "application/pdf", render_pdf(document)
    word = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
    return word, render_docx(document)


def compose(
    plan: Plan, exceptions: Sequence[FreezeException], *, language: str, zone: ZoneInfo
) -> Document:
    """Return the document, in the language that is active."""
    said = plan.summary
    if said is None or said.closing is None or plan.ended_at is None:
        raise Conflict("there is no closing report of it")
    closing = said.closing
    return Document(
        title=_("Closing report of a great event"),
        subtitle=f"{plan.draft.name} · {plan.tenant_name}",
        language=language[:2],
        cover=_cover(plan, zone),
        blocks=(
            *_conclusion(said, closing),
            *_before(plan, closing),
            *_service(closing, zone),
            *_use(closing),
            *_alarms(closing, zone),
            *_freeze(closing, exceptions, zone),
            *_duty(plan, closing, zone),
            *_timeline(closing.lines, zone),
            *_signatures(),
        ),
        footer=f"{plan.code} · {plan.tenant_name}",
        made_at=plan.ended_at,
        labels={"contents": _("Contents"), "page": _("Page {page} of {pages}")},
    )


def _at(moment: datetime | None, zone: ZoneInfo) -> str:
    return moment.astimezone(zone).strftime("%Y-%m-%d %H:%M") if moment else "–"


def _cover(plan: Plan, zone: ZoneInfo) -> tuple[tuple[str, str], ...]:
    draft = plan.draft
    return (
        (_("Number"), plan.code),
        (_("Customer"), plan.tenant_name),
        (_("The event"), f"{_at(draft.starts_at, zone)} – {_at(draft.ends_at, zone)}"),
        (_("Frozen"), f"{_at(draft.frozen_from, zone)} – {_at(draft.frozen_until, zone)}"),
        (_("Started by"), f"{plan.started_by} {_at(plan.started_at, zone)}"),
        (_("Ended by"), f"{plan.ended_by} {_at(plan.ended_at, zone)}"),
        (_("On which desktops"), draft.covers or _("all of the customer's")),
        (_("Times"), zone.key),
    )


def _share(part: float | None) -> str:
    return "–" if part is None else f"{100 * part:.3f} %"


def _kept(kept: Kept) -> str:
    return f"{kept.met} / {kept.of}" if kept.of else _("none")


def _most(closing: Closing) -> str:
    known = [each.online for each in closing.peaks if each.online is not None]
    return str(max(known)) if known else _("not measured")


def _conclusion(said: Summary, closing: Closing) -> Iterator[Block]:
    raised = sum(said.alarms.values())
    agreed = (
        "" if closing.agreed is None else _("agreed: %(share)s") % {"share": _share(closing.agreed)}
    )
    yield Heading(text=_("Conclusion"))
    yield Tiles(
        items=(
            Tile(label=_("Availability"), value=_share(closing.availability), note=agreed),
            Tile(label=_("Most users online at once"), value=_most(closing)),
            Tile(
                label=_("Alarms raised"),
                value=str(raised),
                note=_("still open: %(number)s") % {"number": said.alarms_open},
            ),
            Tile(
                label=_("Tickets"),
                value=str(said.tickets),
                note=_("still open: %(number)s") % {"number": said.tickets_open},
            ),
        )
    )
    if said.note:
        yield Paragraph(text=said.note)


def _before(plan: Plan, closing: Closing) -> Iterator[Block]:
    yield Heading(text=_("Prepared"))
    known = closing.inspection
    if known is None:
        yield Paragraph(text=_("No inspection was needed."))
    else:
        about = {
            "code": known.code,
            "score": "–" if known.score is None else f"{known.score:.1f}",
            "failed": known.failed,
            "warned": known.warned,
        }
        text = _(
            "Inspection %(code)s was passed before: %(score)s points, %(failed)s checks not well, "
            "%(warned)s doubtful."
        )
        yield Paragraph(text=text % about)
        yield Paragraph(text=_("Its seal: %(seal)s") % {"seal": known.seal}, is_quiet=True)
    if closing.thresholds:
        names = ", ".join(closing.thresholds)
        yield Paragraph(text=_("Tightened threshold rules: %(names)s") % {"names": names})
    for title, text in ((_("Who does what"), plan.draft.people), (_("What else"), plan.draft.note)):
        if text:
            yield Heading(text=title, level=2)
            yield Paragraph(text=text)


def _service(closing: Closing, zone: ZoneInfo) -> Iterator[Block]:
    yield Heading(text=_("Service"))
    yield Tiles(
        items=(
            Tile(label=_("Answered in time"), value=_kept(closing.response)),
            Tile(label=_("Solved in time"), value=_kept(closing.resolution)),
            Tile(
                label=_("Everything stood still"),
                value=_("%(minutes)s min") % {"minutes": round(closing.down_s / 60)},
            ),
        )
    )
    if not closing.tickets:
        yield Paragraph(text=_("No ticket was opened in this time."))
        return
    yield Grid(
        title=_("Tickets of the event"),
        heading=(_("Ticket"), _("What it is about"), _("Priority"), _("Reported"), _("Solved at")),
        rows=tuple(
            (
                each.code,
                each.title,
                each.priority.upper(),
                _at(each.reported_at, zone),
                _at(each.solved_at, zone),
            )
            for each in closing.tickets[:_MOST_ROWS]
        ),
        numeric=(False,) * 5,
        widths=(3, 7, 2, 4, 4),
    )


def _use(closing: Closing) -> Iterator[Block]:
    yield Heading(text=_("Use"))
    yield Grid(
        title=_("Most users online at once"),
        heading=(_("Day"), _("Users online")),
        rows=tuple(
            (
                each.on.isoformat(),
                _("not measured") if each.online is None else str(each.online),
            )
            for each in closing.peaks
        ),
        numeric=(False, True),
    )
    if closing.attempts is None or closing.failures is None:
        yield Paragraph(text=_("Attempts to connect could not be read."))
        return
    told = {"attempts": closing.attempts, "failures": closing.failures}
    yield Paragraph(text=_("Attempts to connect: %(attempts)s, failed: %(failures)s.") % told)


def _rows(lines: Sequence[Line], zone: ZoneInfo) -> tuple[tuple[str, ...], ...]:
    return tuple(
        (
            line.at.astimezone(zone).strftime("%m-%d %H:%M:%S"),
            say_line(line),
            line.by or _("the platform"),
            say_words(line),
        )
        for line in lines[:_MOST_ROWS]
    )


def _grid(title: str, lines: Sequence[Line], zone: ZoneInfo) -> Grid:
    left = len(lines) - _MOST_ROWS
    return Grid(
        title=title,
        heading=(_("When"), _("What"), _("Who"), _("In words")),
        rows=_rows(lines, zone),
        numeric=(False,) * 4,
        widths=(3, 3, 2, 8),
        note=_("%(number)s more are not listed.") % {"number": left} if left > 0 else "",
    )


def _alarms(closing: Closing, zone: ZoneInfo) -> Iterator[Block]:
    yield Heading(text=_("Critical and major alarms"))
    lines = [line for line in closing.lines if line.kind is LineKind.ALARM]
    if not lines:
        yield Paragraph(text=_("There was none about what was covered."))
        return
    yield _grid("", lines, zone)


def _freeze(
    closing: Closing, exceptions: Sequence[FreezeException], zone: ZoneInfo
) -> Iterator[Block]:
    yield Heading(text=_("Changes while they were frozen"))
    refused = [line for line in closing.lines if line.kind is LineKind.REFUSED]
    if refused:
        yield _grid(_("Acts that were refused"), refused, zone)
    else:
        yield Paragraph(text=_("No act was refused."))
    if exceptions:
        yield Grid(
            title=_("Exceptions"),
            heading=(_("Who"), _("Why"), _("Until"), _("Granted by")),
            rows=tuple(
                (each.who, each.reason, _at(each.until, zone), each.granted_by)
                for each in exceptions
            ),
            numeric=(False,) * 4,
        )


def _duty(plan: Plan, closing: Closing, zone: ZoneInfo) -> Iterator[Block]:
    yield Heading(text=_("Who was on duty"))
    if plan.draft.duty:
        yield Paragraph(text=plan.draft.duty)
    if not closing.duty:
        yield Paragraph(text=_("The record of duty tells of nobody in this time."))
        return
    yield Grid(
        title=_("By the record"),
        heading=(_("Schedule"), _("Who"), _("From"), _("Until")),
        rows=tuple(
            (each.schedule, each.name, _at(each.starts_at, zone), _at(each.ends_at, zone))
            for each in closing.duty[:_MOST_ROWS]
        ),
        numeric=(False,) * 4,
    )


def _timeline(lines: Sequence[Line], zone: ZoneInfo) -> Iterator[Block]:
    yield PageBreak()
    yield Heading(text=_("Time line"))
    yield _grid("", lines, zone)


def _signatures() -> Iterator[Block]:
    yield Heading(text=_("Signatures"))
    yield Grid(
        title="",
        heading=("", _("Provider"), _("Customer")),
        rows=tuple((label, "", "") for label in (_("Name"), _("Signature"), _("Date"))),
        numeric=(False,) * 3,
    )
