"""Who may pass the doors of scripts: part of the table in `personas`."""

from dataclasses import replace
from typing import Any

from tests.faces.doors import (
    OPERATORS,
    OPERATORS_ANY,
    RULE_SEERS,
    RULE_SEERS_ANY,
    Door,
    World,
    door,
)
from tests.support.people import Standing
from yunwei.base.infra.clock import SystemClock
from yunwei.operate.scripts.actions import library as actions
from yunwei.operate.scripts.actions import review
from yunwei.operate.scripts.facts.library import ScriptDraft, ScriptLanguage, VersionDraft

PAGE = {"script": "script"}
AT = {"script_id": "script"}
FILE = '+++\nname = "file"\nlanguage = "shell"\ndescription_en = "x"\n+++\necho ok\n'


def _body(world: World) -> dict[str, Any]:
    said = {"tenant": world["a"], "name": "again", "language": "shell", "body": "echo ok\n"}
    return said | {"description_en": "Says so"}


def _file(world: World) -> dict[str, Any]:
    return {"tenant": world["a"], "text": FILE}


PAGES: dict[str, Door] = {
    "scripts": door(RULE_SEERS_ANY),
    "script_new": door(OPERATORS_ANY),
    "script_import": door(OPERATORS_ANY),
    "script_starter_set": door(OPERATORS_ANY, 303, method="post"),
    "script": door(RULE_SEERS, at=PAGE),
    "script_change": door(OPERATORS, at=PAGE),
    "script_act": door(OPERATORS, 303, method="post", at=PAGE, data={"act": "ask", "version": "1"}),
    "script_remove": door(OPERATORS, 303, method="post", at=PAGE),
    "script_differences": door(RULE_SEERS, at=PAGE),
    "script_file": door(RULE_SEERS, at=PAGE),
}

REST: dict[str, Door] = {
    "GET /api/v1/scripts": door(RULE_SEERS_ANY),
    "POST /api/v1/scripts": door(OPERATORS, 201, data=_body),
    "POST /api/v1/scripts/import": door(OPERATORS, 201, data=_file),
    "POST /api/v1/scripts/starter-set": door(OPERATORS, data=lambda world: {"tenant": world["a"]}),
    "POST /api/v1/scripts/check": door(
        OPERATORS_ANY, data={"language": "shell", "body": "echo ok\n"}
    ),
    "GET /api/v1/scripts/{script_id}": door(RULE_SEERS, at=AT),
    "PATCH /api/v1/scripts/{script_id}": door(OPERATORS, at=AT, data={"folder": "Disk"}),
    "DELETE /api/v1/scripts/{script_id}": door(OPERATORS, 204, at=AT),
    "GET /api/v1/scripts/{script_id}/file": door(RULE_SEERS, at=AT),
    "POST /api/v1/scripts/{script_id}/versions/{number}/ask-review": door(
        OPERATORS, at={**AT, "number": "one"}
    ),
    "POST /api/v1/scripts/{script_id}/versions/{number}/approve": door(
        OPERATORS, at={"script_id": "script_asked", "number": "one"}, data={}
    ),
    "POST /api/v1/scripts/{script_id}/versions/{number}/send-back": door(
        OPERATORS, at={"script_id": "script_asked", "number": "one"}, data={"note": "no"}
    ),
    "POST /api/v1/scripts/{script_id}/versions/{number}/retire": door(
        OPERATORS, at={"script_id": "script_approved", "number": "one"}
    ),
}


def build(world: World, standing: Standing) -> None:
    """Scripts of customer A: a draft, one that waits for a second person, an approved one. Who
    wrote them is nobody who passes the doors."""
    now, root = SystemClock().now(), standing["root"]
    author = replace(root, name="somebody")
    content = VersionDraft(body="df -h\n")
    for key in ("script", "script_asked", "script_approved"):
        head = ScriptDraft(name=key, language=ScriptLanguage.SHELL, description_en="Free space")
        made = actions.add_script(author, standing.a.id, head, content, now=now)
        world[key] = made
        if key != "script":
            review.ask_review(author, review.Meant(made, 1), now=now)
    review.approve(root, review.Meant(made, 1), now=now)
    world["one"] = 1
