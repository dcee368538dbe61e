"""The ledger of orders and tasks: whose, once, and never lost."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

import pytest
from cryptography.fernet import Fernet

from tests.support.people import Standing, make_people
from yunwei.base.core.errors import Invalid, Refused
from yunwei.base.core.ids import TenantId
from yunwei.base.infra.postgres import cursor, transaction
from yunwei.base.infra.secrets import SecretBox
from yunwei.operate.agents.actions import agents as agent_actions
from yunwei.operate.agents.actions import tasks as actions
from yunwei.operate.agents.facts.agents import Enrolment, Heartbeat, TokenDraft
from yunwei.operate.agents.facts.tasks import Happened, OrderDraft, TaskState
from yunwei.operate.agents.queries import agents as agent_queries
from yunwei.operate.agents.queries import tasks as queries
from yunwei_wire import ed25519
from yunwei_wire.commands import Language
from yunwei_wire.nkeys import Kind, write_public

NOW = datetime.now(UTC)
HOUR = timedelta(hours=1)
SECRET = "hunter2-is-secret"


@dataclass
class Desk:
    people: Standing
    box: SecretBox
    made: int = 0

    def token(self, tenant: TenantId, **details: object) -> str:
        draft = TokenDraft(name="t", expires_at=NOW + HOUR, **details)  # type: ignore[arg-type]
        return agent_actions.create_token(self.people["root"], tenant, draft, now=NOW)[1]

    def enrol(self, token: str) -> int:
        self.made += 1
        key = write_public(Kind.USER, ed25519.public_key(self.made.to_bytes(32, "big")))
        asked = Enrolment(token=token, name=f"m{self.made}", public_key=key, machine="m")
        id = agent_actions.enrol(asked, address="192.0.2.1", now=NOW).id
        life = Heartbeat(agent=id, at=NOW, machine="m", version="1", boot="b")
        agent_actions.system_note_heartbeats([life])
        return id

    def agents(self, tenant: TenantId, count: int) -> list[int]:
        token = self.token(tenant, uses=count)
        return [self.enrol(token) for _ in range(count)]

    def draft(self, key: str = "k") -> OrderDraft:
        return OrderDraft(
            key=key,
            title="look",
            language=Language.SHELL,
            body="echo",
            deadline_at=NOW + HOUR,
            parameters={"PASSWORD": SECRET},
            secrets=("PASSWORD",),
        )

    def order(self, agents: list[int], draft: OrderDraft | None = None, *, by: str = "olga") -> int:
        tenant = self.people.a.id
        draft = draft or self.draft()
        return actions.submit_order(self.people[by], tenant, draft, agents, box=self.box, now=NOW)

    def hand_out(self, at: datetime = NOW) -> tuple[int, ...]:
        found = actions.system_hand_out(now=at, limit=100)
        return tuple(each.task for each in found if not each.is_cancel)

    def happened(self, agent: int, task: int, state: str, **details: object) -> Happened:
        return Happened(agent=agent, task=task, at=NOW, state=state, **details)  # type: ignore[arg-type]

    def state(self, task: int) -> TaskState:
        return queries.access_task(self.people["olga"], task).state


@pytest.fixture
def desk(database_pool: str) -> Iterator[Desk]:
    return Desk(people=make_people(), box=SecretBox((Fernet.generate_key().decode(),)))


def test_a_token_enrols_as_often_as_it_says_and_no_more(desk: Desk) -> None:
    token = desk.token(desk.people.a.id, uses=2)
    desk.enrol(token)
    desk.enrol(token)
    with pytest.raises(Refused):
        desk.enrol(token)
    with pytest.raises(Refused):
        desk.enrol("ywe_invented")


def test_a_stopped_token_enrols_nobody(desk: Desk) -> None:
    token = desk.token(desk.people.a.id)
    (row,) = agent_queries.fetch_tokens(desk.people["root"]).items
    agent_actions.revoke_token(desk.people["root"], row.id, now=NOW)
    with pytest.raises(Refused):
        desk.enrol(token)


def test_an_operator_of_one_tenant_can_not_target_another(desk: Desk) -> None:
    of_a, of_b = desk.agents(desk.people.a.id, 1), desk.agents(desk.people.b.id, 1)
    with pytest.raises(Refused):
        desk.order(of_a, by="chen")
    with pytest.raises(Refused):  # nor slip one in among one's own
        actions.submit_order(
            desk.people["chen"],
            desk.people.b.id,
            desk.draft(),
            [*of_b, *of_a],
            box=desk.box,
            now=NOW,
        )
    assert not desk.hand_out()
    order = desk.order(of_a)
    with pytest.raises(Refused):
        queries.access_order(desk.people["chen"], order)
    with pytest.raises(Refused):
        actions.cancel_order(desk.people["chen"], order, now=NOW)


def test_the_same_key_orders_once(desk: Desk) -> None:
    agents = desk.agents(desk.people.a.id, 2)
    assert desk.order(agents) == desk.order(agents)
    assert len(desk.hand_out()) == 2


def test_a_task_is_handed_out_again_until_something_became_of_it(desk: Desk) -> None:
    agents = desk.agents(desk.people.a.id, 1)
    desk.order(agents)
    (task,) = desk.hand_out()
    assert desk.hand_out() == ()
    assert desk.hand_out(NOW + timedelta(minutes=2)) == (task,)
    actions.system_note_events([desk.happened(agents[0], task, "started")])
    assert desk.state(task) is TaskState.STARTED
    assert desk.hand_out(NOW + timedelta(minutes=2)) == ()


def test_an_end_stays_what_it_is(desk: Desk) -> None:
    agents = desk.agents(desk.people.a.id, 1)
    desk.order(agents)
    (task,) = desk.hand_out()
    end = desk.happened(agents[0], task, "failed", exit_code=3)
    for events in ([end], [end], [replace(end, state="succeeded")]):
        actions.system_note_events(events)
    actions.system_note_events([replace(end, state="started")])
    assert desk.state(task) is TaskState.FAILED


def test_an_agent_can_not_say_results_of_another(desk: Desk) -> None:
    one, two = desk.agents(desk.people.a.id, 2)
    desk.order([one])
    (task,) = desk.hand_out()
    forged = desk.happened(two, task, "succeeded")
    piece = desk.happened(two, task, "output", data=b"lies")
    actions.system_note_events([replace(forged, state="started"), piece, forged])
    assert desk.state(task) is TaskState.WAITING
    assert queries.fetch_output(desk.people["olga"], task) == b""


def test_an_agent_can_not_store_more_output_than_its_order_keeps(desk: Desk) -> None:
    agents = desk.agents(desk.people.a.id, 1)
    desk.order(agents, replace(desk.draft(), output_limit_bytes=100_000))
    (task,) = desk.hand_out()
    pieces = [
        desk.happened(agents[0], task, "output", place=place, data=b"x" * 30_000)
        for place in range(40)
    ]
    actions.system_note_events(pieces)
    assert len(queries.fetch_output(desk.people["olga"], task)) == 90_000


def test_what_was_never_handed_out_is_cancelled_at_once_and_the_rest_when_its_agent_says(
    desk: Desk,
) -> None:
    agents = desk.agents(desk.people.a.id, 1)
    order = desk.order(agents)
    (task,) = desk.hand_out()
    assert actions.cancel_order(desk.people["olga"], order, now=NOW) == 1
    assert desk.state(task) is TaskState.WAITING
    told = actions.system_hand_out(now=NOW, limit=10)
    assert [(each.task, each.is_cancel) for each in told] == [(task, True)]
    never = desk.order(agents, desk.draft("k2"))
    actions.cancel_order(desk.people["olga"], never, now=NOW)
    (row,) = queries.fetch_tasks(desk.people["olga"], {"order": never}).items
    assert row.state is TaskState.CANCELLED


def test_only_who_never_got_it_is_expired(desk: Desk) -> None:
    agents = desk.agents(desk.people.a.id, 1)
    handed = desk.order(agents)
    desk.hand_out()
    never = desk.order(agents, desk.draft("k2"))
    actions.system_close_late(NOW + 2 * HOUR)
    assert queries.access_order(desk.people["olga"], never).counts == {"expired": 1}
    assert queries.access_order(desk.people["olga"], handed).counts == {"waiting": 1}
    # its agent was not heard for a day: nobody knows
    actions.system_close_late(NOW + 30 * HOUR)
    assert queries.access_order(desk.people["olga"], handed).counts == {"unknown": 1}


def test_a_person_may_try_again_what_failed_and_only_that(desk: Desk) -> None:
    agents = desk.agents(desk.people.a.id, 2)
    order = desk.order(agents)
    first, second = sorted(desk.hand_out())
    ended = [
        desk.happened(agents[0], first, "succeeded"),
        desk.happened(agents[1], second, "failed", exit_code=1),
    ]
    actions.system_note_events(ended)
    until = NOW + HOUR
    assert actions.retry_order(desk.people["olga"], order, deadline_at=until, now=NOW) == 1
    (again,) = desk.hand_out()
    row = queries.access_task(desk.people["olga"], again)
    assert (row.agent, row.attempt) == (agents[1], 2)
    with pytest.raises(Invalid):
        actions.retry_order(
            desk.people["olga"],
            order,
            deadline_at=until,
            now=NOW,
            states=(TaskState.SUCCEEDED,),
        )


def test_tasks_of_an_agent_that_is_cut_off_end(desk: Desk) -> None:
    agents = desk.agents(desk.people.a.id, 1)
    order = desk.order(agents)
    agent_actions.revoke_agent(desk.people["root"], agents[0], now=NOW)
    actions.system_close_late(NOW)
    assert queries.access_order(desk.people["olga"], order).counts == {"refused": 1}
    with pytest.raises(Refused):
        desk.order(agents, desk.draft("k2"))


def test_a_key_on_another_machine_is_given_nothing(desk: Desk) -> None:
    agents = desk.agents(desk.people.a.id, 1)
    desk.order(agents)
    life = Heartbeat(
        agent=agents[0], at=NOW, machine="copy", version="1", boot="b", is_doubled=True
    )
    agent_actions.system_note_heartbeats([life])
    assert desk.hand_out() == ()


def test_a_secret_stands_in_no_table(desk: Desk) -> None:
    desk.order(desk.agents(desk.people.a.id, 1))
    with transaction() as conn, cursor(conn) as opened:
        opened.execute(
            "SELECT table_schema, table_name FROM information_schema.tables"
            " WHERE table_schema = 'public' AND table_type = 'BASE TABLE'"
        )
        tables = [row["table_name"] for row in opened.fetchall()]
        assert "agents_order" in tables
        for table in tables:
            found = opened.execute(
                f'SELECT count(*) AS n FROM "{table}" AS t WHERE t::text LIKE ANY(%s)',  # noqa: S608
                ([f"%{SECRET}%", f"%{SECRET.encode().hex()}%"],),
            ).fetchone()
            assert found is not None
            assert found["n"] == 0, table
