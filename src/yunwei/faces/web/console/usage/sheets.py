"""The tables of the pages of use as rows of a file, their heading first."""

from collections.abc import Iterable

from django.utils.translation import gettext as _

from yunwei.faces.web.console.usage.stretches import PARTS, name_part
from yunwei.faces.web.shared.sheets import Plain
from yunwei.faces.web.shared.words import word
from yunwei.operate.usage.facts.experience import Cause, Experience, UserExperience
from yunwei.operate.usage.facts.use import Attempts, By, FailedPart, Failures, Logon, Part, Phases
from yunwei.operate.usage.queries import activity
from yunwei.operate.usage.queries.ground import Ground
from yunwei.operate.usage.rules.days import say_clock

_CHUNK = 1000
_MOST = 100_000


def user_rows(ground: Ground) -> list[list[Plain]]:
    """All users of the time, those with the most connected time first."""
    heading: list[Plain] = [
        _("Login"),
        _("Name"),
        _("Department"),
        _("Time connected (hours)"),
        _("Days connected"),
        _("First in, median"),
        _("Last out, median"),
    ]
    rows = [heading]
    for offset in range(0, _MOST, _CHUNK):
        found = activity.fetch_user_times(ground, limit=_CHUNK, offset=offset)
        rows += [
            [
                row.login,
                row.name,
                row.department,
                round(row.connected_s / 3600, 2),
                row.days,
                say_clock(row.first_in_s),
                say_clock(row.last_out_s),
            ]
            for row in found.rows
        ]
        if len(found.rows) < _CHUNK:
            break
    return rows


def failure_rows(found: Iterable[Failures]) -> list[list[Plain]]:
    """Failed attempts by reason, most first."""
    heading: list[Plain] = [_("Reason"), _("Attempts"), _("Users"), _("Last")]
    return [heading] + [
        [each.reason or _("no reason told"), each.attempts, each.users, each.last_at]
        for each in found
    ]


def phase_rows(found: Phases) -> list[list[Plain]]:
    """Stages of logons, those that take most first, and what none accounts for."""
    heading: list[Plain] = [
        _("Stage"),
        _("Logons"),
        _("Median (s)"),
        _("p95 (s)"),
        _("Together (s)"),
        _("Share of the logon"),
    ]
    listed = [*found.rows, *([found.gap] if found.gap else [])]
    return [heading] + [
        [
            each.name or _("Unaccounted"),
            each.logons,
            round(each.p50_s, 3),
            round(each.p95_s, 3),
            round(each.total_s, 3),
            round(each.share, 4),
        ]
        for each in listed
    ]


def attempt_rows(by: By, found: Iterable[tuple[str, Attempts]]) -> list[list[Plain]]:
    """Attempts by what they are told apart by, most first."""
    heading: list[Plain] = [
        str(PARTS[by]),
        _("Attempts"),
        _("Failed"),
        _("Reconnects"),
        _("First logons"),
        _("Logon, median (s)"),
        _("Logon, p95 (s)"),
    ]
    return [heading] + [
        [
            name_part(by, each.part, name) or _("unknown"),
            each.attempts,
            each.failures,
            each.reconnects,
            each.timed,
            each.p50_s,
            each.p95_s,
        ]
        for name, each in found
    ]


def logon_rows(found: Iterable[Logon]) -> list[list[Plain]]:
    """Logons, the slowest first."""
    heading: list[Plain] = [
        _("Began"),
        _("Login"),
        _("Name"),
        _("Department"),
        _("Desktop"),
        _("Client"),
        _("Version"),
        _("Logon (s)"),
        _("Unaccounted (s)"),
        _("Stages (s)"),
    ]
    return [heading] + [
        [
            each.started_at,
            each.login,
            each.name,
            each.department,
            each.desktop_name or each.desktop,
            each.client_type,
            each.client_version,
            each.logon_s,
            each.gap_s,
            ", ".join(f"{stage.name} {stage.seconds:.3f}" for stage in each.stages),
        ]
        for each in found
    ]


def part_rows(by: By, parts: Iterable[Part]) -> list[list[Plain]]:
    """Departments, pools or clients, the most used first."""
    heading: list[Plain] = [
        str(PARTS[by]),
        _("Users"),
        _("Time connected (hours)"),
        _("Peak of users at once"),
        _("At"),
        _("Attempts"),
        _("Failed"),
        _("Reconnects"),
        _("Logon, median (s)"),
        _("Logon, p95 (s)"),
    ]
    return [heading] + [
        [
            name_part(by, part.key, part.name) or _("unknown"),
            part.users,
            round(part.connected_s / 3600, 2),
            part.top.count if part.top else 0,
            part.top.at if part.top else None,
            part.attempts.attempts,
            part.attempts.failures,
            part.attempts.reconnects,
            part.attempts.p50_s,
            part.attempts.p95_s,
        ]
        for part in parts
    ]


def failed_part_rows(found: Iterable[FailedPart]) -> list[list[Plain]]:
    """Failed attempts by stage and reason, most first."""
    heading: list[Plain] = [_("Stage"), _("Reason"), _("Attempts"), _("Users"), _("Last")]
    return [heading] + [
        [
            each.stage or _("no stage told"),
            each.reason or _("no reason told"),
            each.attempts,
            each.users,
            each.last_at,
        ]
        for each in found
    ]


def experience_rows(by: By, found: Iterable[Experience]) -> list[list[Plain]]:
    """Experience scores of parts, the worst first, with the points lost to each cause."""
    causes = [str(word("cause", cause).label) for cause in Cause]
    heading: list[Plain] = [
        str(PARTS[by]),
        _("Score"),
        *causes,
        _("Users"),
        _("Poor"),
        _("Share measured"),
    ]
    return [heading] + [
        [
            name_part(by, each.key, each.name) or _("unknown"),
            round(each.score, 2),
            *(round(each.lost[cause], 2) for cause in Cause),
            each.users,
            each.poor,
            round(each.measured, 4),
        ]
        for each in found
    ]


def user_experience_rows(found: Iterable[UserExperience]) -> list[list[Plain]]:
    """Experience scores of users, the worst first; empty where a cause was not measured."""
    causes = [str(word("cause", cause).label) for cause in Cause]
    heading: list[Plain] = [_("Login"), _("Name"), _("Department"), _("Score"), *causes]
    return [[*heading, _("Share measured")]] + [
        [
            each.login,
            each.name,
            each.department,
            round(each.score, 2),
            *(None if (lost := each.lost[cause]) is None else round(lost, 2) for cause in Cause),
            round(each.measured, 4),
        ]
        for each in found
    ]
