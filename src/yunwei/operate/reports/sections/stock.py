"""Sections of what there is: licences, hosts, pools, quotas. As it stands when one is made."""

from datetime import date

from django.utils.translation import gettext as _

from yunwei.operate.forecast.facts import Forecast
from yunwei.operate.posture.facts import Failing, Health
from yunwei.operate.reports import posture_figures
from yunwei.operate.reports.content import Column, ColumnKind, Figure, Rows, Section
from yunwei.operate.reports.facts import Formatter
from yunwei.operate.reports.numbers import Ending, Filling, Numbers
from yunwei.operate.reports.sections.asking import Asking, build_rows

_NUMBER, _PERCENT = ColumnKind.NUMBER, Formatter.PERCENT
_CERTIFICATE = "certificate"
_BROKEN = (Failing.FAULTY, Failing.UNREGISTERED, Failing.STUCK, Failing.HOST_DOWN)


def say_health(health: Health) -> str:
    return {
        Health.BAD: _("bad"),
        Health.WATCH: _("to be watched"),
        Health.GOOD: _("good"),
        Health.UNKNOWN: _("not known"),
    }[health]


def _full_on(asking: Asking, licence: int) -> date | None:
    told = asking.foretold.get(licence)
    said = told.said if told else None
    return said.full_on if isinstance(said, Forecast) else None


def licence_numbers(asking: Asking) -> Numbers:
    """Return the numbers of licences for findings."""
    today = asking.now.date()
    fillings = []
    for each in asking.licences:
        if each.kind == _CERTIFICATE or each.total is None or each.used is None:
            continue
        full_on = _full_on(asking, each.id)
        fillings.append(
            Filling(
                name=each.name,
                used=each.used,
                total=each.total,
                full_on=full_on,
                days_until_full=(full_on - today).days if full_on else None,
            )
        )
    return Numbers(
        licences=tuple(fillings),
        refused=asking.refused.attempts,
        accounts=asking.holders.accounts,
        give_back=asking.holders.could_return,
        ending=tuple(
            Ending(name=each.name, days_left=(each.expires_at - asking.now).days)
            for each in asking.licences
            if each.expires_at is not None
        ),
    )


def licence_figures(asking: Asking) -> tuple[Figure, ...]:
    """Return the figures of licences."""
    return (
        Figure(
            name="accounts",
            label=_("Accounts"),
            value=float(asking.holders.accounts),
            formatter=Formatter.COUNT,
            definition=_("Accounts of desktop users that the sources list."),
        ),
        Figure(
            name="holders",
            label=_("Hold a desktop or a session"),
            value=float(asking.holders.holders),
            formatter=Formatter.COUNT,
            definition=_("Accounts to which a desktop is assigned, or that have a session."),
        ),
        Figure(
            name="give_back",
            label=_("Could give back"),
            value=float(asking.holders.could_return),
            formatter=Formatter.COUNT,
            definition=_("Holders without any connection for 30 days, or whose account is off."),
        ),
        Figure(
            name="refused_logons",
            label=_("Refused logons"),
            value=float(asking.refused.attempts),
            formatter=Formatter.COUNT,
            definition=_(
                "Attempts of the time whose reason of failure, in the source's words, names a "
                "licence."
            ),
        ),
    )


def licences_section(asking: Asking) -> Section:
    """Licences with when they are used up, and who was refused."""
    columns = (
        Column(name="name", label=_("Licence")),
        Column(name="used", label=_("Used"), kind=_NUMBER, formatter=Formatter.DECIMAL),
        Column(name="total", label=_("Owned"), kind=_NUMBER, formatter=Formatter.DECIMAL),
        Column(name="ratio", label=_("Used share"), kind=_NUMBER, formatter=_PERCENT),
        Column(name="peak", label=_("Most ever"), kind=_NUMBER, formatter=Formatter.DECIMAL),
        Column(name="full_on", label=_("Likely full"), kind=ColumnKind.DAY),
        Column(name="expires", label=_("Ends"), kind=ColumnKind.DAY),
    )
    table = build_rows(
        "licences",
        _("Licences"),
        columns,
        (
            (
                each.name,
                each.used,
                each.total,
                each.used_ratio,
                each.peak_used,
                _day(_full_on(asking, each.id)),
                _day(each.expires_at.date() if each.expires_at else None),
            )
            for each in asking.licences
        ),
    )
    refused = asking.refused
    chart = posture_figures.refused_by_day(
        refused.rows, period=asking.span, time_zone=asking.period.time_zone
    )
    return Section(
        kind="licences",
        title=_("Licences"),
        figures=licence_figures(asking),
        charts=(chart,) if refused.attempts else (),
        tables=(table,) if table.cells else (),
        missing="" if table.cells else _("No source tells of licences."),
    )


def _day(day: date | None) -> str | None:
    return day.isoformat() if day else None


def posture_numbers(asking: Asking) -> Numbers:
    """Return the numbers of what desktops stand on for findings."""
    found = asking.posture
    today = asking.now.date()
    return Numbers(
        hosts=len(found.hosts),
        hosts_unwell=sum(each.is_healthy is False for each in found.hosts),
        after_loss=found.after_loss,
        desktops=found.desktops,
        failing=sum(each.desktops for each in found.failures if each.kind in _BROKEN),
        idle_returnable=asking.idle.could_return,
        quotas=tuple(
            Filling(
                name=each.licence.name,
                used=each.licence.used,
                total=each.licence.total,
                days_until_full=each.days_until_full,
                full_on=each.forecast.full_on if each.forecast else None,
            )
            for each in found.quotas
            if each.licence.used is not None and each.licence.total is not None
            if each.forecast is None or each.forecast.full_on is None
            or each.forecast.full_on >= today
        ),
        ending=tuple(
            Ending(name=each.licence.name, days_left=each.days_left)
            for each in found.certificates
        ),
    )  # fmt: skip


def posture_figures_of(asking: Asking) -> tuple[Figure, ...]:
    """Return the figures of what desktops stand on."""
    found = asking.posture
    counted = (
        ("desktops", _("Desktops"), found.desktops, _("Desktops that the sources list.")),
        ("hosts", _("Hosts"), len(found.hosts), _("Hosts that the sources list.")),
        (
            "headroom",
            _("More desktops that fit"),
            found.headroom,
            _("Desktops of the usual size that still fit on hosts that are well."),
        ),
        (
            "after_loss",
            _("More that fit, the fullest host lost"),
            found.after_loss,
            _("Had the fullest host gone and its desktops been placed elsewhere; below 0 they do "
              "not fit."),
        ),
        (
            "failing",
            _("Desktops that fail"),
            sum(each.desktops for each in found.failures if each.kind in _BROKEN),
            _("Faulty, unregistered, stuck in a change, or on a host that is down."),
        ),
        (
            "idle_returnable",
            _("Desktops that could be given back"),
            asking.idle.could_return,
            _("Desktops that nobody would miss, by the rules of the page of idle desktops."),
        ),
    )  # fmt: skip
    return tuple(
        Figure(
            name=name,
            label=label,
            value=None if value is None else float(value),
            formatter=Formatter.COUNT,
            definition=definition,
        )
        for name, label, value, definition in counted
    )


def posture_section(asking: Asking) -> Section:
    """Hosts, quotas and pools, and what of it is not well."""
    found = asking.posture
    charts = [
        *([posture_figures.hosts_by_fullness(found.hosts)] if found.hosts else []),
        *([posture_figures.quotas_used(found.quotas)] if found.quotas else []),
        *([posture_figures.pools_by_use(found.pools)] if found.pools else []),
    ]
    tables = (_quotas(asking), _pools(asking), _clusters(asking))
    return Section(
        kind="posture",
        title=_("Capacity and resources"),
        text=_("As it stood when the report was made."),
        figures=posture_figures_of(asking),
        charts=tuple(each for each in charts if not each.is_empty),
        tables=tuple(each for each in tables if each.cells),
        missing="" if found.told else _("No source tells of hosts, pools or quotas."),
    )


def _quotas(asking: Asking) -> Rows:
    columns = (
        Column(name="name", label=_("Quota")),
        Column(name="health", label=_("State")),
        Column(name="used", label=_("Used"), kind=_NUMBER, formatter=Formatter.DECIMAL),
        Column(name="total", label=_("Owned"), kind=_NUMBER, formatter=Formatter.DECIMAL),
        Column(name="ratio", label=_("Used share"), kind=_NUMBER, formatter=_PERCENT),
        Column(name="full_on", label=_("Likely full"), kind=ColumnKind.DAY),
    )
    return build_rows(
        "quotas",
        _("Quotas"),
        columns,
        (
            (
                each.licence.name,
                say_health(each.health),
                each.licence.used,
                each.licence.total,
                each.licence.used_ratio,
                _day(each.forecast.full_on if each.forecast else None),
            )
            for each in asking.posture.quotas
        ),
    )


def _pools(asking: Asking) -> Rows:
    columns = (
        Column(name="pool", label=_("Pool")),
        Column(name="health", label=_("State")),
        Column(name="desktops", label=_("Desktops"), kind=_NUMBER),
        Column(name="connected", label=_("Connected now"), kind=_NUMBER),
        Column(name="ready", label=_("Ready"), kind=_NUMBER),
        Column(name="faulty", label=_("Faulty"), kind=_NUMBER),
        Column(name="unregistered", label=_("Unregistered"), kind=_NUMBER),
        Column(name="peak", label=_("Peak of 7 days"), kind=_NUMBER, formatter=_PERCENT),
    )
    ranked = sorted(asking.posture.pools, key=lambda each: -each.desktops)
    return build_rows(
        "posture_pools",
        _("Pools"),
        columns,
        (
            (
                each.name or _("in no pool"),
                say_health(each.health),
                each.desktops,
                each.connected,
                each.ready,
                each.faulty,
                each.unregistered,
                each.peak_ratio,
            )
            for each in ranked
        ),
    )


def _clusters(asking: Asking) -> Rows:
    columns = (
        Column(name="site", label=_("Site")),
        Column(name="health", label=_("State")),
        Column(name="hosts", label=_("Hosts"), kind=_NUMBER),
        Column(name="unwell", label=_("Not well"), kind=_NUMBER),
        Column(name="cpu", label=_("vCPUs allocated"), kind=_NUMBER, formatter=_PERCENT),
        Column(name="memory", label=_("Memory allocated"), kind=_NUMBER, formatter=_PERCENT),
        Column(name="headroom", label=_("Headroom"), kind=_NUMBER),
    )
    return build_rows(
        "clusters",
        _("Hosts by site"),
        columns,
        (
            (
                each.site or each.source_name,
                say_health(each.health),
                each.hosts,
                each.hosts_unwell,
                each.cpu_ratio,
                each.memory_ratio,
                each.headroom,
            )
            for each in asking.posture.clusters
        ),
    )
