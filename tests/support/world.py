"""What flows speak of: devices that send traps, people who are told, alarms that are seen."""

import itertools
import random
import socket
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from tests.support.platform import Api, Platform, wait_until
from tests.support.sinks import MailSink, WebhookSink
from tests.support.snmp_packets import build_trap_v2c, octets

LINK_DOWN, LINK_UP = "1.3.6.1.6.3.1.1.5.3", "1.3.6.1.6.3.1.1.5.4"
IF_INDEX = "1.3.6.1.2.1.2.2.1.1"
ENTERPRISE = "1.3.6.1.4.1.8072.3.2.10"
# what snmptrap calls them in a v1 trap: generic numbers
_GENERIC = {LINK_DOWN: "2", LINK_UP: "3"}
_numbers = itertools.count(random.randrange(100_000, 900_000))


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """A network interface of a device at 127.0.0.1; its number is used by one test only.

    way: how the device speaks: `trap` (v2c), `inform` (v2c, waits for the answer) or `v1`.
    """

    number: int
    trap_port: int
    way: str = "trap"
    community: str = "public"

    @property
    def path(self) -> str:
        return f"/device/127.0.0.1/interface/{self.number}"

    def at(self, trap_port: int) -> "Link":
        """Return the same interface, whose traps go to another platform."""
        return replace(self, trap_port=trap_port)

    def goes_down(self) -> None:
        self._say(LINK_DOWN)

    def comes_up(self) -> None:
        self._say(LINK_UP)

    def _say(self, oid: str) -> None:
        target = f"127.0.0.1:{self.trap_port}"
        binding = [f"{IF_INDEX}.{self.number}", "i", str(self.number)]
        if self.way == "v1":
            head = ["-v1", "-c", self.community, target, ENTERPRISE, "127.0.0.1"]
            words = ["snmptrap", *head, _GENERIC[oid], "0", ""]
        else:
            program = "snmpinform" if self.way == "inform" else "snmptrap"
            words = [program, "-v2c", "-c", self.community, "-t", "5", "-r", "3", target, "", oid]
        subprocess.run([*words, *binding], check=True, capture_output=True, timeout=60)


@dataclass(frozen=True, slots=True, kw_only=True)
class Device:
    """Something with an address of its own (in 127/8) that sends v2c traps."""

    address: str
    trap_port: int

    @property
    def path(self) -> str:
        return f"/device/{self.address}"

    def sends(self, data: bytes, *, times: int = 1) -> None:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
            sender.bind((self.address, 0))
            for _ in range(times):
                sender.sendto(data, ("127.0.0.1", self.trap_port))

    def sends_trap(self, oid: str, *, text: str) -> None:
        self.sends(build_trap_v2c(oid, [(f"{oid}.1", octets(text))]))


class World:
    """One platform, the two ways of telling people, and devices as many as wanted."""

    def __init__(self, platform: Platform, webhook: WebhookSink, mail: MailSink) -> None:
        self.platform = platform
        self.webhook = webhook
        self.mail = mail
        self.api: Api = platform.api()

    def link(self, way: str = "trap", *, community: str = "public") -> Link:
        """Return an interface that no other test uses."""
        port = self.platform.trap_port
        return Link(number=next(_numbers), trap_port=port, way=way, community=community)

    def device(self) -> Device:
        """Return a device whose address no other test uses."""
        number = next(_numbers)
        address = f"127.{number >> 16 & 0xFF | 0x40}.{number >> 8 & 0xFF}.{number & 0xFF}"
        return Device(address=address, trap_port=self.platform.trap_port)

    def tell_people_about(self, path: str) -> None:
        """From now on alarms about `path` go to one person by mail and to one webhook."""
        self._add_route(path, self.platform.recall("duty", self._make_duty))

    def tell_people_about_types(self, *alarm_types: str) -> None:
        """The same of alarms of some types, whatever they are about."""
        duty = self.platform.recall("duty", self._make_duty)
        self._put_route({"field": "alarm_type", "op": "in", "value": list(alarm_types)}, duty)

    def tell_webhook_about(self, path: str) -> None:
        """From now on alarms about `path` go to the webhook alone."""
        duty = self.platform.recall("duty", self._make_duty)
        self._add_route(path, {"channels": duty["channels"][1:]})

    def _add_route(self, path: str, told: Mapping[str, list[int]]) -> None:
        self._put_route({"field": "managed_object", "op": "under", "value": path}, told)

    def _put_route(self, condition: Mapping[str, Any], told: Mapping[str, list[int]]) -> None:
        others = [route["id"] for route in self.api.all("/routes")]
        route = self.api.post(
            "/routes",
            name=f"route {next(_numbers)}",
            condition=condition,
            **told,
        )
        # before the route that every installation has, which takes all alarms
        self.api.post("/routes/order", order=[route["id"], *others])

    def _make_duty(self) -> dict[str, list[int]]:
        person = self.api.post(
            "/users",
            username="duty",
            password="ein-langes-kennwort-8",
            role="operator",
            tenant=self.api.get("/me")["tenant"],
            email="duty@example.com",
        )
        mail = {
            "host": "127.0.0.1",
            "port": str(self.mail.port),
            "security": "none",
            "from": "Yunwei <alarm@example.com>",
        }
        channels = [
            self._add_channel("email", "mail", mail),
            self._add_channel("webhook", "webhook", {"url": self.webhook.url}),
        ]
        return {"people": [person["id"]], "channels": channels}

    def tells_each_alarm(self) -> None:
        """Turn the noise rules off: every alarm is told at once and by itself."""
        for rule in self.api.all("/noise-rules", is_enabled=True):
            self.api.patch(f"/noise-rules/{rule['id']}", is_enabled=False)

    def mask(self, path: str, *, name: str, effect: str = "hide") -> dict[str, Any]:
        """Add a mask rule about `path` for an hour."""
        return dict(
            self.api.post(
                "/mask-rules",
                name=name,
                condition={"field": "managed_object", "op": "under", "value": path},
                effect=effect,
                expires_at=(datetime.now(UTC) + timedelta(hours=1)).isoformat(),
                reason="maintenance of the switch",
            )
        )

    def alarms_about(self, path: str, **filters: Any) -> list[dict[str, Any]]:
        return list(self.api.get("/alarms", object=path, **filters)["items"])

    def sees_alarm(self, path: str, *, timeout_s: float = 10.0, **wanted: Any) -> dict[str, Any]:
        """Wait for the one alarm about `path` whose fields are as wanted, and return it."""

        def ask() -> dict[str, Any]:
            found = self.alarms_about(path)
            assert len(found) == 1, f"{len(found)} alarms about {path}"
            told = {key: found[0][key] for key in wanted}
            assert told == wanted, f"{path}: {told}, not {wanted}"
            return found[0]

        return wait_until(ask, timeout_s=timeout_s)

    def told_about(self, path: str) -> dict[str, list[str]]:
        """Return what people were told about `path` so far, by each way, in order: raise, clear."""
        mails = self.mail.about(path)
        return {
            "webhook": [body["data"]["kind"] for body in self.webhook.about(path)],
            "mail": ["clear" if "恢复" in mail["subject"] else "raise" for mail in mails],
        }

    def hears(self, path: str, *kinds: str, timeout_s: float = 15.0) -> None:
        """Wait until people were told about `path` by both ways as given, and no more."""
        wanted = {"webhook": list(kinds), "mail": list(kinds)}

        def ask() -> bool:
            told = self.told_about(path)
            assert told == wanted, f"told about {path}: {told}"
            return True

        wait_until(ask, timeout_s=timeout_s)

    def hears_no_more(self, path: str) -> None:
        """Wait until nothing about `path` is on its way: what was told by then is all."""
        alarms = [alarm["id"] for alarm in self.alarms_about(path)]
        for alarm in alarms:
            wait_until(lambda each=alarm: not self._under_way(each), timeout_s=15)

    def _under_way(self, alarm: int) -> list[dict[str, Any]]:
        messages = self.api.all("/messages", alarm=alarm)
        return [each for each in messages if each["state"] in ("pending", "sending")]

    def _add_channel(self, kind: str, name: str, settings: Mapping[str, str]) -> int:
        return int(self.api.post("/channels", kind=kind, name=name, settings=settings)["id"])
