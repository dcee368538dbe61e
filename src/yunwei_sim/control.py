"""The control face: how tests and the demo look behind the simulated cloud and move it.

No vendor has this interface. It answers to the same machine only, under /sim/.
"""

import dataclasses
import ipaddress
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Protocol

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from yunwei_sim import clock
from yunwei_sim.clock import ClockError
from yunwei_sim.rest.cloud import Cloud
from yunwei_sim.rest.disturbance import Disturbance, Mischief
from yunwei_sim.snmp.sender import TrapSender
from yunwei_sim.world import licences
from yunwei_sim.world.faults import KINDS, Channel
from yunwei_sim.world.fleet import NOBODY
from yunwei_sim.world.places import Kind
from yunwei_sim.world.rows import Failure
from yunwei_sim.world.scope import UnknownTargetError
from yunwei_sim.world.troubles import Fault
from yunwei_sim.world.world import UnknownFaultError


class Simulator(Protocol):
    """What the control face may do beyond the world."""

    cloud: Cloud
    traps: TrapSender

    def pump(self) -> None:
        """Let the world catch up and send what became due."""
        ...

    def disturb(self, disturbance: Disturbance | None) -> None:
        """Make the REST face misbehave, or behave again."""
        ...


class RefusedError(Exception):
    """The control face cannot do that: an HTTP status and why."""

    def __init__(self, status: int, why: str) -> None:
        super().__init__(why)
        self.status = status


REPORTED = {Channel.REST: "rest", Channel.SILENT: "nobody"}

type Body = dict[str, object]
type Endpoint = Callable[[Request], Awaitable[Response]]


def iso(at_s: int | None) -> str | None:
    """Return an instant as RFC 3339 UTC."""
    if at_s is None:
        return None
    return datetime.fromtimestamp(at_s, UTC).isoformat().replace("+00:00", "Z")


def parse_instant(text: object) -> datetime:
    """Return an aware time. Raises RefusedError for anything else."""
    try:
        moment = datetime.fromisoformat(str(text))
    except ValueError as error:
        raise RefusedError(400, f"not a time: {text!r}") from error
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def describe_fault(fault: Fault) -> Body:
    """Return a fault with its truth: what it hit, since when, and what must be visible of it."""
    return {
        "id": fault.id,
        "name": fault.kind.name,
        "title": fault.kind.title,
        "severity": fault.kind.severity.value,
        "reported_by": REPORTED.get(fault.kind.channel, "trap"),
        "target": {
            "kind": fault.kind.target.value,
            "id": fault.target_id,
            "name": fault.target_name,
        },
        "since": iso(fault.since_s),
        "until": iso(fault.until_s),
        "truth": {
            "desktops_touched": int(fault.desktops.sum()),
            "people_touched": int(fault.people.sum()),
            "sessions_dropped": fault.dropped,
            "logins_in_the_way": fault.held,
            "symptoms": list(fault.kind.symptoms),
        },
    }


class ControlFace:
    """The endpoints, as methods; `app` is the ASGI application."""

    def __init__(self, simulator: Simulator) -> None:
        self._simulator = simulator
        self._cloud = simulator.cloud
        self.app = Starlette(
            routes=[
                self._route("/sim/state", self._state, "GET"),
                self._route("/sim/faults", self._list_faults, "GET"),
                self._route("/sim/faults", self._inject, "POST"),
                self._route("/sim/faults/{id}", self._remove, "DELETE"),
                self._route("/sim/login", self._log_in, "POST"),
                self._route("/sim/logout", self._log_out, "POST"),
                self._route("/sim/truth/online", self._online, "GET"),
                self._route("/sim/polls", self._polls, "GET"),
                self._route("/sim/clock", self._set_clock, "POST"),
                self._route("/sim/face", self._set_face, "POST"),
                self._route("/sim/licences", self._set_licences, "POST"),
                self._route("/sim/jobs", self._spoil_jobs, "POST"),
                self._route("/sim/traps/repeat", self._repeat_traps, "POST"),
                self._route("/sim/traps/lose", self._lose_traps, "POST"),
            ]
        )

    def _route(self, path: str, answer: Callable[[Request, Body], Body], method: str) -> Route:
        async def endpoint(request: Request) -> Response:
            try:
                _only_local(request)
                body = await request.json() if method == "POST" and await request.body() else {}
                self._simulator.pump()
                data = answer(request, body)
                self._simulator.pump()
            except RefusedError as error:
                return JSONResponse({"error": str(error)}, status_code=error.status)
            except (UnknownFaultError, UnknownTargetError) as error:
                return JSONResponse({"error": str(error)}, status_code=404)
            except (ClockError, ValueError) as error:
                return JSONResponse({"error": str(error)}, status_code=400)
            created = method == "POST" and path == "/sim/faults"
            return JSONResponse(data, status_code=201 if created else 200)

        return Route(path, endpoint, methods=[method])

    def _state(self, request: Request, body: Body) -> Body:
        world, sim_clock = self._cloud.world, self._cloud.clock
        now = world.snapshot()
        return {
            "clock": {"now": iso(world.at_s), "speed": sim_clock.speed},
            "seed": world.seed,
            "counts": {
                "desktops": world.fleet.count,
                "people": world.people.count,
                "hosts": len(world.places.of(Kind.HOST)),
                "online_users": len(now.online_users),
                "connected": now.connected_count,
                "disconnected": now.disconnected_count,
                "connections_known": sum(len(block.rows) for block in world.ledger.blocks),
                "alarm_records": len(world.alarms.records),
            },
            "traps": {"sent": self._simulator.traps.sent, "unsent": self._simulator.traps.unsent},
            "faults": [describe_fault(fault) for fault in world.troubles.active],
            "fault_names": list(KINDS),
        }

    def _list_faults(self, request: Request, body: Body) -> Body:
        return {"items": [describe_fault(fault) for fault in self._cloud.world.troubles.log]}

    def _inject(self, request: Request, body: Body) -> Body:
        seconds = body.get("seconds")
        fault = self._cloud.world.inject(
            str(body.get("name", "")),
            target=None if body.get("target") is None else str(body["target"]),
            lasts_s=None if seconds is None else int(str(seconds)),
        )
        return describe_fault(fault)

    def _remove(self, request: Request, body: Body) -> Body:
        return describe_fault(self._cloud.world.remove(request.path_params["id"]))

    def _person(self, body: Body) -> int:
        number = self._cloud.world.people.find(str(body.get("user", "")))
        if number is None:
            raise RefusedError(404, f"no person named {body.get('user')!r}")
        if self._cloud.world.people.is_disabled[number]:
            raise RefusedError(409, "that account is disabled")
        return number

    def _log_in(self, request: Request, body: Body) -> Body:
        world = self._cloud.world
        visit = world.log_in(self._person(body))
        name = None if visit.desktop == NOBODY else world.fleet.names[visit.desktop]
        identity = None if visit.desktop == NOBODY else world.fleet.ids[visit.desktop]
        return {
            "user": world.people.logins[visit.user],
            "user_id": world.people.ids[visit.user],
            "connected": visit.failure == Failure.NONE,
            "failure": None if visit.failure == Failure.NONE else visit.failure.name.lower(),
            "desktop": name,
            "desktop_id": identity,
            "at": iso(world.at_s),
        }

    def _log_out(self, request: Request, body: Body) -> Body:
        world = self._cloud.world
        user = self._person(body)
        was_in = world.log_out(user)
        return {
            "user": world.people.logins[user],
            "user_id": world.people.ids[user],
            "was_connected": was_in,
            "at": iso(world.at_s),
        }

    def _online(self, request: Request, body: Body) -> Body:
        world = self._cloud.world
        text = request.query_params.get("at")
        at_s = world.at_s if text is None else int(parse_instant(text).timestamp())
        if at_s > world.at_s:
            raise RefusedError(400, "that instant is still ahead")
        now, people = world.snapshot(at_s), world.people
        return {
            "at": iso(at_s),
            "online_users": len(now.online_users),
            "connected": now.connected_count,
            "disconnected": now.disconnected_count,
            "user_ids": [people.ids[user] for user in now.online_users.tolist()],
            "user_names": [people.logins[user] for user in now.online_users.tolist()],
        }

    def _polls(self, request: Request, body: Body) -> Body:
        return {
            "items": [
                {"at": iso(poll.at_s)}
                | {k: v for k, v in dataclasses.asdict(poll).items() if k != "at_s"}
                for poll in self._cloud.polls
            ]
        }

    def _set_clock(self, request: Request, body: Body) -> Body:
        sim_clock = self._cloud.clock
        if body.get("speed") is not None:
            sim_clock.set_speed(float(str(body["speed"])))
        if body.get("step_s") is not None:
            sim_clock.step(float(str(body["step_s"])))
        if body.get("at") is not None:
            sim_clock.set_at(parse_instant(body["at"]))
        self._simulator.pump()
        return {"now": iso(self._cloud.world.at_s), "speed": sim_clock.speed}

    def _set_licences(self, request: Request, body: Body) -> Body:
        """Change a quota (`type`, `limit`) or the end of the certificate (`ends_at`)."""
        world = self._cloud.world
        if body.get("type") is not None:
            kind = str(body["type"])
            if kind not in {quota.type for quota in licences.quotas(world)}:
                raise RefusedError(404, f"no quota of type {kind!r}")
            world.bought[kind] = int(str(body.get("limit", 0)))
        if body.get("ends_at") is not None:
            world.renewed_until_s = int(parse_instant(body["ends_at"]).timestamp())
        return {
            "limits": {quota.type: quota.limit for quota in licences.quotas(world)},
            "ends_at": iso(licences.licence_expires_s(world)),
        }

    def _set_face(self, request: Request, body: Body) -> Body:
        name = str(body.get("fault") or "none")
        if name == "none":
            self._simulator.disturb(None)
            return {"fault": None}
        if name not in {each.value for each in Mischief}:
            raise RefusedError(
                400, f"no mischief named {name!r}; there are {', '.join(Mischief)}, none"
            )
        seconds, requests = body.get("seconds"), body.get("requests")
        self._simulator.disturb(
            Disturbance(
                mischief=Mischief(name),
                path_part=str(body.get("path") or ""),
                requests_left=None if requests is None else int(str(requests)),
                until_s=None if seconds is None else clock.ticks_s() + float(str(seconds)),
                delay_s=float(str(body.get("delay_s") or 5.0)),
            )
        )
        return {"fault": name}

    def _spoil_jobs(self, request: Request, body: Body) -> Body:
        """Let the next jobs on desktops fail; say how many were asked for so far."""
        if body.get("fail") is not None:
            self._cloud.jobs.to_fail = int(str(body["fail"]))
        ids = self._cloud.world.fleet.ids
        asked = [
            (job.kind.value, part.identity or ids[part.desktop])
            for job in self._cloud.jobs.jobs
            for part in job.parts
        ]
        return {
            "to_fail": self._cloud.jobs.to_fail,
            "items": [{"type": kind, "desktop_id": each} for kind, each in asked],
        }

    def _repeat_traps(self, request: Request, body: Body) -> Body:
        return {"sent": self._simulator.traps.repeat_active()}

    def _lose_traps(self, request: Request, body: Body) -> Body:
        count = int(str(body.get("count", 1)))
        self._simulator.traps.lose(count)
        return {"to_lose": count}


def _only_local(request: Request) -> None:
    host = request.client.host if request.client else ""
    if not host or not ipaddress.ip_address(host).is_loopback:
        raise RefusedError(403, "the control face answers to this machine only")
