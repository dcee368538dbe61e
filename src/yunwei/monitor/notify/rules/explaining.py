"""Explains who would be told and why, by the very functions that the real way goes by. Pure."""

from collections.abc import Container, Iterable, Iterator
from dataclasses import replace
from datetime import timedelta

from yunwei.base.core.condition import Row
from yunwei.base.core.ids import UserId
from yunwei.monitor.notify.facts.escalation import Policy, Urgency
from yunwei.monitor.notify.facts.explaining import (
    AskedTable,
    Explanation,
    Reason,
    WhyNot,
    WouldTell,
)
from yunwei.monitor.notify.facts.reaching import About, Targets
from yunwei.monitor.notify.facts.routes import AskedVerdict, Route, Target, Way
from yunwei.monitor.notify.rules.addresses import quiet_end_of
from yunwei.monitor.notify.rules.reaching import sees_tenant
from yunwei.monitor.notify.rules.routing import Router

_VERDICTS = {
    AskedVerdict.NOT_MATCHED: WhyNot.NOT_MATCHED,
    AskedVerdict.BELOW: WhyNot.BELOW,
    AskedVerdict.NOT_ASKED: WhyNot.NOT_ASKED,
    AskedVerdict.SWITCHED_OFF: WhyNot.SWITCHED_OFF,
}


def explain(
    router: Router,
    about: About,
    row: Row,
    *,
    tenants: Container[int],
    kept_quiet_by: tuple[str, ...] = (),
    user: UserId | None = None,
) -> Explanation:
    """Return who would be told of an alarm that is raised at `about.at`, if nobody acts.

    tenants: whose routes may be shown. user: somebody about whom is asked in particular.
    """
    tables = tuple(
        AskedTable(
            tenant=table[0].route.tenant,
            tenant_name=router.snapshot.tenant_names.get(table[0].route.tenant, ""),
            asked=tuple(table),
        )
        for owner in router.owners(about)
        if owner in tenants and (table := router.ask_all(owner, about, row))
    )
    told = tuple(each for each in _find_told(router, about, row) if _is_shown(each, tables))
    found = Explanation(at=about.at, tables=tables, told=told, kept_quiet_by=kept_quiet_by)
    return found if user is None else _about_person(router, about, found, user)


def _is_shown(told: WouldTell, tables: Iterable[AskedTable]) -> bool:
    return any(each.route.id == told.route for table in tables for each in table.asked)


def _find_told(router: Router, about: About, row: Row) -> Iterator[WouldTell]:
    routing = router(about, row)
    for target in routing.targets:
        yield _tell_at_once(target, about, is_fallback=routing.is_fallback)
    for route, policy in routing.policies:
        yield from _find_steps(router, about, route, policy)


def _tell_at_once(target: Target, about: About, *, is_fallback: bool) -> WouldTell:
    way = Way(
        channel=target.channel,
        contact=target.contact,
        meant=target.meant,
        skipped=target.skipped,
    )
    return _tell(target.route, way, about, is_fallback=is_fallback and target.route.is_catch_all)


def _find_steps(router: Router, about: About, route: Route, policy: Policy) -> Iterator[WouldTell]:
    """Yield what each step would tell, to whoever is meant when it comes."""
    at = about.at
    for number, step in enumerate(policy.steps, start=1):
        at += timedelta(seconds=step.delay_s)
        if step.min_severity is not None and about.severity.rank < step.min_severity.rank:
            continue
        then = replace(about, at=at)
        ways = router.reacher.find_ways(
            step.targets, then, owner=policy.tenant, on_screen=step.on_screen
        )
        is_reached = any(not way.skipped for way in ways)
        for way in ways:
            is_urgent = step.urgency is Urgency.HIGH
            yield _tell(route, way, then, step=number, is_urgent=is_urgent)
        if not is_reached:
            for way in router.find_fallback(then):
                yield _tell(route, way, then, step=number, is_fallback=True)


def _tell(
    route: Route,
    way: Way,
    about: About,
    *,
    step: int | None = None,
    is_urgent: bool = False,
    is_fallback: bool = False,
) -> WouldTell:
    meant = way.meant
    return WouldTell(
        route=route.id,
        route_name=route.name,
        step=step,
        at=about.at,
        user=way.contact.user if way.contact else None,
        person=way.contact.name if way.contact else "",
        by=meant.by if meant else None,
        detail_zh=meant.detail_zh if meant else "",
        detail_en=meant.detail_en if meant else "",
        channel=way.channel.name if way.channel else "",
        skipped=way.skipped,
        quiet_until=None if is_urgent else quiet_end_of(way, about.severity, about.at),
        is_fallback=is_fallback,
    )


def _about_person(router: Router, about: About, found: Explanation, user: UserId) -> Explanation:
    contact = next((each for each in router.snapshot.contacts if each.user == user), None)
    own = [each for each in found.told if each.user == user]
    is_told = any(
        not each.skipped and each.quiet_until is None and each.at <= about.at for each in own
    )
    reasons = [*_of_ways(own, about), *_of_routes(router, about, found, user)]
    if contact is not None and not sees_tenant(contact, about.tenant, router.snapshot):
        reasons.insert(0, Reason(why=WhyNot.OTHER_TENANT))
    if not own and not reasons:
        reasons = [Reason(why=WhyNot.NOT_NAMED)]
    return replace(
        found,
        user=user,
        person=contact.name if contact else "",
        is_told=is_told,
        reasons=tuple(dict.fromkeys(reasons)),
    )


def _of_ways(own: Iterable[WouldTell], about: About) -> Iterator[Reason]:
    for each in own:
        if each.skipped:
            yield Reason(why=WhyNot.NO_ADDRESS, about=each.channel)
        elif each.quiet_until is not None:
            yield Reason(why=WhyNot.QUIET, about=each.channel, at=each.quiet_until)
        elif each.at > about.at:
            yield Reason(why=WhyNot.LATER, about=each.route_name, at=each.at)


def _of_routes(router: Router, about: About, found: Explanation, user: UserId) -> Iterator[Reason]:
    for table in found.tables:
        for asked in table.asked:
            for targets in _targets_of(router, asked.route):
                why = _VERDICTS.get(asked.verdict)
                if why is not None and _means(router, targets, about, asked.route, user):
                    yield Reason(why=why, about=asked.route.name)
                if why is None:
                    yield from _off_duty(router, targets, about, user)


def _targets_of(router: Router, route: Route) -> Iterator[Targets]:
    yield route.targets
    policy = router.snapshot.policies.get(route.policy) if route.policy else None
    for step in policy.steps if policy else ():
        yield step.targets


def _means(router: Router, targets: Targets, about: About, route: Route, user: UserId) -> bool:
    meant = router.reacher.find_meant(targets, about, owner=route.tenant)
    return any(each.contact.user == user for each in meant)


def _off_duty(router: Router, targets: Targets, about: About, user: UserId) -> Iterator[Reason]:
    """Yield the schedules in which somebody takes turns, but is not on duty at that instant."""
    duty = router.snapshot.duty
    for id in targets.schedules:
        schedule = duty.schedules.get(id) if duty else None
        on_duty = {each.user for each in router.reacher.find_on_duty(id, about.at)}
        if schedule is not None and user in schedule.people and user not in on_duty:
            yield Reason(why=WhyNot.NOT_ON_DUTY, about=schedule.name)
