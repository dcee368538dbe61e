"""Makes the files of an acceptance: the four papers as PDF and DOCX, and the data as they stand."""

import csv
import io
from collections.abc import Iterator

from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from yunwei.base.infra.documents.docx import render_docx
from yunwei.base.infra.documents.facts import Block, Document, Grid, Heading, Paragraph
from yunwei.base.infra.documents.pdf import render_pdf
from yunwei.operate.service.actions.papers import blocks
from yunwei.operate.service.actions.papers.saying import SCORE_NAMES, TITLES, VERDICTS
from yunwei.operate.service.facts.acceptances import (
    PAPERS,
    SCORES,
    AcceptanceData,
    CriterionKind,
    Feedback,
    PaperKind,
    Signature,
    Verdict,
)
from yunwei.operate.service.rules.acceptances import with_feedback
from yunwei.operate.service.rules.uploads import Upload

_DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


def make_papers(
    data: AcceptanceData,
    data_sha256: str,
    language: str,
    signed: tuple[Signature, ...] = (),
    *,
    version: int,
) -> Iterator[tuple[PaperKind, Upload]]:
    """Yield the four papers, each as PDF and DOCX. Cost: some 0.3 s for each PDF.

    signed: the signatures that stand in them, none: the boxes are empty.
    """
    with translation.override(language):
        for kind in PAPERS:
            document = _document(kind, data, data_sha256, language, signed)
            stem = f"{data.case}-{data.round}-{kind.value}-v{version}"
            pdf = render_pdf(document)
            yield kind, Upload(name=f"{stem}.pdf", content_type="application/pdf", data=pdf)
            yield kind, Upload(name=f"{stem}.docx", content_type=_DOCX, data=render_docx(document))


def make_data_files(data: AcceptanceData, text: str) -> Iterator[tuple[PaperKind, Upload]]:
    """Yield the data themselves, and the tickets as a table."""
    yield (
        PaperKind.DATA,
        Upload(name="data.json", content_type="application/json", data=text.encode()),
    )
    written = _write_tickets(data).encode("utf-8-sig")
    name = "tickets.csv"
    yield PaperKind.TICKETS, Upload(name=name, content_type="text/csv", data=written)


def _write_tickets(data: AcceptanceData) -> str:
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    names = list(blocks.TICKET_COLUMNS)
    writer.writerow(names)
    for each in data.tickets:
        writer.writerow([_cell(getattr(each, name)) for name in names])
    return buffer.getvalue()


def _cell(value: object) -> str:
    text = "" if value is None else str(value)
    # a sheet must not take what a customer wrote for a formula
    return f"'{text}" if text[:1] in ("=", "+", "-", "@", "\t", "\r") else text


def _document(
    kind: PaperKind,
    data: AcceptanceData,
    data_sha256: str,
    language: str,
    signed: tuple[Signature, ...],
) -> Document:
    build = {
        PaperKind.REPORT: _report,
        PaperKind.TESTS: _tests,
        PaperKind.CONFIRMATION: _confirmation,
        PaperKind.FEEDBACK: _feedback,
    }[kind]
    return Document(
        title=str(TITLES[kind]),
        subtitle=f"{data.case}-{data.round}",
        language="zh" if language.startswith("zh") else "en",
        cover=blocks.head(data),
        blocks=(
            *build(data, signed),
            blocks.signatures(data, signed),
            blocks.source_note(data, data_sha256),
        ),
        footer=f"{data.customer} · {data.case}-{data.round}",
        made_at=max([data.as_of, *(each.at for each in signed)]),
        labels={"contents": _("Contents"), "page": _("Page {page} of {pages}")},
        is_sheet=True,
    )


def _said(signed: tuple[Signature, ...]) -> Feedback | None:
    return next((each.feedback for each in signed if each.feedback is not None), None)


def _report(data: AcceptanceData, signed: tuple[Signature, ...]) -> Iterator[Block]:
    criteria = with_feedback(data.criteria, _said(signed))
    yield Heading(text=_("Service and goal"))
    yield from (Paragraph(text=each) for each in (data.need, data.goal) if each)
    yield blocks.people_grid(data)
    yield Heading(text=_("What was done"))
    yield blocks.tasks_grid(data, signed)
    yield blocks.tickets_grid(data)
    yield Heading(text=_("Judgement"))
    yield blocks.criteria_grid(criteria)
    if data.note:
        yield Paragraph(text=data.note)
    yield Heading(text=_("Documents"))
    yield blocks.documents_grid(data)
    yield Heading(text=_("Conclusion"))
    yield from map(_paragraph, blocks.conclusion(criteria, signed))


def _paragraph(text: str) -> Paragraph:
    return Paragraph(text=text)


def _tests(data: AcceptanceData, signed: tuple[Signature, ...]) -> Iterator[Block]:
    criteria = with_feedback(data.criteria, _said(signed))
    yield Heading(text=_("Purpose and scope"))
    yield Paragraph(text=data.goal)
    yield Heading(text=_("Checks"))
    checks = [each for each in criteria if each.dimension is CriterionKind.CHECK]
    yield Grid(
        title="",
        heading=(pgettext("paper", "Number"), _("Check"), _("Result"), _("Remark")),
        rows=tuple(
            (str(place), each.text, str(VERDICTS[each.verdict]), each.note)
            for place, each in enumerate(checks, 1)
        ),
        numeric=(True, False, False, False),
        widths=(2, 9, 3, 6),
        note="" if checks else _("The plan names no checks beside what is measured."),
    )
    yield Heading(text=_("Measured"))
    measured = tuple(each for each in criteria if each.dimension is not CriterionKind.CHECK)
    yield blocks.criteria_grid(measured)
    yield Heading(text=_("Result"))
    passed = sum(each.verdict is Verdict.MET for each in checks)
    counts = {"passed": passed, "all": len(checks)}
    yield Paragraph(text=_("%(passed)s of %(all)s checks are met.") % counts)
    tests = [each for each in data.documents if each.kind == "test"]
    if tests:
        names = ", ".join(each.name for each in tests)
        yield Paragraph(text=_("Records of tests: %(names)s") % {"names": names})


def _confirmation(data: AcceptanceData, signed: tuple[Signature, ...]) -> Iterator[Block]:
    criteria = with_feedback(data.criteria, _said(signed))
    yield Heading(text=_("What is confirmed"))
    yield Paragraph(
        text=_("The customer confirms that the service was carried out as the report says.")
    )
    done = sum(each.is_done for each in data.tickets)
    yield Grid(
        title="",
        heading=(pgettext("paper", "What"), pgettext("paper", "How many")),
        rows=(
            (str(TITLES[PaperKind.REPORT]), f"{data.case}-{data.round}"),
            (_("Tickets done"), f"{done} / {len(data.tickets)}"),
            (_("Minutes of work"), str(sum(each.minutes for each in data.tickets))),
            (_("Documents handed over"), str(len(data.documents))),
            (
                _("Criteria not met"),
                str(sum(each.verdict is Verdict.NOT_MET for each in criteria)),
            ),
        ),
        numeric=(False, True),
        widths=(12, 8),
    )
    yield Heading(text=_("Conclusion"))
    yield from map(_paragraph, blocks.conclusion(criteria, signed))


def _feedback(data: AcceptanceData, signed: tuple[Signature, ...]) -> Iterator[Block]:
    feedback = _said(signed)
    yield Heading(text=_("How satisfied are you?"))
    yield Grid(
        title="",
        heading=(pgettext("paper", "What"), _("1 (bad) to 5 (very good)")),
        rows=tuple(
            (str(SCORE_NAMES[key]), str(feedback.scores[key]) if feedback else "○1  ○2  ○3  ○4  ○5")
            for key in SCORES
        ),
        numeric=(False, False),
    )
    yield Heading(text=_("What you want to tell us"))
    yield from map(_paragraph, blocks.words_or_room(feedback.text if feedback else None))
    if data.surveys:
        yield Heading(text=_("What was said before"))
        yield blocks.surveys_grid(data)
