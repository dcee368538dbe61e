"""The record of a change as a document, in one language, for PDF and DOCX."""

from collections.abc import Iterator
from datetime import datetime
from zoneinfo import ZoneInfo

from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from yunwei.base.infra.documents.docx import render_docx
from yunwei.base.infra.documents.facts import (
    Block,
    Document,
    Grid,
    Heading,
    Paragraph,
    SignatureBox,
    Signatures,
)
from yunwei.base.infra.documents.pdf import render_pdf
from yunwei.operate.changes.facts import Phase, Step, WholeChange
from yunwei.operate.changes.queries import words
from yunwei.operate.changes.queries.words import say, say_outcome, say_said
from yunwei.operate.runs.facts.runs import Choice

_MOST_NAMES = 40


def render_record(
    whole: WholeChange, kind: str, *, language: str, time_zone: str
) -> tuple[str, bytes]:
    """Return a change's record as `pdf` or `docx`: content type and bytes; the same change gives
    the same PDF."""
    with translation.override(language):
        document = compose(whole, language=language, zone=ZoneInfo(time_zone))
    if kind == "pdf":
        return "application/pdf", render_pdf(document)
    word = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
    return word, render_docx(document)


def compose(whole: WholeChange, *, language: str, zone: ZoneInfo) -> Document:
    """Return the document, in the language that is active."""
    change = whole.change
    ends = (change.planned_at, change.started_at, change.ended_at, change.concluded_at)
    return Document(
        title=_("Record of a change"),
        subtitle=f"{say_said(change.title)} · {change.tenant_name}",
        language=language[:2],
        cover=_cover(whole, zone),
        blocks=(
            *_conclusion(whole),
            *_steps(whole, zone),
            *_evidence(whole, zone),
            *_timeline(whole, zone),
            _signatures(),
        ),
        footer=f"{change.code} · {change.ticket_code} · {change.tenant_name}",
        made_at=max(each for each in ends if each is not None),
        labels={"contents": _("Contents"), "page": _("Page {page} of {pages}")},
        is_sheet=True,
    )


def _at(moment: datetime | None, zone: ZoneInfo) -> str:
    return moment.astimezone(zone).strftime("%Y-%m-%d %H:%M") if moment else "–"


def _span(step: Step, zone: ZoneInfo) -> str:
    """Return from when until when a step took; the day is said once where it is one."""
    begun, ended = _at(step.started_at, zone), _at(step.ended_at, zone)
    if step.started_at is None:
        return "–"
    is_one_day = begun[:10] == ended[:10]
    return f"{begun} – {ended[11:] if is_one_day else ended}"


def say_choice(choice: Choice) -> str:
    """Return on which desktops a change's scripts run, as it was said."""
    told = [*choice.names[:_MOST_NAMES]]
    if len(choice.names) > _MOST_NAMES:
        left = len(choice.names) - _MOST_NAMES
        told.append(_("%(number)s more") % {"number": left})
    if choice.condition:
        told.append(choice.condition)
    if choice.pools:
        told.append(_("pools: %(numbers)s") % {"numbers": ", ".join(map(str, choice.pools))})
    return ", ".join(told) or "–"


def _cover(whole: WholeChange, zone: ZoneInfo) -> tuple[tuple[str, str], ...]:
    change = whole.change
    by = f"{change.template_version} · SHA-256 {change.template_sha256[:16]}"
    return (
        (pgettext("document", "Number"), f"{change.code} · {change.ticket_code}"),
        (_("Customer"), change.tenant_name),
        (_("State"), say(words.STATES, change.state)),
        (_("Risk"), say(words.RISKS, change.risk)),
        (_("Purpose"), say_said(change.purpose)),
        (_("Template, version"), by),
        (_("On which desktops"), say_choice(change.choice)),
        (_("Window"), f"{_at(change.starts_at, zone)} – {_at(change.ends_at, zone)} ({zone.key})"),
        (_("Planned by"), f"{change.planned_by} {_at(change.planned_at, zone)}"),
        (pgettext("change", "Begun"), f"{_at(change.started_at, zone)} {change.started_by}"),
        (pgettext("change", "Ended"), f"{_at(change.ended_at, zone)} {change.ended_by}"),
    )


def _conclusion(whole: WholeChange) -> Iterator[Block]:
    change = whole.change
    yield Heading(text=pgettext("change", "Conclusion"))
    yield Paragraph(text=change.conclusion or say(words.STATES, change.state))
    if change.note:
        yield Paragraph(text=change.note, is_quiet=True)


def _steps(whole: WholeChange, zone: ZoneInfo) -> Iterator[Block]:
    for phase in Phase:
        steps = whole.phase(phase)
        yield Heading(text=say(words.PHASES, phase), level=2)
        yield Grid(
            title="",
            heading=(_("No."), _("Step"), _("State"), _("Who"), _("From – until"), _("Result")),
            rows=tuple(_row(number, each, zone) for number, each in enumerate(steps, start=1)),
            numeric=(True, *(False,) * 5),
            widths=(2, 5, 3, 3, 6, 6),
        )


def _row(number: int, step: Step, zone: ZoneInfo) -> tuple[str, ...]:
    told = say_outcome(step.outcome) if step.outcome is not None else ""
    result = " ".join(each for each in (step.result, told) if each)
    script = f"\n{step.spec.script}" if step.spec.script else ""
    return (
        str(number),
        f"{say_said(step.spec.title)}{script}",
        say(words.STEP_STATES, step.state),
        step.ended_by or step.started_by or "–",
        _span(step, zone),
        result or "–",
    )


def _evidence(whole: WholeChange, zone: ZoneInfo) -> Iterator[Block]:
    if not whole.evidence:
        return
    titles = {each.id: say_said(each.spec.title) for each in whole.steps}
    yield Grid(
        title=_("Evidence"),
        heading=(_("Step"), _("File"), _("Who"), _("When"), "SHA-256"),
        rows=tuple(
            (titles[each.step], each.name, each.by, _at(each.at, zone), _in_groups(each.sha256))
            for each in whole.evidence
        ),
        numeric=(False,) * 5,
        widths=(4, 4, 2, 3, 6),
    )


def _in_groups(digest: str) -> str:
    return " ".join(digest[start : start + 16] for start in range(0, len(digest), 16))


def _timeline(whole: WholeChange, zone: ZoneInfo) -> Iterator[Block]:
    titles = {each.id: say_said(each.spec.title) for each in whole.steps}
    yield Heading(text=_("What happened"), level=2)
    yield Grid(
        title="",
        heading=(_("When"), _("What"), _("Who"), _("In words")),
        rows=tuple(
            (
                each.at.astimezone(zone).strftime("%m-%d %H:%M:%S"),
                _line(say(words.LINES, each.kind), titles[each.step] if each.step else ""),
                each.by,
                each.text or "–",
            )
            for each in whole.lines
        ),
        numeric=(False,) * 4,
        widths=(3, 6, 2, 6),
    )


def _line(kind: str, step: str) -> str:
    told = {"kind": kind, "step": step}
    return pgettext("step of a change", "%(kind)s: %(step)s") % told if step else kind


def _signatures() -> Signatures:
    lines = ((pgettext("person", "Name"), ""), (_("Signature"), ""), (_("Date"), ""))
    return Signatures(
        title=_("Signatures"),
        items=(
            SignatureBox(title=_("Provider"), lines=lines),
            SignatureBox(title=_("Customer"), lines=lines),
        ),
    )
