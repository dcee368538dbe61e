"""Runs on a made-up cloud: scripts approved, agents that are only played, dispatch step by step."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from cryptography.fernet import Fernet

from tests.support.pages import Cloud, make_cloud
from yunwei.base.core.ids import RunId, ScriptId
from yunwei.base.core.page import PageRequest
from yunwei.base.infra.secrets import SecretBox
from yunwei.base.people.facts import Viewer
from yunwei.monitor.inventory import queries as inventory
from yunwei.operate.agents.actions import agents as agent_actions
from yunwei.operate.agents.actions import tasks as ledger
from yunwei.operate.agents.facts.agents import Enrolment, Heartbeat, TokenDraft
from yunwei.operate.agents.facts.tasks import Happened
from yunwei.operate.runs import queries
from yunwei.operate.runs.actions.advancing import system_advance
from yunwei.operate.runs.actions.starting import start_run
from yunwei.operate.runs.facts.runs import Choice, Plan, Run, RunDraft, Target, TargetState
from yunwei.operate.scripts.actions import library, review
from yunwei.operate.scripts.facts.library import (
    Parameter,
    ParameterKind,
    ScriptDraft,
    ScriptLanguage,
    VersionDraft,
)
from yunwei_wire import ed25519
from yunwei_wire.nkeys import Kind, write_public

HOUR = timedelta(hours=1)


@dataclass
class Stage:
    """A cloud of customer A, some of whose desktops have played agents; a clock that is turned."""

    cloud: Cloud
    box: SecretBox
    now: datetime
    script: ScriptId
    names: tuple[str, ...] = ()
    made: int = 0

    @property
    def olga(self) -> Viewer:
        return self.cloud.people["olga"]

    def approve(
        self,
        name: str,
        content: VersionDraft,
        language: ScriptLanguage = ScriptLanguage.SHELL,
    ) -> ScriptId:
        people, now = self.cloud.people, self.now
        head = ScriptDraft(name=name, language=language, description_en="x")
        made = library.add_script(people["olga"], self.cloud.tenant, head, content, now=now)
        review.ask_review(people["olga"], review.Meant(made, 1), now=now)
        review.approve(people["mia"], review.Meant(made, 1), now=now)
        return made

    def give_agents(self, count: int) -> tuple[str, ...]:
        """Let so many running desktops have agents that are heard; returns their names."""
        wanted = PageRequest(limit=200, sort="name")
        found = inventory.fetch_desktops(self.olga, {"state": "running"}, wanted).items[:count]
        self.names = tuple(row.name for row in found)
        draft = TokenDraft(name="t", expires_at=self.now + HOUR, uses=count)
        root = self.cloud.people["root"]
        token = agent_actions.create_token(root, self.cloud.tenant, draft, now=self.now)[1]
        for name in self.names:
            self.made += 1
            key = write_public(Kind.USER, ed25519.public_key(self.made.to_bytes(32, "big")))
            asked = Enrolment(token=token, name=name, public_key=key, machine="m")
            self.hear(agent_actions.enrol(asked, address="", now=self.now).id)
        return self.names

    def hear(self, *agents: int) -> None:
        lives = [
            Heartbeat(agent=each, at=self.now, machine="m", version="1", boot="b")
            for each in agents
        ]
        agent_actions.system_note_heartbeats(lives)

    def draft(self, **changes: object) -> RunDraft:
        usual = RunDraft(
            key=f"k{self.made}",
            tenant=self.cloud.tenant,
            script=self.script,
            choice=Choice(names=self.names),
            plan=Plan(canary="", stop_at=""),
            deadline_at=self.now + HOUR,
            values={"PASSWORD": "hunter2-is-secret"},
        )
        return replace(usual, **changes)  # type: ignore[arg-type]

    def start(self, by: str = "olga", **changes: object) -> RunId:
        self.made += 1
        viewer = self.cloud.people[by]
        return start_run(viewer, self.draft(**changes), box=self.box, now=self.now)

    def advance(self, run: RunId) -> Run:
        system_advance(run, self.now)
        return self.run(run)

    def run(self, run: RunId) -> Run:
        return queries.access_run(self.olga, run)

    def targets(self, run: RunId, *states: TargetState) -> list[Target]:
        listed = queries.fetch_targets(
            self.olga, {"run": run}, PageRequest(limit=500, sort="place")
        )
        return [each for each in listed.items if not states or each.state in states]

    def hand_out(self) -> None:
        ledger.system_hand_out(now=self.now, limit=1000)

    def tell(self, target: Target, state: str, **details: Any) -> None:
        """Let a target's agent say what became of its task."""
        assert target.agent is not None
        assert target.task is not None
        said = Happened(agent=target.agent, task=target.task, at=self.now, state=state, **details)
        ledger.system_note_events([said])

    def pass_time(self, length: timedelta) -> None:
        self.now += length


PASSWORD = Parameter(name="PASSWORD", kind=ParameterKind.SECRET)


def make_stage(*, agents: int = 4) -> Stage:
    box = SecretBox((Fernet.generate_key().decode(),))
    stage = Stage(cloud=make_cloud(), box=box, now=datetime.now(UTC), script=ScriptId(0))
    content = VersionDraft(body='echo "$YW_PARAM_PASSWORD"\n', parameters=(PASSWORD,))
    stage.script = stage.approve("say", content)
    if agents:
        stage.give_agents(agents)
    return stage
