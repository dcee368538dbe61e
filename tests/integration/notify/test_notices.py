"""Notices in the outbox of a real database: each once, on screen at once, by mail later."""

from cryptography.fernet import Fernet

from tests.support.alarms import START, Installation, at
from tests.unit.notify.test_notices import build_notice
from yunwei.base.infra.postgres import transaction
from yunwei.base.infra.secrets import SecretBox
from yunwei.base.people.actions.users import create_user
from yunwei.base.people.facts import SYSTEM, PersonDraft, Role
from yunwei.monitor.notify.actions.channels import add_channel
from yunwei.monitor.notify.actions.claiming import claim_messages
from yunwei.monitor.notify.actions.outbox import plan_notices
from yunwei.monitor.notify.facts.channels import ChannelDraft
from yunwei.monitor.notify.facts.notices import Notice
from yunwei.monitor.notify.queries import messages as message_queries
from yunwei.monitor.notify.queries import routes as route_queries


def plan(*notices: Notice) -> list[str]:
    """Plan the notices; returns the keys of those that reach nobody."""
    with transaction() as conn:
        snapshot = route_queries.system_snapshot(
            conn, public_url="https://yw.example", time_zone="UTC"
        )
        return [each.key for each in plan_notices(conn, notices, snapshot, now=START)]


def test_a_notice_is_told_once_however_often_it_is_planned(installation: Installation) -> None:
    draft = PersonDraft(
        username="olga", role=Role.OPERATOR, tenant=installation.tenant, email="olga@yw.example"
    )
    olga = create_user(SYSTEM, draft, password="correct horse battery 7")
    mail = ChannelDraft(kind="email", name="mail", settings={"host": "h", "from": "a@yw.example"})
    channel = add_channel(
        installation.viewer,
        installation.tenant,
        mail,
        box=SecretBox((Fernet.generate_key().decode(),)),
        now=START,
    )
    notice = build_notice(tenant=installation.tenant, people=(olga.id,), link="/mask-rules/3")
    nobody = build_notice(tenant=installation.tenant, people=(), key="lost")
    assert plan(notice, nobody) == ["lost"]
    assert plan(notice) == []
    found = message_queries.fetch_messages(installation.viewer).items
    assert sorted((each.channel_name, each.kind, each.state) for each in found) == [
        ("", "notice", "sent"),
        ("mail", "notice", "pending"),
    ]
    with transaction() as conn:
        [due] = claim_messages(conn, channel, now=at(1), room=9)
    assert (due.address, due.link, due.alarm) == ("olga@yw.example", "/mask-rules/3", None)
    assert due.data["link"] == "https://yw.example/mask-rules/3"
