"""A customer with a contract for changes, a template with a script and a window that is now."""

from dataclasses import dataclass, replace
from datetime import timedelta

from tests.support.running import Stage, make_stage
from tests.support.service import agreed_contract, authorised, terms
from yunwei.base.core.ids import ContractId, TicketId
from yunwei.base.infra.clock import FakeClock
from yunwei.base.people.facts import Viewer
from yunwei.operate.changes.actions import planning, stepping, templates, working
from yunwei.operate.changes.facts import ChangeDraft, NewTicket, Step, StepState, WholeChange
from yunwei.operate.changes.jobs import RunbookKeeper
from yunwei.operate.changes.queries.changes import access_change
from yunwei.operate.changes.rules import next_step
from yunwei.operate.runs.facts.runs import Choice
from yunwei.operate.scripts.facts.library import Parameter, VersionDraft
from yunwei.operate.service.facts.contracts import ServiceItem, ServiceType

HOUR = timedelta(hours=1)
SCRIPT = "tidy"
TEMPLATE = """
title = { zh = "升级客户端", en = "Upgrade the client" }
purpose = { zh = "修复断线", en = "Mends dropped sessions" }
risk = "medium"
[[step]]
name = "announce"
title = { zh = "通知用户", en = "Tell the users" }
how = { zh = "发通知", en = "Send a notice" }
[[step]]
name = "install"
title = { zh = "安装", en = "Install" }
how = { zh = "脚本安装新版本", en = "The script installs it" }
script = "tidy"
values = { VERSION = "5" }
[[verify]]
name = "look"
title = { zh = "抽查", en = "Look at some" }
how = { zh = "登录两台", en = "Log on to two" }
[[rollback]]
name = "reinstall"
title = { zh = "装回旧版", en = "Install the old one" }
how = { zh = "脚本", en = "By script" }
script = "tidy"
values = { VERSION = "4" }
"""

BY_HAND = "\n".join(
    line for line in TEMPLATE.splitlines() if not line.startswith(("script", "values"))
)
"""The same, without scripts."""


@dataclass
class Desk:
    """Whoever plans and carries out changes; the stage's clock is turned."""

    stage: Stage
    contract: ContractId
    template: int

    @property
    def olga(self) -> Viewer:
        return self.stage.olga

    def draft(self, **changes: object) -> ChangeDraft:
        usual = ChangeDraft(
            template=self.template,
            starts_at=self.stage.now - HOUR,
            ends_at=self.stage.now + HOUR,
            choice=Choice(names=self.stage.names),
        )
        return replace(usual, **changes)  # type: ignore[arg-type]

    def ask(self, **changes: object) -> int:
        new = NewTicket(contract=self.contract, language="en")
        return planning.ask_change(self.olga, new, self.draft(**changes), now=self.stage.now)

    def started(self, **changes: object) -> int:
        made = self.ask(**changes)
        working.start_change(self.olga, made, now=self.stage.now)
        return made

    def whole(self, change: int) -> WholeChange:
        return access_change(self.olga, change)

    def turn(self, change: int) -> Step:
        found = next_step(self.whole(change))
        assert found is not None
        return found

    def start(self, change: int) -> Step:
        step = self.turn(change)
        stepping.start_step(self.olga, change, step.id, box=self.stage.box, now=self.stage.now)
        return self.turn(change)

    def finish(self, change: int, *, is_done: bool = True, result: str = "seen") -> None:
        """Say what came of the step whose turn it is, begun or not."""
        step = self.turn(change)
        if step.state is StepState.PENDING:
            step = self.start(change)
        stepping.finish_step(
            self.olga, change, step.id, is_done=is_done, result=result, now=self.stage.now
        )

    def end_run(self, step: Step, *ends: str) -> None:
        """Let a step's run come to its end, its desktops one way each, the last for the rest."""
        assert step.run is not None
        while self.stage.run(step.run).state.is_open:
            self.stage.advance(step.run)
            sent = [each for each in self.stage.targets(step.run) if each.state.is_open]
            for each in sent:
                if each.task is not None:
                    state = ends[min(each.place - 1, len(ends) - 1)]
                    self.stage.tell(each, state, exit_code=0 if state == "succeeded" else 1)
            self.stage.advance(step.run)

    def look(self) -> None:
        RunbookKeeper(FakeClock(self.stage.now), self.stage.box).look()

    def ticket(self, change: int) -> TicketId:
        return self.whole(change).change.ticket


def make_desk() -> Desk:
    stage = make_stage(agents=3)
    content = VersionDraft(body="echo tidy\n", parameters=(Parameter(name="VERSION"),))
    stage.approve(SCRIPT, content)
    mia, tenant, now = stage.cloud.people["mia"], stage.cloud.tenant, stage.now
    services = (
        *terms(now).services,
        ServiceItem(type=ServiceType.CHANGE),
    )
    contract = agreed_contract(mia, tenant, now=now, services=services)
    authorised(mia, contract, now=now)
    template = templates.add_template(mia, tenant, TEMPLATE, now=now)
    return Desk(stage=stage, contract=contract, template=template)
