"""A verdict as a PDF for the person who complained and for the customer."""

from collections.abc import Callable, Iterator
from zoneinfo import ZoneInfo

from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from yunwei.base.infra.documents.facts import (
    Block,
    Document,
    Grid,
    Heading,
    Paragraph,
    Remark,
    Remarks,
)
from yunwei.base.infra.documents.pdf import render_pdf
from yunwei.operate.diagnosis.facts.verdicts import (
    DiagnosisRow,
    Finding,
    PartVerdict,
    Remedy,
    Standing,
    Verdict,
)
from yunwei.operate.diagnosis.rules.markdown import (
    PARTS,
    RISKS,
    STANDINGS,
    say_measured,
    say_side,
    write_at,
)
from yunwei.plugins.sdk.texts import one_line

type Say = Callable[[str, str], str]

_TONES = {Standing.GUILTY: "critical", Standing.SUSPECT: "warning"}


def make_pdf(
    row: DiagnosisRow, verdict: Verdict, language: str, zone: ZoneInfo, *, say: Say
) -> bytes:
    """Return the paper in a language. say: a field of a desktop and its value, to words; without a
    value the field's own name. Cost: some 0.3 s."""
    with translation.override(language):
        return render_pdf(_document(row, verdict, language, zone, say))


def _document(
    row: DiagnosisRow, verdict: Verdict, language: str, zone: ZoneInfo, say: Say
) -> Document:
    window = f"{write_at(verdict.from_at, zone)} – {write_at(verdict.at, zone)} ({zone.key})"
    cover = [
        (_("About"), one_line(verdict.subject.in_language(language))),
        (_("Time looked at"), window),
        (_("Source"), one_line(verdict.source_name) or "–"),
        (_("Asked by"), row.by),
    ]
    if verdict.desktop_name and verdict.desktop_name != verdict.subject.name:
        cover.insert(1, (_("Desktop"), one_line(verdict.desktop_name)))
    return Document(
        title=_("Diagnosis"),
        subtitle=f"{row.tenant_name} · {row.id}",
        language="zh" if language.startswith("zh") else "en",
        cover=tuple(cover),
        blocks=tuple(_blocks(verdict, language, zone, say)),
        footer=f"{row.tenant_name} · {row.id}",
        made_at=verdict.at,
        labels={"contents": _("Contents"), "page": _("Page {page} of {pages}")},
        is_sheet=True,
    )


def _blocks(verdict: Verdict, language: str, zone: ZoneInfo, say: Say) -> Iterator[Block]:
    yield Paragraph(text=say_side(verdict.is_ours).in_language(language))
    if verdict.stale:
        told = _(
            "These reads of the source are out of date, so nothing is said of what they would tell:"
        )
        yield Paragraph(text=f"{told} {', '.join(verdict.stale)}", is_quiet=True)
    if verdict.accused:
        yield Heading(text=_("Causes"))
        yield Remarks(items=tuple(_remark(each, language) for each in verdict.accused))
    yield Heading(text=_("The parts of the way"))
    yield Grid(
        title="",
        heading=(_("Part"), _("Verdict"), _("What was measured")),
        rows=tuple(_part(each, verdict, language) for each in verdict.parts),
        numeric=(False, False, False),
        widths=(3, 2, 9),
    )
    if verdict.changes:
        yield Heading(text=_("What changed before"))
        yield Grid(
            title="",
            heading=(_("When"), pgettext("paper", "What"), _("Before"), _("After")),
            rows=tuple(
                (
                    write_at(each.at, zone),
                    say(each.what, ""),
                    say(each.what, each.before) if each.before else "–",
                    say(each.what, each.after) if each.after else "–",
                )
                for each in verdict.changes
            ),
            numeric=(False,) * 4,
        )


def _remark(finding: Finding, language: str) -> Remark:
    title, text = finding.title.in_language(language), finding.text.in_language(language)
    score = _("score %(score)s of 100") % {"score": f"{finding.score:g}"}
    return Remark(
        text=one_line(f"{title} ({score}): {text}"),
        tone=_TONES[finding.standing],
        advice="; ".join(_remedy(each, language) for each in finding.remedies),
    )


def _remedy(remedy: Remedy, language: str) -> str:
    risk = RISKS[remedy.risk].in_language(language)
    return f"{remedy.text.in_language(language)} ({risk})"


def _part(part: PartVerdict, verdict: Verdict, language: str) -> tuple[str, ...]:
    found = [verdict.by_check[name] for name in part.checks]
    measured = [
        f"{one.title.in_language(language)}: "
        + ", ".join(say_measured(each, language) for each in one.measurements)
        for one in found
        if one.measurements
    ]
    return (
        PARTS[part.part].in_language(language),
        STANDINGS[part.standing].in_language(language),
        "; ".join(measured) or "–",
    )
