"""Keepers of real processes: started, started again, stopped; a wrong start is said."""

import asyncio
import os
import signal
import socket
import sys
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.support.platform import wait_until
from yunwei.base.core.errors import EngineAway, Misconfigured
from yunwei.base.infra.engines.process import ChildProcess
from yunwei.run.supervise import Keeper, Program

# Answers on a port until it is told to end; says 200 to everything.
SERVER = """
import sys
from http.server import BaseHTTPRequestHandler, HTTPServer
class Handler(BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200); self.end_headers()
    def log_message(self, *words): pass
HTTPServer.allow_reuse_address = True
HTTPServer(("127.0.0.1", int(sys.argv[1])), Handler).serve_forever()
"""
STUBBORN = "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN)\n" + SERVER

type Keep = Callable[[str], tuple[Keeper, Program]]


@pytest.fixture
async def keep() -> AsyncIterator[Keep]:
    threads = ThreadPoolExecutor(8)
    keepers: list[Keeper] = []

    def make(script: str) -> tuple[Keeper, Program]:
        with socket.create_server(("127.0.0.1", 0)) as free:
            port = free.getsockname()[1]
        child = ChildProcess(name="server", command=[sys.executable, "-c", script, str(port)])
        program = Program(child=child, health_url=f"http://127.0.0.1:{port}/healthz")
        keepers.append(Keeper(program, threads))
        return keepers[-1], program

    yield make
    for keeper in keepers:
        await keeper.stop(1)
    threads.shutdown()


async def ask_until(is_so: Callable[[], bool]) -> None:
    await asyncio.to_thread(wait_until, is_so, timeout_s=20)


async def test_a_killed_child_runs_again(keep: Keep) -> None:
    keeper, program = keep(SERVER)
    await keeper.start()
    first = program.child.pid or 0
    os.kill(first, signal.SIGKILL)
    await ask_until(lambda: program.child.pid != first and program.child.is_running)
    second = program.child.pid or 0
    os.kill(second, signal.SIGKILL)
    await ask_until(lambda: program.child.pid not in (first, second) and program.child.is_running)


async def test_a_stopped_child_stays_stopped(keep: Keep) -> None:
    keeper, program = keep(SERVER)
    await keeper.start()
    await keeper.stop(5)
    assert not program.child.is_running
    assert keeper.task is not None
    assert keeper.task.done()


async def test_a_child_that_does_not_listen_is_killed(keep: Keep) -> None:
    keeper, program = keep(STUBBORN)
    await keeper.start()
    await keeper.stop(0.3)
    assert program.child.wait(0) == -signal.SIGKILL


async def test_a_wrong_configuration_is_not_tried_again(keep: Keep) -> None:
    keeper, program = keep("import sys; sys.exit(2)")
    with pytest.raises(Misconfigured):
        await keeper.start()
    assert not program.child.is_running


async def test_a_child_that_dies_at_its_first_start_is_said(keep: Keep) -> None:
    keeper, _ = keep("import sys; sys.exit(7)")
    with pytest.raises(EngineAway, match="exit code 7"):
        await keeper.start()
