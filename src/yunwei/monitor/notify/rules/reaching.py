"""Who is meant by targets at an instant, and by which ways they are reached. Pure.

The real path and the explanation of it ask the very same functions.
"""

from collections.abc import Iterable, Iterator
from datetime import datetime

from yunwei.base.core.ids import ScheduleId, UserId
from yunwei.monitor.duty.facts.schedules import DutyRole
from yunwei.monitor.duty.facts.shifts import OnDuty
from yunwei.monitor.duty.rules.on_duty import AskOnDuty, build_on_duty
from yunwei.monitor.duty.rules.reasons import say_because
from yunwei.monitor.notify.facts.channels import Channel
from yunwei.monitor.notify.facts.reaching import (
    About,
    MeantBy,
    Owner,
    Ownership,
    Scope,
    Targets,
)
from yunwei.monitor.notify.facts.routes import Contact, Meant, Snapshot, Way
from yunwei.monitor.notify.rules.addresses import NO_ADDRESS, find_address

SERVICE_MANAGER = "service_manager"
_LONGEST_CHAIN = 3


class Reacher:
    """Answers for one snapshot. Cost of a question: linear in the people who are meant."""

    def __init__(self, snapshot: Snapshot) -> None:
        self.snapshot = snapshot
        self._by_user = {contact.user: contact for contact in snapshot.contacts}
        self._by_role: dict[tuple[int, str], list[Contact]] = {}
        for contact in snapshot.contacts:
            self._by_role.setdefault((contact.tenant, contact.role), []).append(contact)
        self._on_duty = _ask_duty(snapshot)
        self._owned = _Owned(snapshot.ownerships)

    def find_ways(
        self, whom: Targets, about: About, *, owner: int, on_screen: bool
    ) -> tuple[Way, ...]:
        """Return the ways to those whom a route or step of `owner` means, each once."""
        people = self.find_people(whom, about, owner=owner)
        found: dict[str, Way] = {}
        for way in self._all_ways(people, whom, on_screen=on_screen):
            found.setdefault(way.key, way)
        return tuple(found.values())

    def _all_ways(self, people: list[Meant], whom: Targets, *, on_screen: bool) -> Iterator[Way]:
        if on_screen:
            for meant in people:
                yield Way(channel=None, contact=meant.contact, meant=meant)
        for channel in self.find_channels(whom):
            if not self.is_personal(channel):
                yield Way(channel=channel, contact=None)
                continue
            for meant in people:
                if find_address(meant.contact, channel, self.snapshot):
                    yield Way(channel=channel, contact=meant.contact, meant=meant)
                else:
                    yield from self._without_address(channel, meant)

    def _without_address(self, channel: Channel, meant: Meant) -> Iterator[Way]:
        """Yield the way that is skipped, and the first fallback that gets to the person."""
        yield Way(channel=channel, contact=meant.contact, meant=meant, skipped=NO_ADDRESS)
        other = self._fallback_of(channel)
        for _ in range(_LONGEST_CHAIN):
            if other is None:
                return
            if not self.is_personal(other):
                yield Way(channel=other, contact=None)
                return
            if find_address(meant.contact, other, self.snapshot):
                yield Way(channel=other, contact=meant.contact, meant=meant)
                return
            other = self._fallback_of(other)

    def _fallback_of(self, channel: Channel) -> Channel | None:
        found = self.snapshot.channels.get(channel.fallback) if channel.fallback else None
        return found if found is not None and self.is_usable(found) else None

    def find_people(self, whom: Targets, about: About, *, owner: int) -> list[Meant]:
        """Return whom targets mean and who may be told of the alarm's tenant, each once."""
        return [
            meant
            for meant in self.find_meant(whom, about, owner=owner)
            if sees_tenant(meant.contact, about.tenant, self.snapshot)
        ]

    def find_meant(self, whom: Targets, about: About, *, owner: int) -> list[Meant]:
        """Return whom targets mean, whether or not they may be told, each once."""
        found: dict[UserId, Meant] = {}
        for meant in self._meant(whom, about, owner=owner):
            found.setdefault(meant.contact.user, meant)
        return list(found.values())

    def _meant(self, whom: Targets, about: About, *, owner: int) -> Iterator[Meant]:
        for user in whom.people:
            if user in self._by_user:
                yield Meant(contact=self._by_user[user], by=MeantBy.NAMED)
        for schedule in whom.schedules:
            yield from self._meant_by_duty(schedule, whom.duty_role, about.at)
        for kind in whom.owners:
            yield from self._meant_by_owner(kind, about, owner=owner)
        for role in whom.roles:
            for contact in self._by_role.get((owner, role), ()):
                yield Meant(contact=contact, by=MeantBy.ROLE, detail_zh=role, detail_en=role)

    def _meant_by_duty(
        self, schedule: ScheduleId, role: DutyRole | None, at: datetime
    ) -> Iterator[Meant]:
        for each in self._on_duty(schedule, at):
            contact = self._by_user.get(each.user)
            if contact is not None and role in {None, each.role}:
                yield Meant(
                    contact=contact,
                    by=MeantBy.DUTY,
                    detail_zh=self.say_duty(schedule, each, "zh"),
                    detail_en=self.say_duty(schedule, each, "en"),
                )

    def _meant_by_owner(self, kind: Owner, about: About, *, owner: int) -> Iterator[Meant]:
        if kind is Owner.SERVICE_MANAGER:
            for contact in self._service_managers(about.tenant):
                yield Meant(
                    contact=contact,
                    by=MeantBy.OWNER,
                    detail_zh="客户的服务经理",
                    detail_en="service manager of the tenant",
                )
            return
        entry = self._owned.find(kind, about, provider=self.snapshot.provider)
        if entry is None:
            return
        what = entry.path or f"pool {entry.pool}"
        for meant in self._meant(entry.targets, about, owner=entry.tenant):
            yield Meant(
                contact=meant.contact,
                by=MeantBy.OWNER,
                detail_zh=" · ".join(filter(None, (what, meant.detail_zh))),
                detail_en=" · ".join(filter(None, (what, meant.detail_en))),
            )

    def _service_managers(self, tenant: int) -> list[Contact]:
        """Return those who manage service for this tenant alone, else all of the provider's."""
        all_of_them = self._by_role.get((self.snapshot.provider, SERVICE_MANAGER), [])
        own = [contact for contact in all_of_them if tenant in contact.customers]
        return own or [contact for contact in all_of_them if not contact.customers]

    def find_on_duty(self, schedule: ScheduleId, at: datetime) -> tuple[OnDuty, ...]:
        return self._on_duty(schedule, at)

    def say_duty(self, schedule: ScheduleId, on_duty: OnDuty, language: str) -> str:
        """Return the schedule's name, the role and why, in words."""
        duty = self.snapshot.duty
        known = duty.schedules.get(schedule) if duty else None
        because = say_because(on_duty.because, duty.names if duty else {}, language)
        return " · ".join(filter(None, (known.name if known else "", because)))

    def find_channels(self, whom: Targets) -> list[Channel]:
        """Return the channels in use."""
        channels = [self.snapshot.channels.get(id) for id in dict.fromkeys(whom.channels)]
        return [each for each in channels if each is not None and self.is_usable(each)]

    def is_usable(self, channel: Channel) -> bool:
        return channel.is_enabled and channel.kind in self.snapshot.kinds

    def is_personal(self, channel: Channel) -> bool:
        kind = self.snapshot.kinds.get(channel.kind)
        return kind is not None and kind.is_personal


class _Owned:
    """The table of ownership, by what is looked up."""

    def __init__(self, entries: Iterable[Ownership]) -> None:
        self._paths: dict[tuple[int, str], Ownership] = {}
        self._pools: dict[tuple[int, int], Ownership] = {}
        for entry in entries:
            if entry.scope is Scope.OBJECT:
                self._paths[entry.tenant, entry.path.rstrip("/")] = entry
            elif entry.pool is not None:
                self._pools[entry.tenant, entry.pool] = entry

    def find(self, kind: Owner, about: About, *, provider: int) -> Ownership | None:
        """Return the entry that counts: the customer's own table goes before the provider's."""
        for tenant in dict.fromkeys((int(about.tenant), provider)):
            found = (
                self._of_pool(tenant, about.pool)
                if kind is Owner.POOL
                else self._of_path(tenant, about.managed_object)
            )
            if found is not None:
                return found
        return None

    def _of_path(self, tenant: int, path: str) -> Ownership | None:
        while path:
            found = self._paths.get((tenant, path))
            if found is not None:
                return found
            path = path.rpartition("/")[0]
        return self._paths.get((tenant, ""))

    def _of_pool(self, tenant: int, pool: int | None) -> Ownership | None:
        return self._pools.get((tenant, pool)) if pool is not None else None


def _ask_duty(snapshot: Snapshot) -> AskOnDuty:
    if snapshot.duty is None:
        return lambda schedule, at: ()
    return build_on_duty(snapshot.duty)


def sees_tenant(contact: Contact, tenant: int, snapshot: Snapshot) -> bool:
    """Say whether a person may be told of a tenant's things: their own; all others' only when
    they are the provider's and not limited to some customers."""
    if contact.tenant == tenant:
        return True
    is_limited = bool(contact.customers) and tenant not in contact.customers
    return contact.tenant == snapshot.provider and not is_limited
