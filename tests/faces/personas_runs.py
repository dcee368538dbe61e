"""Who may pass the doors of runs: part of the table in `personas`."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

from tests.faces.doors import OPERATORS, RULE_SEERS, RULE_SEERS_ANY, Door, World, door
from tests.support.people import Standing
from yunwei.base.core.ids import RunId, ScriptId, TenantId
from yunwei.base.infra.clock import SystemClock
from yunwei.base.infra.secrets import open_secret_box
from yunwei.base.infra.settings import load_settings
from yunwei.base.people.facts import Viewer
from yunwei.operate.runs import queries
from yunwei.operate.runs.actions.starting import start_run
from yunwei.operate.runs.facts.runs import Choice, Plan, RunDraft
from yunwei.operate.scripts.actions import library, review
from yunwei.operate.scripts.facts.library import ScriptDraft, ScriptLanguage, VersionDraft

RUN = {"run": "run"}
TARGET = {**RUN, "target": "run_target"}
AT = {"run_id": "run"}


def _body(world: World) -> dict[str, Any]:
    said = {"tenant": world["a"], "script": world["run_script"], "key": "again"}
    return said | {"desktops": [world["run_desktop"]]}


PAGES: dict[str, Door] = {
    "runs": door(RULE_SEERS_ANY),
    "run_start": door(OPERATORS, at={"script": "run_script"}),
    "run": door(RULE_SEERS, at=RUN),
    "run_progress": door(RULE_SEERS, at=RUN),
    "run_follow": door(OPERATORS, at=RUN),
    "run_compare": door(RULE_SEERS, at=RUN),
    "run_act": door(OPERATORS, 303, method="post", at=RUN, data={"act": "cancel"}),
    "run_output": door(RULE_SEERS, at=RUN),
    "run_target": door(RULE_SEERS, at=TARGET),
    "run_target_output": door(RULE_SEERS, at=TARGET),
}

REST: dict[str, Door] = {
    "GET /api/v1/runs": door(RULE_SEERS_ANY),
    "POST /api/v1/runs": door(OPERATORS, 201, data=_body),
    "POST /api/v1/runs/preview": door(
        OPERATORS, data=lambda world: {"tenant": world["a"], "names": ["x"]}
    ),
    "GET /api/v1/runs/{run_id}": door(RULE_SEERS, at=AT),
    "POST /api/v1/runs/{run_id}/approve": door(OPERATORS, at={"run_id": "run_asked"}, data={}),
    "POST /api/v1/runs/{run_id}/decline": door(
        OPERATORS, at={"run_id": "run_asked"}, data={"note": "no"}
    ),
    "POST /api/v1/runs/{run_id}/cancel": door(OPERATORS, at=AT),
    "POST /api/v1/runs/{run_id}/retry": door(
        OPERATORS, 409, at=AT, data={"key": "retry"}
    ),  # it is not over
    "GET /api/v1/runs/{run_id}/targets": door(RULE_SEERS, at=AT),
    "GET /api/v1/runs/{run_id}/groups": door(RULE_SEERS, at=AT),
    "GET /api/v1/runs/{run_id}/follow-ups": door(RULE_SEERS, at=AT),
    "POST /api/v1/runs/{run_id}/drop-follow-ups": door(OPERATORS, 409, at=AT),  # nothing waits
    "GET /api/v1/runs/{run_id}/comparison": door(RULE_SEERS, 404, at=AT),  # there is no earlier one
    "GET /api/v1/runs/{run_id}/cloud-orders": door(RULE_SEERS, at=AT),
    "GET /api/v1/runs/{run_id}/targets/{target_id}": door(
        RULE_SEERS, at={**AT, "target_id": "run_target"}
    ),
    "GET /api/v1/runs/{run_id}/targets/{target_id}/output": door(
        RULE_SEERS, at={**AT, "target_id": "run_target"}
    ),
}


def build(world: World, standing: Standing) -> None:
    """Runs on a desktop of customer A: one that goes on, one that waits for an approval. Who
    started them is nobody who passes the doors."""
    somebody = replace(standing["root"], name="somebody")
    desktop = int(world["desktop"])
    calm = _approved(standing, "run_script", VersionDraft(body="df -h\n"))
    risky = _approved(standing, "run_risky", VersionDraft(body="df -h\n", is_risky=True))
    world["run_script"], world["run_desktop"] = calm, desktop
    world["run"] = _start(somebody, standing.a.id, calm, desktop)
    world["run_asked"] = _start(somebody, standing.a.id, risky, desktop)
    listed = queries.fetch_targets(somebody, {"run": world["run"]})
    world["run_target"] = listed.items[0].id


def _approved(standing: Standing, name: str, content: VersionDraft) -> ScriptId:
    now, root = SystemClock().now(), standing["root"]
    author = replace(root, name="somebody")
    head = ScriptDraft(name=name, language=ScriptLanguage.SHELL, description_en="Free space")
    made = library.add_script(author, standing.a.id, head, content, now=now)
    review.ask_review(author, review.Meant(made, 1), now=now)
    review.approve(root, review.Meant(made, 1), now=now)
    return made


def _start(viewer: Viewer, tenant: TenantId, script: ScriptId, desktop: int) -> RunId:
    now = SystemClock().now()
    draft = RunDraft(
        key=f"persona-{script}",
        tenant=tenant,
        script=script,
        choice=Choice(desktops=(desktop,)),
        plan=Plan(),
        deadline_at=now + timedelta(hours=1),
    )
    return start_run(viewer, draft, box=open_secret_box(load_settings()), now=now)
