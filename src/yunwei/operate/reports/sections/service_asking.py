"""What the sections of service are made from, read once."""

from collections import Counter
from datetime import datetime
from functools import cached_property

from django.utils.translation import gettext as _

from yunwei.base.core.acts import PermitReason
from yunwei.base.core.page import PageRequest
from yunwei.base.infra.postgres import transaction
from yunwei.base.people.facts import Viewer
from yunwei.monitor.alarms import queries as alarms
from yunwei.operate.assurance.facts import Plan, PlanState
from yunwei.operate.assurance.queries import plans as assurance
from yunwei.operate.inspection.facts.inspections import Change, Inspection, Schedule
from yunwei.operate.inspection.queries import inspections
from yunwei.operate.inspection.queries import plans as schedules
from yunwei.operate.reports.sections.service_words import say_type
from yunwei.operate.service.facts.quality import Quality, TicketLine
from yunwei.operate.service.facts.surveys import Satisfaction
from yunwei.operate.service.facts.tickets import WaitReason
from yunwei.operate.service.queries.authorisations import fetch_acts
from yunwei.operate.service.queries.quality import fetch_quality
from yunwei.operate.service.queries.surveys import sum_up

_MOST = PageRequest(limit=200)
_MOST_COMPARED = 12

type Times = tuple[datetime, datetime]


class ServiceBook:
    """viewer: sees the one tenant only. before: the time that is compared with, None: none."""

    def __init__(self, viewer: Viewer, span: Times, before: Times | None, now: datetime) -> None:
        self._viewer = viewer
        (self._tenant,) = viewer.tenants
        self._span = span
        self._before = before
        self._now = now

    @cached_property
    def quality(self) -> Quality:
        return fetch_quality(self._viewer, self._tenant, *self._span)

    @cached_property
    def quality_before(self) -> Quality | None:
        return fetch_quality(self._viewer, self._tenant, *self._before) if self._before else None

    @property
    def opened(self) -> tuple[TicketLine, ...]:
        return tuple(each for each in self.quality.tickets if each.opened_in)

    @property
    def waiting_for_customer(self) -> int:
        return sum(each.waits_for == WaitReason.CUSTOMER for each in self.quality.tickets)

    @cached_property
    def causes(self) -> tuple[tuple[str, int, float], ...]:
        """What tickets of the time were about, the most frequent first: the kind of alarm, where
        there was one, or the service that was asked for. (name, how many, share of all)"""
        linked = [each.alarm for each in self.opened if each.alarm is not None]
        with transaction() as conn:
            known = alarms.system_alarms(conn, linked) if linked else {}
        counts = Counter(
            known[each.alarm].alarm.alarm_type
            if each.alarm in known
            else _("%(type)s, without an alarm") % {"type": say_type(each.type)}
            for each in self.opened
        )
        whole = sum(counts.values())
        return tuple((name, count, count / whole) for name, count in counts.most_common())

    @cached_property
    def inspections(self) -> tuple[Inspection, ...]:
        """Inspections that were measured in the time, the newest first."""
        found = inspections.fetch_inspections(self._viewer, None, _MOST).items
        from_at, to_at = self._span
        dated = [(each.measured_at, each) for each in found if each.measured_at]
        return tuple(each for at, each in dated if from_at <= at < to_at)

    @cached_property
    def differences(self) -> dict[int, Counter[Change]]:
        """What became of findings since the inspection before, of the newest inspections."""
        return {
            each.id: Counter(
                diff.change
                for diff in inspections.access_inspection(self._viewer, each.id).differences
            )
            for each in self.inspections[:_MOST_COMPARED]
        }

    @cached_property
    def score_before(self) -> float | None:
        """The score of the inspection with which the newest is compared."""
        if not self.inspections:
            return None
        return self.before_of(self.inspections[0])

    def before_of(self, inspection: Inspection) -> float | None:
        if inspection.before is None:
            return None
        found = inspections.fetch_inspections(
            self._viewer, {"id": inspection.before}, PageRequest(limit=1)
        ).items
        return found[0].score if found else None

    @cached_property
    def refused(self) -> tuple[int, Counter[PermitReason]]:
        """How many acts were refused in the time; of the newest 200, how many for which reason."""
        from_at, to_at = self._span
        asked = {"is_allowed": False, "since": from_at, "until": to_at}
        found = fetch_acts(self._viewer, asked, _MOST)
        return found.total, Counter(each.reason for each in found.items)

    @cached_property
    def satisfaction(self) -> Satisfaction:
        """What customers answered to the surveys that were sent in the time."""
        from_at, to_at = self._span
        return sum_up(self._viewer, since=from_at, until=to_at)

    @cached_property
    def satisfaction_before(self) -> Satisfaction | None:
        if self._before is None:
            return None
        from_at, to_at = self._before
        return sum_up(self._viewer, since=from_at, until=to_at)

    @cached_property
    def plans(self) -> tuple[Plan, ...]:
        """Event plans that are not over."""
        found = assurance.fetch_plans(self._viewer, None, _MOST).items
        going = (PlanState.DRAFTED, PlanState.STARTED)
        return tuple(e for e in found if e.state in going and e.draft.ends_at > self._now)

    @cached_property
    def schedules(self) -> tuple[Schedule, ...]:
        """Inspections that will be made, the soonest first."""
        found = schedules.fetch_schedules(self._viewer, None, _MOST, now=self._now).items
        return tuple(
            sorted(
                (each for each in found if each.next_at is not None),
                key=lambda each: each.next_at or self._now,
            )
        )
