"""Sections of use: who was connected when, for how long, how well, and what failed."""

from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from yunwei.operate.reports import usage_figures
from yunwei.operate.reports.content import Column, ColumnKind, Figure, Rows, Section
from yunwei.operate.reports.facts import Formatter
from yunwei.operate.reports.formatters import format_value
from yunwei.operate.reports.numbers import Numbers
from yunwei.operate.reports.sections.asking import MOST_ROWS, Asking, build_rows
from yunwei.operate.usage.facts.experience import Cause, Experience
from yunwei.operate.usage.facts.use import By, Counted, Part
from yunwei.operate.usage.queries import activity, experience, logons, parts

_CHUNK = 1000
_NUMBER = ColumnKind.NUMBER


def say_cause(cause: Cause) -> str:
    """Return what costs points, in words."""
    return {
        Cause.LOGON: _("slow logons"),
        Cause.FAILURES: _("failed attempts"),
        Cause.RTT: _("network delay"),
        Cause.DROPS: _("broken connections"),
    }[cause]


def use_numbers(asking: Asking) -> Numbers:
    """Return the numbers of use for findings."""
    ground, before = asking.ground, asking.ground_before
    now = activity.fetch_active(ground)
    top = activity.fetch_concurrency(ground).top
    then = activity.fetch_concurrency(before).top if before else None
    return Numbers(
        coverage=ground.known.coverage,
        coverage_before=before.known.coverage if before else None,
        users=now.users,
        users_before=activity.fetch_active(before).users if before else None,
        peak=top.count if top else None,
        peak_at=top.at.astimezone(ZoneInfo(asking.period.time_zone)) if top else None,
        peak_before=then.count if then else None,
    )


def logon_numbers(asking: Asking) -> Numbers:
    """Return the numbers of attempts and logons for findings."""
    ground, before = asking.ground, asking.ground_before
    now = parts.fetch_all_attempts(ground)
    reasons = parts.fetch_failures(ground)
    stages = logons.fetch_phases(ground).rows
    then = parts.fetch_all_attempts(before) if before else None
    slowest = max(stages, key=lambda each: each.share, default=None)
    return Numbers(
        coverage=ground.known.coverage,
        coverage_before=before.known.coverage if before else None,
        attempts=now.attempts,
        failures=now.failures,
        attempts_before=then.attempts if then else None,
        failures_before=then.failures if then else None,
        top_failure=reasons[0].reason if reasons else "",
        top_failures=reasons[0].attempts if reasons else 0,
        logon_p95_s=now.p95_s,
        logon_p95_before_s=then.p95_s if then else None,
        slowest_stage=slowest.name if slowest else "",
        slowest_stage_share=slowest.share if slowest else None,
    )


def experience_numbers(asking: Asking) -> Numbers:
    """Return the numbers of experience for findings."""
    ground, before = asking.ground, asking.ground_before
    now = experience.fetch_whole_experience(ground)
    then = experience.fetch_whole_experience(before) if before else None
    if now is None:
        return Numbers()
    worst = max(now.lost, key=lambda cause: now.lost[cause], default=None)
    points = now.lost[worst] if worst else 0.0
    return Numbers(
        coverage=ground.known.coverage,
        coverage_before=before.known.coverage if before else None,
        score=now.score,
        score_before=then.score if then else None,
        worst_cause=say_cause(worst) if worst and points >= 1 else "",
        worst_points=points,
        poor_users=now.poor,
        scored_users=now.users,
    )


def use_figures(asking: Asking) -> tuple[Figure, ...]:
    """Return the figures of use."""
    ground, before = asking.ground, asking.ground_before
    now = activity.fetch_active(ground)
    top = activity.fetch_concurrency(ground).top
    sessions = activity.fetch_concurrency(ground, Counted.SESSIONS).top
    then = activity.fetch_active(before) if before else None
    top_then = activity.fetch_concurrency(before).top if before else None
    zone = ZoneInfo(asking.period.time_zone)
    return (
        Figure(
            name="active_users",
            label=_("Active users"),
            value=float(now.users),
            before=float(then.users) if then else None,
            formatter=Formatter.COUNT,
            definition=_("Different login names that were connected at any instant of the time."),
        ),
        Figure(
            name="peak_users",
            label=_("Most users at once"),
            value=float(top.count) if top else 0.0,
            before=float(top_then.count) if top_then else None,
            formatter=Formatter.COUNT,
            note=f"{top.at.astimezone(zone):%m-%d %H:%M}" if top else "",
            definition=_(
                "The highest number of users connected at one instant, exact: worked out from "
                "beginnings and ends of connections, not from samples."
            ),
        ),
        Figure(
            name="peak_sessions",
            label=_("Most sessions at once"),
            value=float(sessions.count) if sessions else 0.0,
            formatter=Formatter.COUNT,
            definition=_("Sessions at one instant at most, exact: one person may have several."),
        ),
        Figure(
            name="connected_hours",
            label=_("Hours connected"),
            value=round(now.connected_s / 3600, 1),
            before=round(then.connected_s / 3600, 1) if then else None,
            formatter=Formatter.COUNT,
            definition=_("Connected time of all users together, overlaps of one user once."),
        ),
    )


def logon_figures(asking: Asking) -> tuple[Figure, ...]:
    """Return the figures of attempts and logons."""
    now = parts.fetch_all_attempts(asking.ground)
    before = asking.ground_before
    then = parts.fetch_all_attempts(before) if before else None
    return (
        Figure(
            name="attempts",
            label=_("Attempts to connect"),
            value=float(now.attempts),
            before=float(then.attempts) if then else None,
            formatter=Formatter.COUNT,
            definition=_("Attempts that began in the time, first logons and reconnects."),
        ),
        Figure(
            name="failed_ratio",
            label=_("Failed"),
            value=now.failed_ratio,
            before=then.failed_ratio if then else None,
            formatter=Formatter.PERCENT,
            note=ngettext("%(count)s attempt failed", "%(count)s attempts failed", now.failures)
            % {"count": format_value(Formatter.COUNT, now.failures)},
            definition=_("Failed attempts ÷ attempts."),
        ),
        Figure(
            name="logon_p50",
            label=_("Logon, median"),
            value=now.p50_s,
            before=then.p50_s if then else None,
            formatter=Formatter.DURATION,
            definition=_("From asking to usable, of first connections that became usable."),
        ),
        Figure(
            name="logon_p95",
            label=_("Logon, 95 of 100 within"),
            value=now.p95_s,
            before=then.p95_s if then else None,
            formatter=Formatter.DURATION,
            definition=_("From asking to usable: five of a hundred first connections took longer."),
        ),
    )


def experience_figures(asking: Asking) -> tuple[Figure, ...]:
    """Return the figures of experience; () where nothing was measured."""
    now = experience.fetch_whole_experience(asking.ground)
    before = asking.ground_before
    then = experience.fetch_whole_experience(before) if before else None
    if now is None:
        return ()
    return (
        Figure(
            name="experience_score",
            label=_("Experience score"),
            value=round(now.score, 1),
            before=round(then.score, 1) if then else None,
            formatter=Formatter.DECIMAL,
            note=_("of 100"),
            definition=_(
                "100 less the points lost to slow logons, failed attempts, network delay and "
                "broken connections; the mean over users, each once."
            ),
        ),
        Figure(
            name="poor_users",
            label=_("Users who work poorly"),
            value=float(now.poor),
            before=float(then.poor) if then else None,
            formatter=Formatter.COUNT,
            definition=_("Users with a score below 60."),
        ),
    )


def activity_section(asking: Asking) -> Section:
    """Active users of each day, how many at once, and when in the week."""
    ground, span, zone = asking.ground, asking.span, asking.period.time_zone
    before = asking.ground_before
    days = activity.fetch_days(ground)
    then = activity.fetch_concurrency(before) if before else None
    charts = [
        usage_figures.concurrency(
            activity.fetch_concurrency(ground),
            then,
            period=span,
            time_zone=zone,
            before_name=asking.before_name,
        )
    ]
    if asking.period.days > 1:
        charts += [
            usage_figures.active_users(days, period=span, time_zone=zone),
            usage_figures.connected_hours(days, period=span, time_zone=zone),
        ]
    if asking.period.days >= 7:
        charts.append(usage_figures.week_heat(activity.fetch_heat(ground), time_zone=zone))
    return Section(
        kind="activity",
        title=_("Usage"),
        figures=use_figures(asking),
        charts=tuple(charts),
        missing=_missing(asking),
    )


def _missing(asking: Asking) -> str:
    if asking.ground.known.sources:
        return ""
    return _("No source has told of any connections.")


def parts_section(asking: Asking, wanted: tuple[By, ...] = ()) -> Section:
    """Use by department, pool and kind of client. wanted: () for all of these."""
    titles = (
        (By.DEPARTMENT, _("Departments"), _("Department")),
        (By.POOL, _("Pools"), _("Pool")),
        (By.CLIENT, _("Clients"), _("Client")),
    )
    tables = tuple(
        _parts(asking, by, title, name) for by, title, name in titles if not wanted or by in wanted
    )
    return Section(
        kind="parts",
        title=_("Who uses it"),
        tables=tuple(each for each in tables if each.cells),
        missing="" if any(each.cells for each in tables) else _missing(asking) or _nobody(),
    )


def _nobody() -> str:
    return _("Nobody was connected in this time.")


def _parts(asking: Asking, by: By, title: str, name: str) -> Rows:
    columns = (
        Column(name="name", label=name),
        Column(name="users", label=_("Users"), kind=_NUMBER),
        Column(name="hours", label=_("Hours"), kind=_NUMBER, formatter=Formatter.DECIMAL),
        Column(name="peak", label=_("Most at once"), kind=_NUMBER),
        Column(name="attempts", label=_("Attempts"), kind=_NUMBER),
        Column(name="failed", label=_("Failed"), kind=_NUMBER, formatter=Formatter.PERCENT),
        Column(
            name="p95",
            label=_("Logon, 95 of 100 within"),
            kind=_NUMBER,
            formatter=Formatter.DURATION,
        ),
    )
    return build_rows(
        by.value,
        title,
        columns,
        (
            (
                _say_part(by, each),
                each.users,
                round(each.connected_s / 3600, 2),
                each.top.count if each.top else 0,
                each.attempts.attempts,
                each.attempts.failed_ratio,
                each.attempts.p95_s,
            )
            for each in parts.fetch_parts(asking.ground, by)
        ),
    )


def _say_part(by: By, part: Part | Experience) -> str:
    """A pool is said by its name alone: nobody reads its id."""
    if by is By.POOL:
        return part.name or _("in no pool")
    return part.name or part.key or _("unknown")


def users_section(asking: Asking) -> Section:
    """Every user with their connected time, the longest first."""
    rows: list[tuple[str | float | None, ...]] = []
    total = 0
    for offset in range(0, MOST_ROWS, _CHUNK):
        found = activity.fetch_user_times(asking.ground, limit=_CHUNK, offset=offset)
        total = found.total
        rows += [
            (
                each.login,
                each.name,
                each.department,
                round(each.connected_s / 3600, 2),
                each.days,
                _clock(each.first_in_s),
                _clock(each.last_out_s),
            )
            for each in found.rows
        ]
        if len(found.rows) < _CHUNK:
            break
    columns = (
        Column(name="login", label=_("Login")),
        Column(name="name", label=_("Name")),
        Column(name="department", label=_("Department")),
        Column(name="hours", label=_("Hours"), kind=_NUMBER, formatter=Formatter.DECIMAL),
        Column(name="days", label=_("Days"), kind=_NUMBER),
        Column(name="first_in", label=_("First in"), kind=_NUMBER),
        Column(name="last_out", label=_("Last out"), kind=_NUMBER),
    )
    table = build_rows(
        "users", _("Users"), [_as_text(each) for each in columns], rows, total=total,
        note=_("First in and last out are medians over the days on which somebody was connected."),
    )  # fmt: skip
    return Section(
        kind="users",
        title=_("Users"),
        tables=(table,) if rows else (),
        missing="" if rows else _missing(asking) or _nobody(),
    )


def _as_text(column: Column) -> Column:
    if column.name in {"first_in", "last_out"}:
        return Column(name=column.name, label=column.label)
    return column


def _clock(since_midnight_s: float) -> str:
    minutes = int(since_midnight_s // 60)
    return f"{minutes // 60:02d}:{minutes % 60:02d}"


def logons_section(asking: Asking) -> Section:
    """How long logons take, where their time goes, and why attempts failed."""
    told = logons.fetch_logon_times(asking.ground)
    has_any = any(value is not None for value in told.p50_s)
    chart = usage_figures.logon_times(told, period=asking.span, time_zone=asking.period.time_zone)
    tables = (_stages(asking), _reasons(asking))
    return Section(
        kind="logons",
        title=_("Logons"),
        figures=logon_figures(asking),
        charts=(chart,) if has_any else (),
        tables=tuple(each for each in tables if each.cells),
        missing="" if has_any or any(each.cells for each in tables) else _nobody(),
    )


def _stages(asking: Asking) -> Rows:
    phases = logons.fetch_phases(asking.ground)
    duration = Formatter.DURATION
    columns = (
        Column(name="stage", label=_("Stage")),
        Column(name="logons", label=_("Logons"), kind=_NUMBER),
        Column(name="p50", label=_("Median"), kind=_NUMBER, formatter=duration),
        Column(name="p95", label=_("95 of 100 within"), kind=_NUMBER, formatter=duration),
        Column(name="share", label=_("Share"), kind=_NUMBER, formatter=Formatter.PERCENT),
    )
    listed = [*phases.rows, *([phases.gap] if phases.gap else [])]
    return build_rows(
        "stages",
        _("Where the time of logons goes"),
        columns,
        (
            (each.name or _("Unaccounted"), each.logons, each.p50_s, each.p95_s, each.share)
            for each in listed
        ),
    )


def _reasons(asking: Asking) -> Rows:
    columns = (
        Column(name="reason", label=_("Reason")),
        Column(name="attempts", label=_("Attempts"), kind=_NUMBER),
        Column(name="users", label=_("Users"), kind=_NUMBER),
        Column(name="last", label=_("Last"), kind=ColumnKind.TIME),
    )
    return build_rows(
        "failures",
        _("Why attempts failed"),
        columns,
        (
            (
                each.reason or _("no reason told"),
                each.attempts,
                each.users,
                each.last_at.isoformat(),
            )
            for each in parts.fetch_failures(asking.ground)
        ),
    )


def experience_section(asking: Asking) -> Section:
    """The score, and which pools and users lose most points, to what."""
    figures = experience_figures(asking)
    by_pool = experience.fetch_experience(asking.ground, By.POOL)
    by_department = experience.fetch_experience(asking.ground, By.DEPARTMENT)
    decimal = Formatter.DECIMAL
    causes = tuple(
        Column(name=each.value, label=say_cause(each), kind=_NUMBER, formatter=decimal)
        for each in Cause
    )
    score = Column(name="score", label=_("Score"), kind=_NUMBER, formatter=decimal)
    users = Column(name="users", label=_("Users"), kind=_NUMBER)
    part_tables = [
        build_rows(
            name,
            title,
            (Column(name="name", label=label), score, users, *causes),
            (
                (
                    _say_part(by, each),
                    round(each.score, 1),
                    each.users,
                    *(round(each.lost[cause], 1) for cause in Cause),
                )
                for each in found
            ),
        )
        for by, name, title, label, found in (
            (By.POOL, "experience_pools", _("By pool, the worst first"), _("Pool"), by_pool),
            (
                By.DEPARTMENT,
                "experience_departments",
                _("By department, the worst first"),
                _("Department"),
                by_department,
            ),
        )
    ]
    tables = [each for each in (*part_tables, _worst_users(asking, score, causes)) if each.cells]
    return Section(
        kind="experience",
        title=_("Experience"),
        figures=figures,
        tables=tuple(tables),
        missing="" if figures else _("Nothing was measured of how well people work."),
    )


def _worst_users(asking: Asking, score: Column, causes: tuple[Column, ...]) -> Rows:
    worst = experience.fetch_user_experience(asking.ground, limit=50)
    return build_rows(
        "experience_users",
        _("Users with the lowest scores"),
        (
            Column(name="login", label=_("Login")),
            Column(name="name", label=_("Name")),
            score,
            *causes,
        ),
        (
            (each.login, each.name, round(each.score, 1), *map(_points, map(each.lost.get, Cause)))
            for each in worst.rows
        ),
        total=worst.total,
        note=_("Points lost to each cause; empty where it was not measured."),
    )


def _points(value: float | None) -> float | None:
    return None if value is None else round(value, 1)
