"""A governed installation with channels, and a worker that is moved by hand: no network."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

import pytest
from cryptography.fernet import Fernet

from tests.support.alarms import build_raw
from tests.support.governed import World
from yunwei.base.core.errors import SendError
from yunwei.base.core.ids import ChannelId
from yunwei.base.core.page import PageRequest
from yunwei.base.core.severity import Severity
from yunwei.base.infra.postgres import transaction
from yunwei.base.infra.secrets import SecretBox
from yunwei.monitor.notify.actions import claiming, routes, sending
from yunwei.monitor.notify.actions.channels import add_channel
from yunwei.monitor.notify.facts.channels import ChannelDraft
from yunwei.monitor.notify.facts.messages import DueMessage, MessageRow
from yunwei.monitor.notify.facts.routes import RouteDraft
from yunwei.monitor.notify.queries import messages as message_queries
from yunwei.monitor.notify.queries import routes as route_queries

EVERYTHING = {"field": "*", "op": "always"}

type Receiver = Callable[[DueMessage], None]
"""Takes a message, or raises SendError."""


@dataclass
class Post:
    """sent: what receivers took, with when. Each is taken under the number `n-<message>`."""

    world: World
    sent: list[tuple[datetime, DueMessage]] = field(default_factory=list)
    box: SecretBox = field(default_factory=lambda: SecretBox((Fernet.generate_key().decode(),)))

    def add_group(
        self, name: str = "group", *, limits: str = "", fallback: ChannelId | None = None
    ) -> ChannelId:
        """Add a group channel, and a route that leads all alarms to it alone."""
        draft = ChannelDraft(
            kind="webhook",
            name=name,
            settings={"url": "http://127.0.0.1:9/"},
            language="en",
            limits=limits,
            fallback=fallback,
        )
        return self._add(draft, people=())

    def add_sms(
        self, *, people: tuple[int, ...], fallback: ChannelId | None = None, **settings: str
    ) -> ChannelId:
        """Add Aliyun's short messages, and a route that leads all alarms to these people by it."""
        draft = ChannelDraft(
            kind="sms_aliyun",
            name="sms",
            settings={
                "access_key_id": "key",
                "access_key_secret": "secret",
                "sign_name": "云维",
                "template_code": "SMS_1",
                "template_params": "text={{subject}}",
                **settings,
            },
            limits="100/m",
            fallback=fallback,
        )
        return self._add(draft, people=people)

    def add_voice(self, *, people: tuple[int, ...]) -> ChannelId:
        """Add calls, and a route that leads all alarms to these people by them."""
        settings = {"url": "http://127.0.0.1:9/call", "template": "{}"}
        draft = ChannelDraft(kind="voice_http", name="voice", settings=settings)
        return self._add(draft, people=people)

    def add_mail(self, *, people: tuple[int, ...], limits: str = "") -> ChannelId:
        """Add e-mail, and a route that leads all alarms to these people by it."""
        settings = {"host": "127.0.0.1", "from": "a@yw.example"}
        draft = ChannelDraft(kind="email", name="mail", settings=settings, limits=limits)
        return self._add(draft, people=people)

    def _add(self, draft: ChannelDraft, *, people: tuple[int, ...]) -> ChannelId:
        world = self.world
        channel = add_channel(
            world.viewer, world.installation.tenant, draft, box=self.box, now=world.clock.now()
        )
        for route in route_queries.fetch_routes(world.viewer).items:
            if not route.is_catch_all:
                routes.remove_route(world.viewer, route.id, now=world.clock.now())
        wanted = RouteDraft(
            name="all",
            condition=EVERYTHING,
            channels=(channel,),
            people=people,  # type: ignore[arg-type]
            on_screen=False,
        )
        routes.add_route(world.viewer, world.installation.tenant, wanted, now=world.clock.now())
        return channel

    def raises(
        self, *numbers: int, severity: Severity = Severity.MINOR, kind: str = "disk.full"
    ) -> None:
        """Let alarms of one type come, each about a host of its own."""
        self.world.reports(
            *(
                build_raw(
                    managed_object=f"/host/H-{number}",
                    alarm_type=kind,
                    severity=severity,
                    text=f"{kind} on H-{number}",
                )
                for number in numbers
            )
        )

    def works(self, receiver: Receiver | None = None, *, rounds: int = 1000) -> list[str]:
        """Send all that is due; returns the subjects that were taken, in order."""
        before = len(self.sent)
        for _ in range(rounds):
            if not self._round(receiver or (lambda message: None)):
                break
        return [message.content.subject for _, message in self.sent[before:]]

    def claims(self, *, room: int = 4) -> list[DueMessage]:
        """Claim what is due, as a worker does that dies before it sends."""
        now = self.world.clock.now()
        with transaction() as conn:
            channels = claiming.find_due_channels(conn, now=now, busy=())
        found: list[DueMessage] = []
        for channel in channels:
            with transaction() as conn:
                found.extend(claiming.claim_messages(conn, channel, now=now, room=room))
        return found

    def _round(self, receiver: Receiver) -> bool:
        claimed = self.claims()
        for message in claimed:
            error = None
            try:
                receiver(message)
                self.sent.append((self.world.clock.now(), message))
            except SendError as failed:
                error = failed
            with transaction() as conn:
                sending.finish_message(
                    conn,
                    message,
                    error=error,
                    detail="taken",
                    duration_s=0.1,
                    now=self.world.clock.now(),
                    native_id="" if error else f"n-{message.id}",
                )
        return bool(claimed)

    def rows(self, **filters: object) -> tuple[MessageRow, ...]:
        """All messages there are, oldest first."""
        found = message_queries.fetch_messages(
            self.world.viewer, filters=filters, page=PageRequest(limit=1000)
        ).items
        return tuple(sorted(found, key=lambda each: each.id))

    def states(self, **filters: object) -> list[str]:
        return [each.state.value for each in self.rows(**filters)]


@pytest.fixture
def post(world: World) -> Post:
    return Post(world)
