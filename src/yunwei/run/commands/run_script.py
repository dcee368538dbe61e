"""`yunwei run-script`: an approved script on desktops, over REST, with an exit code by what became
of it. It needs no installation here: a pipeline runs it wherever the pages can be reached."""

import json
import time
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TextIO

import click
import httpx

from yunwei.base.core.errors import Invalid, YunweiError
from yunwei.run.commands.rest import Rest
from yunwei.run.commands.run_chain import (
    ENDS,
    GOOD,
    NOT_ALL,
    NOT_APPROVED,
    NOT_OVER,
    Then,
    follow_chain,
    judge_chain,
    read_then,
)

_LONGEST_PACE_S = 5.0

type Say = Callable[[str], None]


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """What is to be run. script: its number, or its name. then: what is run after it. wait_s: for
    how long the end is waited for, of all that follows too; 0: not at all."""

    script: str
    parameters: Mapping[str, str] = field(default_factory=dict)
    names: tuple[str, ...] = ()
    condition: str = ""
    plan: Mapping[str, Any] = field(default_factory=dict)
    tenant: str | None = None
    note: str = ""
    key: str = ""
    then: tuple[Then, ...] = ()
    wait_s: float = 3600.0


def run_said(
    *,
    url: str,
    token_file: TextIO,
    script: str,
    desktops: tuple[str, ...],
    desktops_from: Path | None,
    condition: str,
    parameters: tuple[str, ...],
    then: tuple[str, ...],
    then_parameters: tuple[str, ...],
    as_json: bool,
    skip_offline: bool,
    **rest: Any,
) -> int:
    """Do what the command line says; returns the exit code."""
    plan = {name: rest[name] for name in ("canary", "batch", "parallel", "stop_at")}
    try:
        wanted = Wanted(
            script=script,
            parameters=read_parameters(parameters),
            names=(*desktops, *read_names(desktops_from)),
            condition=condition,
            then=_read_thens(then, then_parameters),
            plan=plan | {"offline": "skip" if skip_offline else "wait"},
            **{name: rest[name] for name in ("tenant", "note", "key", "wait_s")},
        )
        token = token_file.read().strip()
        code, run = run_script(url, token, wanted, lambda line: click.echo(line, err=True))
    except YunweiError as error:
        field = f"{error.field}: " if isinstance(error, Invalid) and error.field else ""
        click.echo(f"yunwei: {field}{error.message}", err=True)
        return 1
    click.echo(json.dumps(run, ensure_ascii=False, indent=1) if as_json else render_chain(run))
    return code


def run_script(url: str, token: str, wanted: Wanted, say: Say) -> tuple[int, dict[str, Any]]:
    """Start a run, wait for its end, and return the exit code with the run and its results.

    Raises Refused, Invalid, Conflict as REST says it; YunweiError when nobody answers.
    """
    headers = {"Authorization": f"Bearer {token}"}
    with httpx.Client(base_url=f"{url.rstrip('/')}/api/v1", headers=headers) as client:
        rest = Rest(client)
        body = _body(rest, wanted)
        run = rest.post("/runs", body)
        what = f"{run['script_name']}, version {run['version']}"
        say(f"run {run['id']}: {what}, {run['total']} desktops")
        ends = time.monotonic() + wanted.wait_s
        run = _follow(rest, run, ends, say)
        run["groups"] = rest.get(f"/runs/{run['id']}/groups")
        if not wanted.then:
            return _code_of(run), run
        run["follow_ups"] = follow_chain(rest, run, ends, say)
        return judge_chain(rest, run), run


def read_parameters(pairs: tuple[str, ...]) -> dict[str, str]:
    """Return NAME=VALUE pairs; NAME=@FILE takes the value from a file, so that a secret stands in
    no list of processes. Raises Invalid."""
    found: dict[str, str] = {}
    for pair in pairs:
        name, is_there, value = pair.partition("=")
        if not is_there or not name:
            raise Invalid("parameter", f"NAME=VALUE or NAME=@FILE, not {name}")
        if value.startswith("@"):
            value = _read(Path(value[1:])).rstrip("\n")
        found[name.strip().upper()] = value
    return found


def _read_thens(said: tuple[str, ...], parameters: tuple[str, ...]) -> tuple[Then, ...]:
    """Return what is run afterwards; a parameter says of which it is: `2:NAME=VALUE`."""
    by_place: dict[int, list[str]] = {}
    for each in parameters:
        place, is_there, pair = each.partition(":")
        if not is_there or not place.isdecimal() or not 1 <= int(place) <= len(said):
            raise Invalid("then-parameter", f"PLACE:NAME=VALUE, of one of them, not {each}")
        by_place.setdefault(int(place), []).append(pair)
    return tuple(
        read_then(each, read_parameters(tuple(by_place.get(place, ()))))
        for place, each in enumerate(said, start=1)
    )


def read_names(file: Path | None) -> tuple[str, ...]:
    """Return the names in a file, one a line."""
    lines = _read(file).splitlines() if file else []
    return tuple(line.strip() for line in lines if line.strip())


def _read(file: Path) -> str:
    try:
        return file.read_text("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise Invalid(str(file), f"{file} can not be read as text") from error


def _body(rest: Rest, wanted: Wanted) -> dict[str, Any]:
    body: dict[str, Any] = {
        "script": _find_script(rest, wanted.script),
        "key": wanted.key or uuid.uuid4().hex,
        "parameters": dict(wanted.parameters),
        "names": list(wanted.names),
        "condition": wanted.condition,
        "plan": dict(wanted.plan),
        "note": wanted.note,
    }
    if wanted.then:
        body["then"] = [
            {
                "script": _find_script(rest, each.script),
                "outcome": {"states": each.states, "exit_codes": each.exit_codes},
                "parameters": dict(each.parameters),
            }
            for each in wanted.then
        ]
    if wanted.tenant is not None:
        body["tenant"] = _find_tenant(rest, wanted.tenant)
    return body


def _find_script(rest: Rest, said: str) -> int:
    if said.isdecimal():
        return int(said)
    found = [
        row["id"]
        for row in rest.get("/scripts", search=said, limit=1000)["items"]
        if row["name"] == said
    ]
    if len(found) != 1:
        raise Invalid("script", f"no script, or more than one, is called {said}")
    return int(found[0])


def _find_tenant(rest: Rest, slug: str) -> int:
    for row in rest.get("/tenants", limit=1000)["items"]:
        if row["slug"] == slug:
            return int(row["id"])
    raise Invalid("tenant", f"there is no tenant {slug}")


def _follow(rest: Rest, run: dict[str, Any], ends: float, say: Say) -> dict[str, Any]:
    pace_s, told = 0.5, ""
    while run["state"] not in ENDS and time.monotonic() < ends:
        time.sleep(min(pace_s, max(0.0, ends - time.monotonic())))
        pace_s = min(_LONGEST_PACE_S, pace_s * 1.3)
        run = rest.get(f"/runs/{run['id']}")
        now = render_counts(run)
        if now != told:
            told = now
            say(now)
    return run


def render_counts(run: Mapping[str, Any]) -> str:
    counts = ", ".join(f"{count} {state}" for state, count in sorted(run["counts"].items()))
    reason = f" ({run['reason']})" if run["reason"] else ""
    return f"{run['state']}{reason}: {counts}"


def render_chain(run: Mapping[str, Any]) -> str:
    """Return the results of a run, and below them those of what followed it."""
    lines = [render_groups(run)]
    for each in run.get("follow_ups", ()):
        why = f" ({each['reason']})" if each["reason"] else ""
        which = f", run {each['run']['id']}" if each["run"] else ""
        lines.append(f"then {each['script_name']}: {each['state']}{why}{which}")
        if each["run"]:
            lines.append(render_groups(each["run"]))
    return "\n".join(line for line in lines if line)


def render_groups(run: Mapping[str, Any]) -> str:
    """Return the results that are alike as lines, each with how its output begins."""
    lines = []
    for group in run["groups"]:
        code = "" if group["exit_code"] is None else f", exit code {group['exit_code']}"
        why = f", {group['reason']}" if group["reason"] else ""
        lines.append(f"{group['count']} × {group['state']}{code}{why}")
        lines += [f"    {line}" for line in group["output"].splitlines()]
    return "\n".join(lines)


def _code_of(run: Mapping[str, Any]) -> int:
    if run["state"] in ("declined", "lapsed"):
        return NOT_APPROVED
    if run["state"] not in ENDS:
        return NOT_OVER
    return GOOD if run["is_good"] else NOT_ALL
