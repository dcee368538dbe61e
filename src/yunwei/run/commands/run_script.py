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

from yunwei.base.core.errors import Conflict, Invalid, Refused, YunweiError

GOOD, NOT_ALL, NOT_APPROVED, NOT_OVER = 0, 3, 4, 5
"""Exit codes: every desktop succeeded; not every one; it did not begin for want of an approval; the
time that was to be waited is over and the run is not. 1 is an error before that, 2 a wrong call."""
_ENDS = ("finished", "stopped", "cancelled", "declined", "lapsed")
_TIMEOUT_S = 30.0
_LONGEST_PACE_S = 5.0
_AWAY_S = 120.0

type Say = Callable[[str], None]


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """What is to be run. script: its number, or its name. wait_s: for how long the end is waited
    for; 0: not at all."""

    script: str
    parameters: Mapping[str, str] = field(default_factory=dict)
    names: tuple[str, ...] = ()
    condition: str = ""
    plan: Mapping[str, Any] = field(default_factory=dict)
    tenant: str | None = None
    note: str = ""
    key: str = ""
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
            plan=plan | {"offline": "skip" if skip_offline else "wait"},
            **{name: rest[name] for name in ("tenant", "note", "key", "wait_s")},
        )
        token = token_file.read().strip()
        code, run = run_script(url, token, wanted, lambda line: click.echo(line, err=True))
    except YunweiError as error:
        field = f"{error.field}: " if isinstance(error, Invalid) and error.field else ""
        click.echo(f"yunwei: {field}{error.message}", err=True)
        return 1
    told = json.dumps(run, ensure_ascii=False, indent=1) if as_json else render_groups(run)
    click.echo(told)
    return code


def run_script(url: str, token: str, wanted: Wanted, say: Say) -> tuple[int, dict[str, Any]]:
    """Start a run, wait for its end, and return the exit code with the run and its results.

    Raises Refused, Invalid, Conflict as REST says it; YunweiError when nobody answers.
    """
    headers = {"Authorization": f"Bearer {token}"}
    with httpx.Client(base_url=f"{url.rstrip('/')}/api/v1", headers=headers) as client:
        rest = _Rest(client)
        body = _body(rest, wanted)
        run = rest.post("/runs", body)
        what = f"{run['script_name']}, version {run['version']}"
        say(f"run {run['id']}: {what}, {run['total']} desktops")
        run = _follow(rest, run, wanted.wait_s, say)
        groups = rest.get(f"/runs/{run['id']}/groups")
        return _code_of(run), {**run, "groups": groups}


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


def read_names(file: Path | None) -> tuple[str, ...]:
    """Return the names in a file, one a line."""
    lines = _read(file).splitlines() if file else []
    return tuple(line.strip() for line in lines if line.strip())


def _read(file: Path) -> str:
    try:
        return file.read_text("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise Invalid(str(file), f"{file} can not be read as text") from error


class _Rest:
    """The platform's REST; its errors are ours again."""

    def __init__(self, client: httpx.Client) -> None:
        self._client = client

    def get(self, path: str, **query: Any) -> Any:
        return self._ask("GET", path, params=query)

    def post(self, path: str, body: Mapping[str, Any]) -> Any:
        return self._ask("POST", path, json=body)

    def _ask(self, method: str, path: str, **sent: Any) -> Any:
        """What is asked may be asked again: a start bears its key."""
        ends = time.monotonic() + _AWAY_S
        while True:
            try:
                answer = self._client.request(method, path, timeout=_TIMEOUT_S, **sent)
            except httpx.HTTPError as error:
                if time.monotonic() > ends:
                    raise YunweiError(f"{self._client.base_url} does not answer") from error
            else:
                if answer.status_code < 500 or time.monotonic() > ends:
                    return _read_answer(answer)
            time.sleep(2.0)


def _read_answer(answer: httpx.Response) -> Any:
    if answer.is_success:
        return answer.json()
    try:
        told = answer.json()
    except ValueError:
        told = {}
    message = str(told.get("message") or f"the platform answered {answer.status_code}")
    match answer.status_code:
        case 401 | 403:
            raise Refused("the token is not valid")
        case 404:
            raise Refused()
        case 409:
            raise Conflict(message)
        case 422:
            raise Invalid(str(told.get("field") or ""), message)
        case _:
            raise YunweiError(message)


def _body(rest: _Rest, wanted: Wanted) -> dict[str, Any]:
    body: dict[str, Any] = {
        "script": _find_script(rest, wanted.script),
        "key": wanted.key or uuid.uuid4().hex,
        "parameters": dict(wanted.parameters),
        "names": list(wanted.names),
        "condition": wanted.condition,
        "plan": dict(wanted.plan),
        "note": wanted.note,
    }
    if wanted.tenant is not None:
        body["tenant"] = _find_tenant(rest, wanted.tenant)
    return body


def _find_script(rest: _Rest, said: str) -> int:
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


def _find_tenant(rest: _Rest, slug: str) -> int:
    for row in rest.get("/tenants", limit=1000)["items"]:
        if row["slug"] == slug:
            return int(row["id"])
    raise Invalid("tenant", f"there is no tenant {slug}")


def _follow(rest: _Rest, run: dict[str, Any], wait_s: float, say: Say) -> dict[str, Any]:
    ends, pace_s, told = time.monotonic() + wait_s, 0.5, ""
    while run["state"] not in _ENDS and time.monotonic() < ends:
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
    if run["state"] not in _ENDS:
        return NOT_OVER
    return GOOD if run["is_good"] else NOT_ALL
