"""Three NATS servers of one cluster, each a process on loopback that may be killed: such as the bus
stands on, and such as agents come to."""

import os
import secrets
import signal
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

import httpx

from tests.support.folders import open_folder
from yunwei.base.infra.agent_keys import AgentKeys, open_agent_keys
from yunwei.base.infra.bus import Bus
from yunwei.base.infra.engines.agent_nats import EmbeddedAgentNats
from yunwei.base.infra.engines.nats import EmbeddedNats
from yunwei.base.infra.engines.ports import find_free_port
from yunwei.base.infra.settings import Settings

NODES = 3


def _cluster_lines(number: int, routes: Sequence[int]) -> Iterator[str]:
    others = ", ".join(f'"nats://127.0.0.1:{port}"' for port in routes)
    yield f"server_name: n{number}"
    yield f'cluster {{ name: c, listen: "127.0.0.1:{routes[number]}", routes: [ {others} ] }}'


class BusNode(EmbeddedNats):
    """One of those with JetStream: the platform's own server, with routes to the others."""

    def __init__(self, data_dir: Path, number: int, routes: Sequence[int], token: str) -> None:
        super().__init__(data_dir)
        self._number, self._routes, self._shared = number, routes, token

    def _recall(self) -> tuple[int, str]:
        return super()._recall()[0], self._shared

    def _own_lines(self) -> Iterator[str]:
        yield from super()._own_lines()
        yield from _cluster_lines(self._number, self._routes)


class AgentNode(EmbeddedAgentNats):
    """One of those for agents. It tells on a port of its own who is connected."""

    def __init__(self, settings: Settings, number: int, routes: Sequence[int]) -> None:
        super().__init__(settings, now=datetime.now(UTC))
        self._number, self._routes = number, routes
        self._told_at = find_free_port()

    def _own_lines(self) -> Iterator[str]:
        yield from super()._own_lines()
        yield f'http: "127.0.0.1:{self._told_at}"'
        yield from _cluster_lines(self._number, self._routes)

    def client_ports(self, account: str) -> set[int]:
        """Return the ports on which its clients of an account are at their end."""
        url = f"http://127.0.0.1:{self._told_at}/connz"
        told = httpx.get(url, params={"auth": "true", "limit": 5000}, trust_env=False).json()
        return {each["port"] for each in told["connections"] if each["account"] == account}


def kill_node(node: EmbeddedNats) -> None:
    """kill -9."""
    assert node.child.pid is not None
    os.kill(node.child.pid, signal.SIGKILL)
    node.child.wait()


@dataclass(kw_only=True)
class BusCluster:
    nodes: list[BusNode]
    token: str

    @property
    def url(self) -> str:
        return ",".join(node.url for node in self.nodes)

    async def leader_of(self, bus: Bus, stream: str) -> BusNode:
        """Return the server that answers for a stream; an AssertionError where none does."""
        told = (await bus._stream.stream_info(stream)).cluster
        assert told is not None
        assert told.leader
        return self.nodes[int(told.leader[1:])]

    async def is_whole(self, bus: Bus, stream: str) -> bool:
        """Say whether all of a stream's servers have all of it."""
        told = (await bus._stream.stream_info(stream)).cluster
        replicas = (told and told.replicas) or []
        return len(replicas) == NODES - 1 and all(each.current for each in replicas)


@contextmanager
def bus_cluster() -> Iterator[BusCluster]:
    with open_folder() as folder:
        routes, token = [find_free_port() for _ in range(NODES)], secrets.token_hex(16)
        for number in range(NODES):
            (folder / str(number) / "logs").mkdir(parents=True)
        nodes = [BusNode(folder / str(n), n, routes, token) for n in range(NODES)]
        with _started(nodes):
            yield BusCluster(nodes=nodes, token=token)


@dataclass(kw_only=True)
class AgentCluster:
    nodes: list[AgentNode]
    keys: AgentKeys
    settings: Settings

    @property
    def url(self) -> str:
        return ",".join(node.url for node in self.nodes)

    def seen_from(self, first: int) -> Settings:
        """Return settings that name the servers, one of them first."""
        turned = [*self.nodes[first:], *self.nodes[:first]]
        return replace(self.settings, agent_nats_url=",".join(node.url for node in turned))

    def on_port(self, port: int) -> AgentNode:
        return next(node for node in self.nodes if node.port == port)


@contextmanager
def agent_cluster(secret_key: str) -> Iterator[AgentCluster]:
    """secret_key: of the platform whose agents they take."""
    with open_folder() as folder:
        routes = [find_free_port() for _ in range(NODES)]
        nodes = []
        for number in range(NODES):
            (folder / str(number) / "logs").mkdir(parents=True)
            settings = Settings(data_dir=folder / str(number), secret_key=secret_key)
            nodes.append(AgentNode(settings, number, routes))
        with _started(nodes):
            settings = Settings(data_dir=folder, secret_key=secret_key)
            yield AgentCluster(nodes=nodes, keys=open_agent_keys(settings), settings=settings)


@contextmanager
def _started(nodes: Sequence[EmbeddedNats]) -> Iterator[None]:
    try:
        for node in nodes:
            node.start()
        yield
    finally:
        for node in nodes:
            node.stop()
