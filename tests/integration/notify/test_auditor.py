"""The auditor finds what is overdue, says so by two ways, and withholds the heartbeat meanwhile."""

import asyncio
from dataclasses import replace

import pytest
from cryptography.fernet import Fernet

from tests.support.posted import Post
from tests.support.receivers import Receiver, receiving
from yunwei.base.core.errors import Invalid, Refused
from yunwei.base.core.ids import SourceId
from yunwei.base.core.intake import IntakeBatch
from yunwei.base.core.severity import Severity
from yunwei.base.infra.postgres import transaction
from yunwei.base.infra.secrets import SecretBox
from yunwei.base.people.actions.users import create_user
from yunwei.base.people.facts import SYSTEM, Permission, PersonDraft, Role
from yunwei.monitor.notify.actions.audit import change_heartbeat
from yunwei.monitor.notify.facts.audit import Audit
from yunwei.monitor.notify.store import audit as audit_store
from yunwei.run.auditor import Auditor

BOX = SecretBox((Fernet.generate_key().decode(),))


class Inspection:
    """An auditor beside a governed installation, and what it said."""

    def __init__(self, post: Post) -> None:
        self.post = post
        self.said: list[str] = []
        self.end = 0
        draft = PersonDraft(
            username="root",
            role=Role.PLATFORM_ADMINISTRATOR,
            tenant=post.world.installation.tenant,
        )
        create_user(SYSTEM, draft, password="correct horse battery 7")

    def build(self, monitor: Receiver | None = None) -> Auditor:
        async def append(batch: IntakeBatch) -> None:
            self.said += [f"{raw.act.value} {raw.alarm_type}" for raw in batch.raw_alarms]

        async def find_end() -> int:
            return self.end

        return Auditor(
            clock=self.post.world.clock,
            public_url="https://yw.example",
            internal=SourceId(1),
            append=append,
            find_end=find_end,
            box=BOX,
            heartbeat_url=f"{monitor.url}/ping/s3cret" if monitor else "",
        )

    def last(self) -> Audit:
        with transaction() as conn:
            found = audit_store.fetch_audit(conn)
        assert found is not None
        return found

    def notices(self) -> list[str]:
        return [row.content.subject for row in self.post.rows(kind="notice")]


@pytest.fixture
def inspection(post: Post) -> Inspection:
    return Inspection(post)


def test_the_heartbeat_stops_for_what_is_overdue_and_goes_on_afterwards(
    inspection: Inspection,
) -> None:
    post = inspection.post

    async def story() -> None:
        async with receiving(lambda asked: (200, {})) as monitor:
            auditor = inspection.build(monitor)
            await auditor.step()
            assert len(monitor.asked) == 1
            await auditor.step()
            assert len(monitor.asked) == 1, "a round a minute"
            await asyncio.to_thread(post.raises, 1, severity=Severity.CRITICAL)
            post.world.passes(minutes=6)
            await auditor.step()
            assert len(monitor.asked) == 1, "withheld"
            await asyncio.to_thread(post.works)
            post.world.passes(minutes=1)
            await auditor.step()
            assert len(monitor.asked) == 2
            assert auditor.counts.withheld == 1

    post.add_group()
    asyncio.run(story())
    assert inspection.said == ["raise notify.overdue_message", "clear notify.overdue_message"]
    [told] = inspection.notices()
    assert "消息超时未发出" in told
    assert inspection.last().findings == ()
    assert inspection.last().heartbeat_error == ""


def test_why_the_heartbeat_was_withheld_is_written_down(inspection: Inspection) -> None:
    inspection.post.add_group()
    inspection.post.raises(1, severity=Severity.CRITICAL)
    inspection.post.world.passes(minutes=6)
    asyncio.run(inspection.build().step())
    last = inspection.last()
    assert last.heartbeat_error == "Messages wait longer than they may: 1"
    assert [(each.kind, each.count) for each in last.findings] == [("message", 1)]


def test_an_outside_monitor_that_does_not_answer_is_no_reason_to_stop(
    inspection: Inspection,
) -> None:
    async def story() -> None:
        async with receiving(lambda asked: (500, {})) as monitor:
            await inspection.build(monitor).step()

    asyncio.run(story())
    last = inspection.last()
    assert "500" in last.heartbeat_error
    assert "s3cret" not in last.heartbeat_error
    assert last.heartbeat_at is None


def test_an_intake_that_does_not_move_is_found_though_no_alarm_can_say_so(
    inspection: Inspection,
) -> None:
    inspection.post.raises(1)
    inspection.end = 40
    auditor = inspection.build()
    asyncio.run(auditor.step())
    assert inspection.last().findings == ()
    inspection.post.world.passes(minutes=3)
    asyncio.run(auditor.step())
    assert [each.kind for each in inspection.last().findings] == ["intake"]
    assert any("接收的告警未被处理" in each for each in inspection.notices())


def test_of_two_auditors_one_does_the_minutes_round(inspection: Inspection) -> None:
    first, second = inspection.build(), inspection.build()
    asyncio.run(first.step())
    asyncio.run(second.step())
    assert (first.counts.rounds, second.counts.rounds) == (1, 0)


def test_the_heartbeat_goes_where_an_administrator_lets_it_go_and_its_address_is_secret(
    inspection: Inspection,
) -> None:
    world = inspection.post.world
    admin = replace(
        world.viewer, permissions=world.viewer.permissions | {Permission.MANAGE_TENANTS}
    )
    asked: list[str] = []

    async def story() -> None:
        async with receiving(lambda request: (200, {})) as monitor:
            url = f"{monitor.url}/ping/s3cret"
            await asyncio.to_thread(
                lambda: change_heartbeat(admin, url, box=BOX, now=world.clock.now())
            )
            await inspection.build().step()
            asked.extend(each.path for each in monitor.asked)

    asyncio.run(story())
    assert asked == ["/ping/s3cret"]
    assert inspection.last().heartbeat_host == "127.0.0.1"
    with transaction() as conn:
        assert b"s3cret" not in audit_store.fetch_heartbeat(conn)


@pytest.mark.parametrize("url", ["monitor", "ftp://x", "https://", "https://a:b@x"])
def test_an_address_that_is_none_is_said_at_its_field(inspection: Inspection, url: str) -> None:
    world = inspection.post.world
    admin = replace(
        world.viewer, permissions=world.viewer.permissions | {Permission.MANAGE_TENANTS}
    )
    with pytest.raises(Invalid) as raised:
        change_heartbeat(admin, url, box=BOX, now=world.clock.now())
    assert raised.value.field == "url"


def test_who_does_not_manage_the_platform_changes_nothing(inspection: Inspection) -> None:
    world = inspection.post.world
    nobody = replace(
        world.viewer, permissions=world.viewer.permissions - {Permission.MANAGE_TENANTS}
    )
    with pytest.raises(Refused):
        change_heartbeat(nobody, "https://x", box=BOX, now=world.clock.now())
