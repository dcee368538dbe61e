"""The sheet of a visit as a document of one page, in one language, for PDF and DOCX."""

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
    Picture,
    SignatureBox,
    Signatures,
)
from yunwei.base.infra.documents.pdf import render_pdf
from yunwei.operate.service.facts.visits import SignMethod, VisitSignature, WholeVisit
from yunwei.operate.service.rules.visits import HEIGHT, WIDTH

_WIDE = 5 * WIDTH // 2
_WIDTH, _HEIGHT = 480, 77


def render_sheet(
    whole: WholeVisit, kind: str, *, language: str, time_zone: str
) -> tuple[str, bytes]:
    """Return a visit's sheet as `pdf` or `docx`: content type and bytes; the same visit gives the
    same PDF."""
    with translation.override(language):
        document = compose(whole, language=language, zone=ZoneInfo(time_zone))
    if kind == "pdf":
        return "application/pdf", render_pdf(document)
    word = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
    return word, render_docx(document)


def compose(whole: WholeVisit, *, language: str, zone: ZoneInfo) -> Document:
    """Return the document, in the language that is active."""
    visit, signature = whole.visit, whole.signature
    signed_at = signature.at if signature is not None else None
    ends = (visit.planned_at, visit.arrived_at, visit.done_at, signed_at)
    return Document(
        title=_("Sheet of a visit on site"),
        subtitle=f"{visit.ticket_title} · {visit.tenant_name}",
        language=language[:2],
        cover=_cover(whole, zone),
        blocks=(*_work(whole), *_files(whole, zone), *_signed(whole, zone)),
        footer=f"{visit.code} · {visit.ticket_code} · {visit.tenant_name}",
        made_at=max(each for each in ends if each is not None),
        labels={"contents": _("Contents"), "page": _("Page {page} of {pages}")},
        is_sheet=True,
    )


def _at(moment: datetime | None, zone: ZoneInfo) -> str:
    return moment.astimezone(zone).strftime("%Y-%m-%d %H:%M") if moment else "–"


def _cover(whole: WholeVisit, zone: ZoneInfo) -> tuple[tuple[str, str], ...]:
    return tuple(_lines(whole, zone))


def _lines(whole: WholeVisit, zone: ZoneInfo) -> Iterator[tuple[str, str]]:
    visit = whole.visit
    yield pgettext("document", "Number"), f"{visit.code} · {visit.ticket_code}"
    yield _("Customer"), visit.tenant_name
    yield _("Contract"), visit.contract_name
    yield _("Engineer"), visit.engineer_name
    yield _("Address"), visit.address
    if visit.contact:
        yield _("Whom to ask for"), visit.contact
    yield (
        pgettext("visit", "When"),
        f"{_at(visit.starts_at, zone)} – {_at(visit.ends_at, zone)} ({zone.key})",
    )
    yield _("Days of the contract"), str(visit.days)
    yield pgettext("visit", "Arrived"), f"{_at(visit.arrived_at, zone)} {visit.arrived_by}"
    if visit.position is not None:
        where = visit.position
        told = {
            "latitude": where.latitude,
            "longitude": where.longitude,
            "accuracy": round(where.accuracy_m),
        }
        text = _("%(latitude)s, %(longitude)s (within %(accuracy)s m)")
        yield _("Position of the telephone"), text % told
    yield pgettext("visit", "Finished"), f"{_at(visit.done_at, zone)} {visit.done_by}"
    yield _("Minutes of work"), str(visit.minutes)


def _work(whole: WholeVisit) -> Iterator[Block]:
    yield Heading(text=_("What was done, and what came of it"))
    yield Paragraph(text=whole.visit.result or _("There is no result yet."))


def _files(whole: WholeVisit, zone: ZoneInfo) -> Iterator[Block]:
    if whole.files:
        yield Grid(
            title=_("Evidence"),
            heading=(_("File"), _("Who"), _("When"), "SHA-256"),
            rows=tuple(
                (each.name, each.by, _at(each.at, zone), _in_groups(each.sha256))
                for each in whole.files
            ),
            numeric=(False,) * 4,
            widths=(4, 2, 3, 6),
        )


def _signed(whole: WholeVisit, zone: ZoneInfo) -> Iterator[Block]:
    signature = whole.signature
    if signature is None:
        lines = ((pgettext("person", "Name"), ""), (_("Signature"), ""), (_("Date"), ""))
        items = (
            SignatureBox(title=_("Provider"), lines=lines),
            SignatureBox(title=_("Customer"), lines=lines),
        )
        yield Signatures(title=_("Signatures"), items=items)
        return
    yield Heading(text=_("Signed by the customer"))
    yield Grid(
        title="",
        heading=(_("Signature"), _("In words")),
        rows=tuple(_signature_rows(signature, zone)),
        numeric=(False, False),
        widths=(3, 9),
    )
    if signature.method is SignMethod.SCREEN:
        yield Picture(
            title=signature.name,
            svg=_narrow(whole.image.decode()),
            width=_WIDTH,
            height=_HEIGHT,
        )
    if whole.is_intact is False:
        yield Paragraph(text=_("What is kept is not what was signed: it was changed afterwards."))


def _narrow(svg: str) -> str:
    """Return a drawing at the left of a picture as wide as the page."""
    return svg.replace(
        f'0 {WIDTH} {HEIGHT}" width="{WIDTH}"', f'0 {_WIDE} {HEIGHT}" width="{_WIDE}"'
    )


def _signature_rows(signature: VisitSignature, zone: ZoneInfo) -> Iterator[tuple[str, str]]:
    role = f" ({signature.role})" if signature.role else ""
    ways = {
        SignMethod.SCREEN: pgettext("visit", "drawn on the screen"),
        SignMethod.PAPER: pgettext("visit", "scan of the signed sheet"),
    }
    yield _("Signed by"), f"{signature.name}{role}"
    yield _("Time"), f"{_at(signature.at, zone)} ({zone.key})"
    yield _("How"), ways[signature.method]
    yield _("In whose session"), signature.by
    if signature.remark:
        yield _("Remark"), signature.remark
    yield _("Hash of what was signed"), _in_groups(signature.seal)
    yield _("Hash of the signature"), _in_groups(signature.digest)


def _in_groups(digest: str) -> str:
    return " ".join(digest[start : start + 16] for start in range(0, len(digest), 16))
