"""The sections of service work: what was asked for and why, changes, inspections; what is ahead."""

from collections import Counter
from collections.abc import Iterator

from django.utils.translation import get_language, pgettext
from django.utils.translation import gettext as _

from yunwei.base.core.acts import PermitReason
from yunwei.operate.inspection.facts.inspections import Change
from yunwei.operate.reports.content import Column, ColumnKind, Rows, Section
from yunwei.operate.reports.facts import Formatter
from yunwei.operate.reports.sections.asking import Asking, CellRow, build_rows
from yunwei.operate.reports.sections.service_asking import ServiceBook
from yunwei.operate.reports.sections.service_words import say_priority, say_state, say_type
from yunwei.operate.service.facts.clocks import Priority
from yunwei.operate.service.facts.contracts import ServiceType

_NUMBER, _TIME = ColumnKind.NUMBER, ColumnKind.TIME
_MOST_CAUSES = 20


def work_section(asking: Asking) -> Section:
    """Volumes by type and priority, causes, changes, inspections, acts that were refused."""
    book = asking.service
    tables = (_volumes(book), _causes(book), _changes(book), _inspections(book), _refused(book))
    return Section(
        kind="service_work",
        title=_("Work"),
        tables=tuple(each for each in tables if each.cells),
        missing=""
        if any(each.cells for each in tables)
        else _("No ticket was opened or worked on."),
    )


def _volumes(book: ServiceBook) -> Rows:
    columns = (
        Column(name="type", label=_("Service")),
        *(Column(name=each.value, label=say_priority(each), kind=_NUMBER) for each in Priority),
        Column(name="opened", label=_("Reported"), kind=_NUMBER),
        Column(name="solved", label=_("Solved"), kind=_NUMBER),
        Column(name="open", label=_("Open at the end"), kind=_NUMBER),
        Column(name="minutes", label=_("Minutes of work"), kind=_NUMBER),
    )
    return build_rows("volumes", _("Tickets by service and priority"), columns, _volume_rows(book))


def _volume_rows(book: ServiceBook) -> Iterator[CellRow]:
    for type in ServiceType:
        lines = [each for each in book.quality.tickets if each.type is type]
        if not lines:
            continue
        counts = Counter(each.priority for each in lines if each.opened_in)
        yield (
            say_type(type),
            *(counts[priority] for priority in Priority),
            counts.total(),
            sum(each.solved_in for each in lines),
            sum(each.is_open for each in lines),
            sum(each.minutes for each in lines),
        )


def _causes(book: ServiceBook) -> Rows:
    columns = (
        Column(name="cause", label=_("Cause")),
        Column(name="count", label=_("Tickets"), kind=_NUMBER),
        Column(name="share", label=_("Of all"), kind=_NUMBER, formatter=Formatter.PERCENT),
    )
    found = book.causes
    return build_rows("causes", _("Top causes"), columns, found[:_MOST_CAUSES], total=len(found))


def _changes(book: ServiceBook) -> Rows:
    columns = (
        Column(name="ticket", label=_("Ticket")),
        Column(name="title", label=_("Title")),
        Column(name="window", label=_("Window")),
        Column(name="state", label=_("State")),
        Column(name="solved", label=_("Done"), kind=_TIME),
    )
    return build_rows(
        "changes",
        _("Changes"),
        columns,
        (
            (
                each.code,
                each.title,
                each.window or "–",
                say_state(each.state),
                each.solved_at.isoformat() if each.solved_at else None,
            )
            for each in book.quality.tickets
            if each.type is ServiceType.CHANGE
        ),
    )


def _inspections(book: ServiceBook) -> Rows:
    columns = (
        Column(name="inspection", label=_("Inspection")),
        Column(name="title", label=_("Title")),
        Column(name="at", label=_("Measured"), kind=_TIME),
        Column(name="score", label=_("Score"), kind=_NUMBER, formatter=Formatter.DECIMAL),
        Column(name="before", label=_("Score before"), kind=_NUMBER, formatter=Formatter.DECIMAL),
        Column(name="new", label=_("New findings"), kind=_NUMBER),
        Column(name="gone", label=_("Gone"), kind=_NUMBER),
        Column(name="worse", label=_("Worse"), kind=_NUMBER),
    )
    return build_rows("inspections", _("Inspections"), columns, _inspection_rows(book))


def _inspection_rows(book: ServiceBook) -> Iterator[CellRow]:
    language = get_language() or ""
    for each in book.inspections:
        counts = book.differences.get(each.id)
        is_compared = counts is not None and each.before is not None
        yield (
            each.code,
            each.title.in_language(language),
            each.measured_at.isoformat() if each.measured_at else None,
            each.score,
            book.before_of(each) if is_compared else None,
            counts[Change.NEW] if counts and is_compared else None,
            counts[Change.GONE] if counts and is_compared else None,
            counts[Change.WORSE] if counts and is_compared else None,
        )


def _refused(book: ServiceBook) -> Rows:
    columns = (
        Column(name="reason", label=_("Why it was refused")),
        Column(name="count", label=_("Acts"), kind=_NUMBER),
    )
    total, counts = book.refused
    rows = ((_say_refusal(reason), count) for reason, count in counts.most_common())
    note = ""
    if total > counts.total():
        note = _("Of %(total)s refused acts, the newest %(count)s are counted by reason.") % {
            "total": total,
            "count": counts.total(),
        }
    return build_rows("refused", _("Acts that were refused"), columns, rows, note=note)


def _say_refusal(reason: PermitReason) -> str:
    return {
        PermitReason.NO_CONTRACT: _("No contract was in force"),
        PermitReason.NOT_COVERED: _("The contract is about other desktops"),
        PermitReason.NOT_AUTHORISED: _("This kind of operation is not authorised"),
        PermitReason.ENDED: _("The authorisation did not hold then"),
        PermitReason.OTHER_TIMES: _("Authorised at other times only"),
        PermitReason.OTHER_OBJECTS: _("Authorised for other desktops only"),
        PermitReason.FROZEN: _("Frozen by an event plan"),
        PermitReason.UNKNOWN_DAY: _("It hangs on a calendar that is not published"),
    }.get(reason, reason.value)


def ahead_section(asking: Asking) -> Section:
    """What is planned: inspections, guarded events, changes and open tickets with their times."""
    book = asking.service
    columns = (
        Column(name="what", label=pgettext("report", "What")),
        Column(name="title", label=_("Title")),
        Column(name="at", label=_("When"), kind=_TIME),
        Column(name="note", label=_("Note")),
    )
    rows = sorted(_ahead_rows(book), key=lambda row: (row[2] is None, str(row[2])))
    table = build_rows("ahead", _("What is planned"), columns, rows)
    return Section(
        kind="service_ahead",
        title=_("What is ahead"),
        tables=(table,) if table.cells else (),
        missing="" if table.cells else _("Nothing is planned."),
    )


def _ahead_rows(book: ServiceBook) -> Iterator[CellRow]:
    language = get_language() or ""
    for schedule in book.schedules:
        at = schedule.next_at.isoformat() if schedule.next_at else None
        yield _("Inspection"), schedule.title.in_language(language), at, "–"
    for plan in book.plans:
        frozen = _("Frozen until %(at)s") % {"at": f"{plan.draft.frozen_until:%Y-%m-%d}"}
        yield _("Guarded event"), plan.draft.name, plan.draft.starts_at.isoformat(), frozen
    for each in book.quality.tickets:
        if each.is_open:
            at = each.due_at.isoformat() if each.due_at else None
            what = pgettext("report", "Open ticket")
            yield what, f"{each.code} {each.title}", at, say_state(each.state)
