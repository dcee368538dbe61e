"""An inspection as a document of several chapters, in one language, for PDF and DOCX."""

from collections.abc import Iterator
from datetime import datetime
from zoneinfo import ZoneInfo

from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from yunwei.base.core.errors import Conflict
from yunwei.base.infra.documents.docx import render_docx
from yunwei.base.infra.documents.facts import (
    Block,
    Document,
    Grid,
    Heading,
    PageBreak,
    Paragraph,
    Remark,
    Remarks,
    Tile,
    Tiles,
)
from yunwei.base.infra.documents.pdf import render_pdf
from yunwei.operate.inspection.facts.inspections import (
    Change,
    Inspected,
    InspectionState,
    Level,
    Result,
    Score,
    WholeInspection,
)
from yunwei.operate.inspection.queries.words import (
    CHANGES,
    DOMAINS,
    GRADES,
    GRAVITIES,
    LEVELS,
    MISSING,
    say,
    say_criterion,
    say_note,
    say_said,
    say_value,
)

_TONES = {Level.FAILED: "critical", Level.WARNED: "warning"}
_MOST_ROWS = 500


def render_inspection(
    whole: WholeInspection, kind: str, *, language: str, time_zone: str
) -> tuple[str, bytes]:
    """Return an inspection as `pdf` or `docx`: content type and bytes; the same inspection gives
    the same PDF. Raises Conflict while it is not made."""
    with translation.override(language):
        document = compose(whole, language=language, time_zone=time_zone)
    if kind == "pdf":
        return "application/pdf", render_pdf(document)
    word = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
    return word, render_docx(document)


def compose(whole: WholeInspection, *, language: str, time_zone: str) -> Document:
    """Return the document, in the language that is active."""
    content, score = whole.content, whole.score
    if content is None or score is None:
        raise Conflict("this inspection is not made yet")
    zone = ZoneInfo(time_zone)
    blocks: tuple[Block, ...] = (
        *_conclusion(whole, score),
        *_findings(whole, content),
        *_differences(whole, zone),
        *_checks(content),
        *_on_site(whole, content, zone),
        *_signatures(whole, zone),
    )
    sealed = whole.row.seal[:16] or _("not sealed")
    return Document(
        title=say_said(content.title),
        subtitle=content.tenant_name,
        language=language[:2],
        cover=_cover(whole, content, zone),
        blocks=blocks,
        footer=f"{whole.row.code} · {sealed}",
        made_at=whole.row.sealed_at or content.at,
        labels={"contents": _("Contents"), "page": _("Page {page} of {pages}")},
    )


def _at(moment: datetime | None, zone: ZoneInfo) -> str:
    return moment.astimezone(zone).strftime("%Y-%m-%d %H:%M") if moment else "–"


def _cover(
    whole: WholeInspection, content: Inspected, zone: ZoneInfo
) -> tuple[tuple[str, str], ...]:
    row = whole.row
    return (
        (_("Number"), row.code),
        (_("Customer"), content.tenant_name),
        (pgettext("inspection", "Measured"), f"{_at(content.at, zone)} ({zone.key})"),
        (_("Asked by"), row.asked_by),
        (_("Sealed by"), row.sealed_by or "–"),
        (_("Sealed at"), _at(row.sealed_at, zone)),
        (_("Template (SHA-256)"), content.template_sha256[:32]),
        (_("What was measured (SHA-256)"), row.sha256),
        (_("Seal (SHA-256)"), row.seal or _("not sealed")),
    )


def _conclusion(whole: WholeInspection, score: Score) -> Iterator[Block]:
    yield Heading(text=_("Conclusion"))
    if not whole.is_intact:
        broken = _("What is kept is not what was sealed: it was changed afterwards.")
        yield Remarks(items=(Remark(text=broken, tone="critical"),))
    yield Tiles(
        items=(
            Tile(
                label=_("Health score"), value=_number(score.total), note=say(GRADES, score.grade)
            ),
            Tile(label=say(LEVELS, Level.FAILED), value=str(score.failed)),
            Tile(label=say(LEVELS, Level.WARNED), value=str(score.warned)),
            Tile(
                label=say(LEVELS, Level.NOT_MEASURED),
                value=str(score.unmeasured),
                note=_("coverage %(share)s") % {"share": f"{100 * score.coverage:.0f} %"},
            ),
        )
    )
    yield Paragraph(text=say_arithmetic(score))
    yield Grid(
        title=_("How the score is worked out"),
        heading=(
            _("Domain"),
            _("Weight measured"),
            _("Weight gained"),
            _("Share"),
            _("Weight not measured"),
        ),
        rows=tuple(
            (
                say(DOMAINS, each.domain),
                f"{each.weight:g}",
                f"{each.gained:g}",
                "–" if each.share is None else f"{100 * each.share:.0f} %",
                f"{each.left:g}",
            )
            for each in score.domains
        ),
        numeric=(False, True, True, True, True),
        note=_(
            "What is well gains its weight, what is doubtful half of it, what is not well nothing. "
            "What was not measured counts for nothing and is never called well."
        ),
    )


def _number(value: float | None) -> str:
    return "–" if value is None else f"{value:.1f}"


def say_arithmetic(score: Score) -> str:
    """Return in one sentence how the total comes about."""
    if score.plain is None:
        return _("Nothing was measured, so there is no score.")
    told = {
        "gained": f"{score.gained:g}",
        "weight": f"{score.weight:g}",
        "plain": f"{score.plain:.1f}",
    }
    text = _("100 × %(gained)s / %(weight)s = %(plain)s points.") % told
    if score.cap is None or score.capped_by is None:
        return text
    about = {"cap": f"{score.cap:g}", "gravity": say(GRAVITIES, score.capped_by)}
    cap = _("A check of gravity “%(gravity)s” is not well: at most %(cap)s points.") % about
    return f"{text} {cap}"


def _findings(whole: WholeInspection, content: Inspected) -> Iterator[Block]:
    yield PageBreak()
    yield Heading(text=_("Findings"))
    found = [each for each in content.results if each.level.is_found]
    if not found:
        yield Paragraph(text=_("Nothing that was measured is other than well."))
    changes = {(each.check, each.key): each.change for each in whole.differences}
    for result in found:
        check = result.check
        text = f"{say_said(check.title)} ({say(GRAVITIES, check.gravity)})"
        remark = Remark(text=text, tone=_TONES.get(result.level, ""), advice=say_said(check.advice))
        yield Remarks(items=(remark,))
        yield _found(result, changes)


def _found(result: Result, changes: dict[tuple[str, str], Change]) -> Grid:
    name = result.check.name

    def change(key: str) -> str:
        known = changes.get((name, key))
        return say(CHANGES, known) if known else "–"

    left_out = result.total - len(result.found)
    return Grid(
        title="",
        heading=(_("Thing"), _("Value"), _("Result"), _("Since last time"), _("Evidence")),
        rows=tuple(
            (
                each.sample.name,
                say_value(each.sample.value, result.unit),
                say(LEVELS, each.level),
                change(each.sample.key),
                say_note(each.sample),
            )
            for each in result.found
        ),
        numeric=(False, True, False, False, False),
        note=_("%(number)s more are not listed.") % {"number": left_out} if left_out else "",
    )


def _differences(whole: WholeInspection, zone: ZoneInfo) -> Iterator[Block]:
    yield Heading(text=_("Difference to last time"))
    if whole.before is None:
        yield Paragraph(text=_("There is no inspection before this one by the same template."))
        return
    about = {"code": whole.before.code, "at": _at(whole.before.measured_at, zone)}
    yield Paragraph(text=_("Compared with %(code)s of %(at)s.") % about)
    rows = whole.differences
    yield Grid(
        title="",
        heading=(_("Change"), _("Check"), _("Thing"), _("Before"), _("Now")),
        rows=tuple(
            (
                say(CHANGES, each.change),
                say_said(each.title),
                each.name,
                say_value(each.before.sample.value if each.before else None, each.unit),
                say_value(each.after.sample.value if each.after else None, each.unit),
            )
            for each in rows[:_MOST_ROWS]
        ),
        numeric=(False, False, False, True, True),
    )


def _checks(content: Inspected) -> Iterator[Block]:
    yield PageBreak()
    yield Heading(text=_("All checks"))
    yield Grid(
        title="",
        heading=(_("Check"), _("Result"), _("Things"), _("Worst value"), _("Criterion")),
        rows=tuple(
            (
                say_said(each.check.title),
                say(LEVELS, each.level),
                str(each.considered) if each.missing is None else "–",
                say_value(each.worst, each.unit),
                say_criterion(each.check.criterion, each.unit)
                if each.missing is None
                else say(MISSING, each.missing),
            )
            for each in content.results
        ),
        numeric=(False, False, True, True, False),
    )


def _on_site(whole: WholeInspection, content: Inspected, zone: ZoneInfo) -> Iterator[Block]:
    if not content.items:
        return
    yield Heading(text=_("Looked at on site"))
    rows = []
    for item in content.items:
        answer = whole.answers.get(item.name)
        rows.append(
            (
                say_said(item.title),
                say(LEVELS, answer.level) if answer else _("No answer"),
                answer.note if answer else "",
                f"{answer.by} · {_at(answer.at, zone)}" if answer else "–",
            )
        )
    yield Grid(
        title="",
        heading=(_("Item"), _("Result"), _("Note"), _("Who, when")),
        rows=tuple(rows),
        numeric=(False,) * 4,
    )


def _signatures(whole: WholeInspection, zone: ZoneInfo) -> Iterator[Block]:
    row = whole.row
    yield Heading(text=_("Seal and signatures"))
    if row.state is InspectionState.SEALED:
        about = {"by": row.sealed_by, "at": _at(row.sealed_at, zone)}
        yield Paragraph(
            text=_("Signed on the platform by %(by)s at %(at)s; the seal stands on the cover.")
            % about
        )
    else:
        yield Paragraph(text=_("This is a draft: the inspection is not sealed."))
    yield Grid(
        title="",
        heading=("", _("Provider"), _("Customer")),
        rows=tuple((label, "", "") for label in (_("Name"), _("Signature"), _("Date"))),
        numeric=(False,) * 3,
    )
