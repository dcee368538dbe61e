"""Who gets a notice, by which ways and in which words."""

from tests.support.contacts import (
    CUSTOMER,
    OTHER,
    PROVIDER,
    build_channel,
    build_contact,
    build_snapshot,
)
from yunwei.base.core.ids import ChannelId, UserId
from yunwei.monitor.notify.facts.notices import Bilingual, Notice
from yunwei.monitor.notify.facts.routes import Snapshot
from yunwei.monitor.notify.rules.notices import find_ways
from yunwei.monitor.notify.rules.words import render_notice


def build_notice(**changes: object) -> Notice:
    fields: dict[str, object] = {
        "tenant": CUSTOMER,
        "key": "mask-3-ends",
        "subject": Bilingual(zh="屏蔽规则\n即将到期", en="A mask rule\nends soon"),
        "body": Bilingual(zh="规则“换盘”将于 18:00 到期。", en='The rule "disks" ends at 18:00.'),
        "people": (UserId(7),),
    }
    return Notice(**{**fields, **changes})  # type: ignore[arg-type]


def told(notice: Notice, snapshot: Snapshot) -> list[str]:
    return [
        f"{way.channel.name if way.channel else 'screen'}"
        f" {way.contact.user if way.contact else '-'}"
        for way in find_ways(notice, snapshot)
    ]


def test_a_person_is_told_on_screen_and_by_one_way_of_their_own() -> None:
    channels = (build_channel(1, "webhook"), build_channel(2, "email"), build_channel(3, "email"))
    snapshot = build_snapshot(people=[build_contact(7)], channels=channels)
    assert told(build_notice(), snapshot) == ["screen 7", "email 2 7"]


def test_a_customers_person_is_reached_by_their_own_channel_before_the_providers() -> None:
    channels = (build_channel(1, "email"), build_channel(2, "email", tenant=CUSTOMER))
    snapshot = build_snapshot(people=[build_contact(7, CUSTOMER)], channels=channels)
    assert told(build_notice(), snapshot) == ["screen 7", "email 2 7"]


def test_a_role_means_the_tenants_people_and_else_the_providers() -> None:
    people = [build_contact(7), build_contact(8, CUSTOMER, role="customer_contact")]
    notice = build_notice(people=(), roles=("customer_contact", "operator"))
    assert told(notice, build_snapshot(people=people)) == ["screen 8"]
    assert told(notice, build_snapshot(people=people[:1])) == ["screen 7"]


def test_whoever_may_not_see_the_tenant_is_not_told() -> None:
    people = [build_contact(7, OTHER), build_contact(8, PROVIDER, customers=(OTHER,))]
    notice = build_notice(people=(UserId(7), UserId(8)), roles=("operator",))
    assert told(notice, build_snapshot(people=people)) == []


def test_a_group_is_told_besides_and_a_switched_off_one_is_not() -> None:
    channels = [build_channel(1, "webhook"), build_channel(2, "webhook", is_enabled=False)]
    notice = build_notice(people=(), channels=(ChannelId(1), ChannelId(2), ChannelId(9)))
    assert told(notice, build_snapshot(channels=channels)) == ["webhook 1 -"]


def test_the_words_are_the_readers() -> None:
    notice = build_notice()
    chinese = render_notice(notice, language="zh-hans", route_name="")
    assert (chinese.subject, chinese.body) == (
        "屏蔽规则 即将到期",
        "规则“换盘”将于 18:00 到期。",
    )
    english = render_notice(notice, language="en", route_name="all")
    assert english.subject == "A mask rule ends soon"
    assert english.body.endswith('Why you: route "all" matches')
