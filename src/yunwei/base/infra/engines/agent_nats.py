"""The embedded NATS server for agents: a process of its own, so that no desktop ever comes near
the platform's bus. TLS, no JetStream; whom it lets in is said by JWTs (`agent_keys`)."""

import json
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from urllib.parse import urlsplit

from yunwei.base.infra.agent_certificates import render_server
from yunwei.base.infra.agent_keys import AgentKeys, open_agent_keys
from yunwei.base.infra.engines.folder import write_private
from yunwei.base.infra.engines.nats import EmbeddedNats
from yunwei.base.infra.settings import Settings

FOLDER = "nats-agents"
_MAX_PAYLOAD_BYTES = 1024**2
_ANY = ("0.0.0.0", "::")  # noqa: S104  asked whether it is one of these


class EmbeddedAgentNats(EmbeddedNats):
    """One server on `nats-agents/` of a data folder that this process holds. now: for how long its
    certificate, new at each start, is good."""

    name = "NATS for agents"
    folder = FOLDER

    def __init__(self, settings: Settings, *, now: datetime) -> None:
        super().__init__(settings.data_dir)
        self._settings = settings
        self._now = now
        self.host = settings.agent_host
        self.reached_at = "127.0.0.1" if self.host in _ANY else self.host

    @property
    def url(self) -> str:
        """`tls://` address on this machine; valid once prepared."""
        return f"tls://{self.reached_at}:{self._port}"

    @property
    def port(self) -> int:
        """Where it listens; valid once prepared."""
        return self._port

    def prepare(self) -> None:
        if self._settings.agent_port:
            self._port = self._settings.agent_port
        super().prepare()

    def _own_lines(self) -> Iterable[str]:
        keys = open_agent_keys(self._settings)
        certificate, private = render_server(keys.authority, self._hosts(), now=self._now)
        write_private(self._folder / "server.pem", certificate)
        write_private(self._folder / "server-key.pem", private)
        yield from server_lines(
            keys,
            certificate=self._folder / "server.pem",
            private=self._folder / "server-key.pem",
            accounts=self._folder / "accounts",
        )

    def _hosts(self) -> list[str]:
        settings = self._settings
        named = [urlsplit(url).hostname for url in (settings.agent_url, settings.public_url) if url]
        known = ["localhost", "127.0.0.1", self.reached_at, *(name for name in named if name)]
        return list(dict.fromkeys(known))


def server_lines(
    keys: AgentKeys, *, certificate: Path, private: Path, accounts: Path
) -> Iterable[str]:
    """Yield the configuration by which a NATS server takes agents, but for where it listens.

    accounts: its own folder for what the platform tells it, such as who is revoked.
    """
    yield f"operator: {keys.operator_jwt()}"
    yield f"system_account: {keys.system_account.text}"
    yield f"resolver {{ type: full, dir: {json.dumps(str(accounts))} }}"
    yield "resolver_preload {"
    yield f"  {keys.system_account.text}: {keys.system_account_jwt()}"
    yield f"  {keys.account.text}: {keys.account_jwt()}"
    yield "}"
    paths = f"cert_file: {json.dumps(str(certificate))}, key_file: {json.dumps(str(private))}"
    yield f"tls {{ {paths}, timeout: 15 }}"
    yield f"max_payload: {_MAX_PAYLOAD_BYTES}"
    # thousands come back at once after a break
    yield "max_connections: 200000"
    yield "ping_interval: 60s"
    yield "write_deadline: 10s"
