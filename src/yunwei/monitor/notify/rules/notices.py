"""Who gets a notice, and by which ways. Pure."""

from collections.abc import Iterator

from yunwei.base.people.facts import AddressKind
from yunwei.monitor.notify.facts.channels import Channel
from yunwei.monitor.notify.facts.notices import Notice, NoticeWay
from yunwei.monitor.notify.facts.routes import Contact, Snapshot
from yunwei.monitor.notify.rules.addresses import find_address
from yunwei.monitor.notify.rules.reaching import sees_tenant


def find_ways(notice: Notice, snapshot: Snapshot) -> tuple[NoticeWay, ...]:
    """Return the ways of a notice, each once; () when it would reach nobody."""
    ways: dict[tuple[int, int, str], NoticeWay] = {}
    for way in _all_ways(notice, snapshot):
        channel = way.channel.id if way.channel else 0
        contact = way.contact.user if way.contact else 0
        ways.setdefault((channel, contact, way.outside), way)
    return tuple(ways.values())


def _all_ways(notice: Notice, snapshot: Snapshot) -> Iterator[NoticeWay]:
    for target in notice.targets:
        yield NoticeWay(
            channel=target.channel, contact=target.contact, route_name=target.route.name
        )
    for contact in _find_people(notice, snapshot):
        yield NoticeWay(channel=None, contact=contact)
        own = _own_channel(contact, snapshot)
        if own is not None:
            yield NoticeWay(channel=own, contact=contact)
    for id in notice.channels:
        channel = snapshot.channels.get(id)
        if channel is not None and channel.is_enabled and not _is_personal(channel, snapshot):
            yield NoticeWay(channel=channel, contact=None)
    yield from _outside_ways(notice, snapshot)


def _outside_ways(notice: Notice, snapshot: Snapshot) -> Iterator[NoticeWay]:
    """Yield a way to each address from outside, by mail of its tenant, else of the provider."""
    by_mail = sorted(
        (
            each
            for each in snapshot.channels.values()
            if each.is_enabled and _is_mail(each, snapshot)
        ),
        key=lambda each: each.id,
    )
    for owner in (notice.tenant, snapshot.provider):
        channel = next((each for each in by_mail if each.tenant == owner), None)
        if channel is not None:
            for address in notice.outside:
                yield NoticeWay(
                    channel=channel,
                    contact=None,
                    outside=address,
                    outside_language=notice.outside_language,
                )
            return


def _is_mail(channel: Channel, snapshot: Snapshot) -> bool:
    kind = snapshot.kinds.get(channel.kind)
    is_mail = kind is not None and kind.is_personal and kind.address_kind == AddressKind.EMAIL
    return channel.is_enabled and is_mail


def _find_people(notice: Notice, snapshot: Snapshot) -> list[Contact]:
    seeing = [each for each in snapshot.contacts if sees_tenant(each, notice.tenant, snapshot)]
    named = [each for each in seeing if each.user in notice.people]
    holders = [each for each in seeing if each.role in notice.roles]
    home = [each for each in holders if each.tenant == notice.tenant]
    return named + (home or [each for each in holders if each.tenant == snapshot.provider])


def _own_channel(contact: Contact, snapshot: Snapshot) -> Channel | None:
    """Return the first personal channel of the person's tenant, else of the provider, that has an
    address of theirs."""
    usable = sorted(
        (
            each
            for each in snapshot.channels.values()
            if each.is_enabled and find_address(contact, each, snapshot)
        ),
        key=lambda each: each.id,
    )
    for owner in (contact.tenant, snapshot.provider):
        for channel in usable:
            if channel.tenant == owner:
                return channel
    return None


def _is_personal(channel: Channel, snapshot: Snapshot) -> bool:
    kind = snapshot.kinds.get(channel.kind)
    return kind is not None and kind.is_personal
