"""Each channel writes to the address of its kind; what comes at night is told in the morning."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from cryptography.fernet import Fernet

from tests.support.alarms import build_raw
from tests.support.posted import EVERYTHING, Post
from yunwei.base.core.alarm import AlarmAct
from yunwei.base.core.errors import Conflict, Invalid, Refused
from yunwei.base.core.ids import ChannelId, UserId
from yunwei.base.core.severity import Severity
from yunwei.base.infra.postgres import transaction
from yunwei.base.infra.secrets import SecretBox
from yunwei.base.people.actions import contacts
from yunwei.base.people.actions.users import create_user
from yunwei.base.people.facts import SYSTEM, AddressKind, PersonDraft, QuietHours, Role, Viewer
from yunwei.base.people.queries import fetch_contacts, system_reachable_one, viewer_by_name
from yunwei.monitor.duty.queries.snapshots import system_reach
from yunwei.monitor.notify.actions import codes, policies, routes
from yunwei.monitor.notify.actions.channels import add_channel
from yunwei.monitor.notify.facts.channels import ChannelDraft
from yunwei.monitor.notify.facts.escalation import PolicyDraft, PolicyStep, Urgency
from yunwei.monitor.notify.facts.reaching import Targets
from yunwei.monitor.notify.facts.routes import RouteDraft
from yunwei.monitor.notify.queries import routes as route_queries

BOX = SecretBox((Fernet.generate_key().decode(),))
NIGHT = QuietHours(
    starts_minute=22 * 60, ends_minute=7 * 60, time_zone="Asia/Shanghai", lets_critical=True
)
SMS = {"url": "http://127.0.0.1:9/sms", "template": "{}"}


class Office:
    """Anna, with e-mail and what she adds; alarms go to her by the channels that are added."""

    def __init__(self, post: Post) -> None:
        self.post, self.world = post, post.world
        draft = PersonDraft(
            username="anna",
            display_name="Anna",
            role=Role.OPERATOR,
            tenant=self.world.installation.tenant,
            email="anna@yw.example",
        )
        create_user(SYSTEM, draft, password="correct horse battery 7")
        self.anna: Viewer = viewer_by_name("anna")
        self.user = self.anna.user_id or UserId(0)

    def sets_clock(self, wall: str) -> None:
        at = datetime.fromisoformat(wall).replace(tzinfo=ZoneInfo("Asia/Shanghai"))
        self.world.clock.advance(at.astimezone(UTC) - self.world.clock.now())

    def adds_channel(
        self, kind: str, settings: dict[str, str], fallback: ChannelId | None = None
    ) -> ChannelId:
        draft = ChannelDraft(
            kind=kind, name=kind, settings=settings, language="en", fallback=fallback
        )
        here = self.world.installation.tenant
        return add_channel(self.world.viewer, here, draft, box=BOX, now=self.world.clock.now())

    def adds_mail(self) -> ChannelId:
        return self.adds_channel("email", {"host": "127.0.0.1", "from": "a@yw.example"})

    def tells_anna_by(self, *channels: ChannelId) -> None:
        draft = RouteDraft(
            name="all",
            condition=EVERYTHING,
            channels=channels,
            people=(self.user,),
            on_screen=False,
        )
        here = self.world.installation.tenant
        routes.add_route(self.world.viewer, here, draft, now=self.world.clock.now())

    def has(self, kind: AddressKind, address: str, *, is_vouched: bool = True) -> int:
        now = self.world.clock.now()
        made = contacts.add_contact(self.anna, self.user, kind, address, now=now)
        if is_vouched:
            contacts.vouch_for_contact(SYSTEM, self.user, made, now=now)
        return made

    def addresses(self) -> list[str]:
        before = len(self.post.sent)
        self.post.works()
        return [message.address for _, message in self.post.sent[before:]]

    def is_quiet(self, quiet: QuietHours = NIGHT) -> None:
        contacts.set_quiet_hours(self.anna, self.user, quiet)

    def raise_now(self, number: int = 1, severity: Severity = Severity.MINOR) -> None:
        self.post.raises(number, severity=severity)


@pytest.fixture
def office(post: Post) -> Office:
    return Office(post)


def test_each_channel_writes_to_the_address_of_its_kind(office: Office) -> None:
    mail, sms = office.adds_mail(), office.adds_channel("sms_http", SMS)
    office.tells_anna_by(mail, sms)
    office.has(AddressKind.MOBILE, "138 0013 8000")
    office.raise_now()
    assert sorted(office.addresses()) == ["+8613800138000", "anna@yw.example"]


def test_the_preferred_address_of_a_kind_is_used(office: Office) -> None:
    office.tells_anna_by(office.adds_channel("sms_http", SMS))
    first = office.has(AddressKind.MOBILE, "13800138000")
    second = office.has(AddressKind.MOBILE, "13900139000")
    contacts.order_contacts(office.anna, office.user, [second, first])
    office.raise_now()
    assert office.addresses() == ["+8613900139000"]


def test_without_an_address_the_channel_is_skipped_and_its_fallback_used(office: Office) -> None:
    mail = office.adds_mail()
    office.tells_anna_by(office.adds_channel("sms_http", SMS, fallback=mail))
    office.has(AddressKind.MOBILE, "13800138000", is_vouched=False)
    office.raise_now()
    assert office.addresses() == ["anna@yw.example"]
    skipped = [row for row in office.post.rows() if row.channel_name == "sms_http"]
    assert [(row.state.value, row.reason) for row in skipped] == [("cancelled", "no_address")]


def test_without_any_address_the_last_route_is_told(office: Office) -> None:
    office.tells_anna_by(office.adds_channel("sms_http", SMS))
    office.raise_now()
    rows = {row.route_name: (row.state.value, row.reason) for row in office.post.rows()}
    [last] = [
        each for each in route_queries.fetch_routes(office.world.viewer).items if each.is_catch_all
    ]
    assert rows == {"all": ("cancelled", "no_address"), last.name: ("sent", "")}


def test_what_comes_in_quiet_hours_is_told_together_when_they_end(office: Office) -> None:
    office.tells_anna_by(office.adds_mail())
    office.is_quiet()
    office.sets_clock("2026-11-23T23:00")
    office.raise_now(1)
    office.raise_now(2)
    clear_of(office, 1)
    office.raise_now(3, Severity.CRITICAL)  # she lets these through
    assert office.post.works() == ["【紧急】disk.full on H-3"]
    office.sets_clock("2026-11-24T06:59")
    assert office.post.works() == []
    office.sets_clock("2026-11-24T07:00")
    assert office.post.works() == ["【摘要】2 条告警、1 条恢复"]
    assert office.post.states(kind="raise") == ["merged", "merged", "sent"]


def test_what_was_over_by_the_morning_is_told_all_the_same(office: Office) -> None:
    office.tells_anna_by(office.adds_mail())
    office.is_quiet()
    office.sets_clock("2026-11-23T23:00")
    office.raise_now()
    clear_of(office, 1)
    office.sets_clock("2026-11-24T07:00")
    assert office.post.works() == ["【摘要】1 条告警、1 条恢复"]


def test_she_may_let_nothing_through(office: Office) -> None:
    office.tells_anna_by(office.adds_mail())
    office.is_quiet(
        QuietHours(starts_minute=22 * 60, ends_minute=7 * 60, time_zone="UTC", lets_critical=False)
    )
    office.sets_clock("2026-11-24T07:00")  # an hour later in UTC than quiet hours begin
    office.raise_now(1, Severity.CRITICAL)
    assert office.post.works() == []
    office.sets_clock("2026-11-24T15:00")
    assert len(office.post.works()) == 1


def test_who_heard_of_it_before_is_not_woken_by_its_end(office: Office) -> None:
    office.tells_anna_by(office.adds_mail())
    office.is_quiet()
    office.sets_clock("2026-11-23T20:00")
    office.raise_now()
    assert len(office.post.works()) == 1
    office.sets_clock("2026-11-24T03:00")
    clear_of(office, 1)
    assert office.post.works() == []
    office.sets_clock("2026-11-24T07:00")
    assert office.post.works() == ["【摘要】1 条恢复"]


@pytest.mark.parametrize("urgency", list(Urgency))
def test_an_urgent_step_is_told_at_any_hour(office: Office, urgency: Urgency) -> None:
    mail, here = office.adds_mail(), office.world.installation.tenant
    targets = Targets(people=(office.user,), channels=(mail,))
    step = PolicyStep(delay_s=0, targets=targets, on_screen=False, urgency=urgency)
    now = office.world.clock.now()
    draft = PolicyDraft(name="nights", steps=(step,))
    policy = policies.add_policy(office.world.viewer, here, draft, now=now)
    wanted = RouteDraft(name="all", condition=EVERYTHING, policy=policy)
    routes.add_route(office.world.viewer, here, wanted, now=now)
    office.is_quiet()
    office.sets_clock("2026-11-23T23:00")
    office.raise_now()
    assert len(office.post.works()) == (1 if urgency is Urgency.HIGH else 0)


def clear_of(office: Office, number: int) -> None:
    raw = build_raw(
        AlarmAct.CLEAR,
        1,
        managed_object=f"/host/H-{number}",
        alarm_type="disk.full",
        text=f"disk.full on H-{number}",
    )
    office.world.reports(raw)


def test_an_address_is_used_once_its_code_was_typed(office: Office) -> None:
    contact = office.has(AddressKind.MOBILE, "13800138000", is_vouched=False)
    now = office.world.clock.now()
    with pytest.raises(Conflict):  # no channel writes to mobiles
        codes.prepare_code(office.anna, contact, box=BOX, now=now)
    office.adds_channel("sms_http", SMS)
    wanted = codes.prepare_code(office.anna, contact, box=BOX, now=now)
    assert (wanted.address, wanted.channel.kind) == ("+8613800138000", "sms_http")
    with pytest.raises(Invalid):
        contacts.confirm_code(office.anna, contact, "not it", now=now)
    assert not usable(office)
    contacts.confirm_code(office.anna, contact, f" {wanted.code} ", now=now)
    assert usable(office) == ["+8613800138000"]
    with pytest.raises(Conflict):  # a code is good once
        contacts.confirm_code(office.anna, contact, wanted.code, now=now)


def usable(office: Office) -> list[str]:
    with transaction() as conn:
        found = system_reachable_one(conn, office.user)
    return [address for kind, address in found.addresses if kind != "email"]


def test_nobody_vouches_for_their_own_address_nor_touches_anothers(office: Office) -> None:
    contact = office.has(AddressKind.MOBILE, "13800138000", is_vouched=False)
    now = office.world.clock.now()
    with pytest.raises(Refused):
        contacts.vouch_for_contact(office.anna, office.user, contact, now=now)
    with pytest.raises(Invalid):
        contacts.add_contact(
            office.anna, office.user, AddressKind.MOBILE, "+8613800138000", now=now
        )
    assert len(fetch_contacts(office.anna, office.user)) == 1


def test_whoever_has_no_confirmed_address_counts_as_unreachable(office: Office) -> None:
    here = office.world.installation.tenant
    draft = PersonDraft(username="ben", role=Role.OPERATOR, tenant=here, phone="call me")
    ben = create_user(SYSTEM, draft, password="correct horse battery 7").id
    with transaction() as conn:
        reach = system_reach(conn, here)
    assert (reach[office.user].has_contact, reach[ben].has_contact) == (True, False)
    contacts.add_contact(SYSTEM, ben, AddressKind.WECOM_USER, "ben", now=office.world.clock.now())
    with transaction() as conn:
        assert system_reach(conn, here)[ben].has_contact
