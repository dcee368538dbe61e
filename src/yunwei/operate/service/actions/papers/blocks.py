"""What the papers of an acceptance have in common: heads, tables, signature blocks."""

from datetime import date, datetime

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from yunwei.base.core.wall_clock import find_zone, local_day
from yunwei.base.infra.documents.facts import Grid, Paragraph, SignatureBox, Signatures
from yunwei.operate.service.actions.papers.saying import (
    CLOCKS,
    KINDS,
    NOTHING,
    SIDES,
    TASK_NAMES,
    TYPES,
    VERDICTS,
    say_criterion,
    say_day,
    say_length,
    say_measured,
    say_target,
    say_time,
)
from yunwei.operate.service.facts.acceptances import (
    AcceptanceData,
    Criterion,
    Method,
    Signature,
    TaskLine,
    Verdict,
)
from yunwei.operate.service.facts.contracts import ContractSide
from yunwei.operate.service.facts.matrix import TaskKey

MOST_ROWS = 60
"""Longer tables go on in the package's data: a page of paper is for reading."""


def head(data: AcceptanceData) -> tuple[tuple[str, str], ...]:
    return (
        (_("Customer"), data.customer),
        (_("Provider"), data.provider),
        (_("Contract"), f"{data.contract_number} {data.contract_name}"),
        (_("Case"), f"{data.case} {data.title}"),
        (_("Planned"), f"{say_day(data.planned_from)} – {say_day(data.planned_until)}"),
        (_("Carried out"), f"{say_time(data, data.began_at)} – {say_time(data, data.as_of)}"),
    )


def criteria_grid(criteria: tuple[Criterion, ...]) -> Grid:
    return Grid(
        title=_("Criteria"),
        heading=(_("What is judged"), _("Target"), _("Measured"), _("Verdict"), _("Remark")),
        rows=tuple(
            (
                say_criterion(each),
                say_target(each),
                say_measured(each),
                str(VERDICTS[each.verdict]),
                each.note,
            )
            for each in criteria
        ),
        numeric=(False,) * 5,
        widths=(9, 3, 5, 4, 5),
    )


def tasks_grid(data: AcceptanceData, signed: tuple[Signature, ...]) -> Grid:
    """The last task is done by the customer's signature, which is no part of the sealed data."""
    accepted = next((e.at for e in signed if e.side is ContractSide.CUSTOMER), None)
    return Grid(
        title=_("Tasks"),
        heading=(_("Task"), _("Planned"), _("Done"), _("Days late"), _("Remark")),
        rows=tuple(
            (
                str(TASK_NAMES[each.key]),
                say_day(each.planned_on),
                say_day(_done_on(data, each, accepted)),
                str(each.delay_days or NOTHING),
                each.note,
            )
            for each in data.tasks
        ),
        numeric=(False, False, False, True, False),
        widths=(6, 4, 4, 3, 8),
    )


def _done_on(data: AcceptanceData, task: TaskLine, accepted: datetime | None) -> date | None:
    if accepted is None or task.key != TaskKey.ACCEPT:
        return task.done_on
    return local_day(accepted, find_zone(data.time_zone))


def tickets_grid(data: AcceptanceData) -> Grid:
    shown = data.tickets[:MOST_ROWS]
    note = _("%(shown)s of %(total)s tickets; all of them stand in tickets.csv of the package.")
    left = {"shown": len(shown), "total": len(data.tickets)}
    return Grid(
        title=_("Tickets"),
        heading=(
            pgettext("paper", "Number"),
            _("What it is about"),
            _("Service"),
            pgettext("ticket", "Reported"),
            _("Solved"),
            _("Answered (time used)"),
            _("Solved (time used)"),
        ),
        rows=tuple(
            (
                each.code,
                f"{each.priority.upper()} {each.title}",
                str(TYPES[each.type]),
                say_time(data, each.reported_at),
                say_time(data, each.solved_at),
                _clock(each.response, each.response_s),
                _clock(each.resolution, each.resolution_s),
            )
            for each in shown
        ),
        numeric=(False,) * 7,
        widths=(5, 10, 5, 6, 6, 6, 6),
        note=note % left if len(data.tickets) > len(shown) else "",
    )


def _clock(state: str, seconds: int | None) -> str:
    return f"{CLOCKS[state]} ({say_length(seconds)})" if state else NOTHING


def surveys_grid(data: AcceptanceData) -> Grid:
    shown = data.surveys[:MOST_ROWS]
    note = _("%(shown)s of %(total)s answers; all of them stand in data.json of the package.")
    left = {"shown": len(shown), "total": len(data.surveys)}
    return Grid(
        title=_("Answers to surveys"),
        heading=(
            _("What it is about"),
            _("Answered at"),
            _("Satisfaction, 1 to 5"),
            _("Would recommend, 0 to 10"),
            _("What they said"),
        ),
        rows=tuple(
            (
                each.about,
                say_time(data, each.at),
                str(each.csat),
                NOTHING if each.nps is None else str(each.nps),
                " – ".join(filter(None, (each.comment, each.name))) or NOTHING,
            )
            for each in shown
        ),
        numeric=(False, False, True, True, False),
        widths=(8, 5, 4, 4, 9),
        note=note % left if len(data.surveys) > len(shown) else "",
    )


def documents_grid(data: AcceptanceData) -> Grid:
    return Grid(
        title=_("Documents handed over"),
        heading=(_("File"), _("Kind of document"), _("Put in by"), _("Hash (SHA-256)")),
        rows=tuple(
            (
                each.name,
                str(KINDS[each.kind]),
                f"{each.by} {say_time(data, each.at)}",
                _in_groups(each.sha256),
            )
            for each in data.documents
        ),
        numeric=(False,) * 4,
        widths=(6, 4, 6, 8),
        note="" if data.documents else _("none"),
    )


def _in_groups(sha256: str) -> str:
    """Return a hash that can be broken into lines."""
    return " ".join(sha256[start : start + 16] for start in range(0, len(sha256), 16))


def people_grid(data: AcceptanceData) -> Grid:
    return Grid(
        title=_("Interface persons"),
        heading=(
            _("Speaks for"),
            pgettext("person", "Name"),
            _("From"),
            _("Until"),
            _("Announced late, because"),
        ),
        rows=tuple(
            (
                str(SIDES[each.side]),
                f"{each.name} ({_('Deputy')})" if each.is_deputy else each.name,
                say_time(data, each.from_at),
                say_time(data, each.until_at),
                each.late or NOTHING,
            )
            for each in data.people
        ),
        numeric=(False,) * 5,
        widths=(4, 6, 5, 5, 6),
    )


def conclusion(criteria: tuple[Criterion, ...], signed: tuple[Signature, ...]) -> tuple[str, ...]:
    """What is met, and the customer's word: where there is none yet, room for it."""
    missed = sum(each.verdict is Verdict.NOT_MET for each in criteria)
    said = _("All criteria that can be judged are met.")
    if missed:
        text = _("%(missed)s of %(all)s criteria are not met; see the remarks.")
        said = text % {"missed": missed, "all": len(criteria)}
    word = next((each for each in signed if each.side is ContractSide.CUSTOMER), None)
    if word is None:
        return said, _("○ Accepted    ○ Accepted on conditions    ○ Not accepted")
    if word.remark:
        conditions = _("The customer accepts what was done, with this remark: %(remark)s")
        return said, conditions % {"remark": word.remark}
    return said, _("The customer accepts what was done.")


def words_or_room(text: str | None) -> tuple[str, ...]:
    """Return what was written, or for None lines to write on."""
    if text is None:
        return ("_" * 72,) * 3
    return (text or NOTHING,)


def signatures(data: AcceptanceData, signed: tuple[Signature, ...]) -> Signatures:
    """Return the boxes in which both sides sign, or what they signed with."""
    units = {ContractSide.PROVIDER: data.provider, ContractSide.CUSTOMER: data.customer}
    by_side = {each.side: each for each in signed}
    return Signatures(
        title=_("Signatures"),
        items=tuple(
            SignatureBox(
                title=_("%(side)s: %(unit)s") % {"side": SIDES[side], "unit": unit},
                lines=tuple(_lines(data, by_side.get(side))),
            )
            for side, unit in units.items()
        ),
    )


def _lines(data: AcceptanceData, signed: Signature | None) -> list[tuple[str, str]]:
    if signed is None:
        return [(_("Signature"), ""), (_("Seal of the unit"), ""), (_("Date"), "")]
    ways = {
        Method.SCREEN: _("on screen, with their own password"),
        Method.PAPER: _("on paper; the scan lies in the package"),
    }
    lines = [
        (_("Signed by"), f"{signed.name} ({signed.by})"),
        (_("Time"), say_time(data, signed.at)),
        (_("How"), ways[signed.method]),
        (_("Hash of what was signed"), _in_groups(signed.seal)),
        (_("Hash of the signature"), _in_groups(signed.digest)),
    ]
    return [*lines, (_("Remark"), signed.remark)] if signed.remark else lines


def source_note(data: AcceptanceData, data_sha256: str) -> Paragraph:
    text = _(
        "Made from data of %(at)s, contract terms version %(terms)s (%(terms_hash)s), plan version "
        "%(plan)s (%(plan_hash)s). Hash of the data (SHA-256): %(hash)s"
    )
    return Paragraph(
        text=text
        % {
            "at": say_time(data, data.as_of),
            "terms": data.terms,
            "terms_hash": data.terms_sha256[:16],
            "plan": data.plan,
            "plan_hash": data.plan_sha256[:16],
            "hash": data_sha256,
        },
        is_quiet=True,
    )


TICKET_COLUMNS = (
    "code",
    "type",
    "priority",
    "title",
    "reported_at",
    "solved_at",
    "is_done",
    "minutes",
    "response",
    "response_s",
    "resolution",
    "resolution_s",
)
