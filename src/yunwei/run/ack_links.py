"""Gives messages to people the link by which they acknowledge without signing in."""

from yunwei.base.core.ids import OccurrenceId
from yunwei.base.infra.clock import Clock
from yunwei.base.infra.signing import Signer
from yunwei.base.people.facts import Permission
from yunwei.base.people.queries import viewer_of
from yunwei.base.people.rules import may
from yunwei.monitor.notify.actions.links import make_token
from yunwei.monitor.notify.facts.messages import DueMessage, MessageKind


class AckLinks:
    """A link is made when a message is sent, so that its life begins then."""

    def __init__(self, signer: Signer, *, clock: Clock, public_url: str) -> None:
        self._signer = signer
        self._clock = clock
        self._public_url = public_url.rstrip("/")

    def find_link(self, message: DueMessage) -> str:
        """Return the address for a raise that one person is told of who may acknowledge it,
        else ""."""
        if message.kind is not MessageKind.RAISE:
            return ""
        alarm, user, occurrence = message.alarm, message.user, message.data.get("occurrence")
        if alarm is None or user is None or not isinstance(occurrence, int):
            return ""
        viewer = viewer_of(user)
        if viewer is None or not may(viewer, Permission.OPERATE_ALARMS, message.tenant):
            return ""
        token = make_token(
            self._signer,
            alarm=alarm,
            occurrence=OccurrenceId(occurrence),
            user=user,
            now=self._clock.now(),
        )
        return f"{self._public_url}/acknowledge/{token}"
