"""Lets machines in as agents: what REST does for those that have no identity yet, or an old one."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

from yunwei.base.core.errors import Refused
from yunwei.base.infra.agent_channel import read_authority, server_addresses
from yunwei.base.infra.agent_keys import AgentKeys
from yunwei.base.infra.clock import Clock
from yunwei.base.infra.settings import Settings
from yunwei.operate.agents.actions import agents as actions
from yunwei.operate.agents.facts.agents import Enrolled, Enrolment
from yunwei.operate.agents.queries import agents as queries
from yunwei_wire import ed25519, identity
from yunwei_wire.errors import WireError
from yunwei_wire.nkeys import Kind, read_public

LIFE = timedelta(hours=24)
"""How long an agent is let in before it has to ask again. A revoked one is cut off at once."""
_SKEW_S = 300


@dataclass(frozen=True, kw_only=True)
class Welcome:
    """What an agent needs to come in. trusted: public keys (hex) that sign its commands.

    urls: where its NATS servers are. authority: the certificate by which it knows them.
    """

    id: int
    agent: str
    jwt: str
    ends_at: datetime
    urls: Sequence[str]
    authority: str
    trusted: Sequence[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Renewal:
    """An agent shows that it has its key. at_s: its clock, seconds since 1970."""

    public_key: str
    machine: str
    at_s: int
    signature: bytes


class Gate:
    """Enrols and renews. Any thread."""

    def __init__(self, settings: Settings, keys: AgentKeys, clock: Clock) -> None:
        self._keys = keys
        self._clock = clock
        self._urls = public_addresses(settings)
        self._authority = read_authority(settings, keys)

    def enrol(self, enrolment: Enrolment, *, address: str) -> Welcome:
        """Raises Refused, Invalid, Conflict."""
        made = actions.enrol(enrolment, address=address, now=self._clock.now())
        return self.welcome(made)

    def renew(self, asked: Renewal) -> Welcome:
        """Let an agent in for longer. Raises Refused, whatever is wrong."""
        now = self._clock.now()
        if abs(now - datetime.fromtimestamp(asked.at_s, UTC)) > timedelta(seconds=_SKEW_S):
            raise Refused()
        try:
            public = read_public(Kind.USER, asked.public_key)
        except WireError as error:
            raise Refused() from error
        told = identity.renewal_text(asked.public_key, asked.machine, asked.at_s)
        if not ed25519.verify(public, told, asked.signature):
            raise Refused()
        known = queries.system_agent_by_key(asked.public_key, asked.machine)
        if known is None:
            raise Refused()
        return self.welcome(known)

    def welcome(self, agent: Enrolled) -> Welcome:
        now = self._clock.now()
        ends_at = now + LIFE
        public = read_public(Kind.USER, agent.public_key)
        return Welcome(
            id=agent.id,
            agent=agent.name,
            jwt=self._keys.agent_jwt(public, agent.name, now=now, ends_at=ends_at),
            ends_at=ends_at,
            urls=self._urls,
            authority=self._authority,
            trusted=[key.public.hex() for key in self._keys.commands],
        )


def public_addresses(settings: Settings) -> list[str]:
    """Return where agents reach their servers: as set, else as they listen, under the host name
    of the pages where they listen on all addresses. Raises Misconfigured."""
    if settings.agent_url:
        return [url.strip() for url in settings.agent_url.split(",")]
    urls = server_addresses(settings)
    public = urlsplit(settings.public_url or "").hostname
    if public and settings.agent_host in ("0.0.0.0", "::"):  # noqa: S104
        return [f"tls://{public}:{urlsplit(url).port}" for url in urls]
    return urls
