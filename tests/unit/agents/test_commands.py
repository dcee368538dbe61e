"""An agent carries out what the platform signed for it: once, in time, unaltered."""

import asyncio
import os
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from yunwei_agent.clock import now_s
from yunwei_agent.journal import Journal
from yunwei_agent.places import Place
from yunwei_agent.worker import Worker
from yunwei_wire import ed25519
from yunwei_wire.commands import (
    Act,
    Command,
    Language,
    key_id,
    script_digest,
    sign_command,
    sign_commands,
)
from yunwei_wire.events import End, What
from yunwei_wire.messages import pack, unpack

SEED = bytes(range(32))
PUBLIC = ed25519.public_key(SEED)
STRANGER = bytes(reversed(range(32)))


class Desk:
    """An agent's worker, its journal, and what its script did."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.proof = folder / "proof"
        self.journal = Journal(folder)
        self.script = f"echo ran >> {self.proof}"
        self.worker = self.make_worker()

    def make_worker(self) -> Worker:
        place = Place(folder=self.folder / "work", user=None)
        worker = Worker(self.journal, place, agent="a7", parallel=1)
        worker.trusted = {key_id(PUBLIC): PUBLIC}
        return worker

    def command(self, **changed: Any) -> Command:
        now = int(now_s())
        usual = Command(
            act=Act.RUN,
            task=1,
            agent="a7",
            issued_s=now,
            deadline_s=now + 60,
            language=Language.SHELL,
            digest=script_digest("shell", changed.pop("script", self.script)),
            timeout_s=20,
        )
        return replace(usual, **changed)

    def sign(self, command: Command, *, seed: bytes = SEED, script: str | None = None) -> bytes:
        public = ed25519.public_key(seed)
        return sign_command(
            command,
            key_id(public),
            lambda data: ed25519.sign(seed, data),
            script=self.script if script is None else script,
        )

    def sign_together(self, *commands: Command) -> list[bytes]:
        return sign_commands(
            commands,
            [self.script] * len(commands),
            key=key_id(PUBLIC),
            sign=lambda data: ed25519.sign(SEED, data),
        )

    async def give(self, *messages: bytes) -> None:
        for message in messages:
            await self.worker.take(message)
        await asyncio.gather(*self.worker._tasks)

    @property
    def runs(self) -> int:
        return len(self.proof.read_text().splitlines()) if self.proof.exists() else 0

    def ends(self) -> list[End | None]:
        told = self.journal.outbox(limit=100, size_bytes=2**20)
        return [each.event.end for each in told if each.event.what is What.ENDED]


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    made = Desk(tmp_path)
    yield made
    made.journal.close()


async def test_what_the_platform_signed_is_carried_out(desk: Desk) -> None:
    await desk.give(desk.sign(desk.command()))
    assert desk.runs == 1
    assert desk.ends() == [End.SUCCEEDED]


async def test_a_replayed_command_is_not_carried_out_again(desk: Desk) -> None:
    message = desk.sign(desk.command())
    await desk.give(message, message)
    desk.worker = desk.make_worker()  # nor after the agent started again
    await desk.give(message)
    assert desk.runs == 1
    assert desk.worker.refusals["replayed"] == 1


async def test_a_forged_command_is_refused(desk: Desk) -> None:
    await desk.give(desk.sign(desk.command(), seed=STRANGER))
    assert desk.worker.refusals["unknown_key"] == 1
    message = unpack(desk.sign(desk.command(), seed=STRANGER))
    await desk.give(pack({**message, "key": key_id(PUBLIC)}))
    assert desk.worker.refusals["forged"] == 1
    assert desk.runs == 0


async def test_an_altered_command_is_refused(desk: Desk) -> None:
    message = unpack(desk.sign(desk.command()))
    body = unpack(message["body"])
    await desk.give(pack({**message, "body": pack({**body, "parameters": {"A": "x"}})}))
    assert desk.worker.refusals["forged"] == 1
    await desk.give(pack({**message, "script": f"echo altered >> {desk.proof}"}))
    assert desk.worker.refusals["altered"] == 1
    assert desk.runs == 0
    await desk.give(desk.sign(desk.command()))  # the true one still comes through
    assert desk.runs == 1


@pytest.mark.parametrize("count", [1, 2, 3, 8, 13])
async def test_commands_that_were_signed_together_are_believed_one_by_one(
    desk: Desk, count: int
) -> None:
    commands = [desk.command(task=task) for task in range(1, count + 1)]
    messages = desk.sign_together(*commands)
    assert len({unpack(each)["signature"] for each in messages}) == 1
    await desk.give(*messages)
    assert desk.ends() == [End.SUCCEEDED] * count


async def test_of_commands_signed_together_none_passes_for_another(desk: Desk) -> None:
    others = [desk.command(task=task, agent=f"a{task}") for task in range(8, 12)]
    own, stranger, *_rest = desk.sign_together(desk.command(), *others)
    await desk.give(stranger)
    assert desk.worker.refusals["wrong_agent"] == 1
    message, theirs = unpack(own), unpack(stranger)
    body = unpack(message["body"])
    forged = (
        {**message, "body": pack({**body, "parameters": {"A": "x"}})},
        {**message, "place": 1},
        {**message, "proof": theirs["proof"]},
        {**message, "proof": message["proof"][:-32]},
        {**message, "proof": b""},
        {**theirs, "body": message["body"]},
        {key: value for key, value in message.items() if key != "proof"},
    )
    await desk.give(*map(pack, forged))
    assert desk.worker.refusals["forged"] == len(forged)
    malformed = (
        {**message, "place": 8},
        {**message, "place": -1},
        {**message, "proof": message["proof"] + b"x"},
        {**message, "proof": b"x" * 32 * 21},
    )
    await desk.give(*map(pack, malformed))
    assert desk.worker.refusals["malformed"] == len(malformed)
    assert desk.runs == 0
    await desk.give(own)
    assert desk.runs == 1


async def test_a_fetched_script_that_is_another_is_refused(desk: Desk) -> None:
    async def fetch(digest: bytes) -> str:
        return f"echo altered >> {desk.proof}"

    desk.worker.fetch = fetch
    message = unpack(desk.sign(desk.command()))
    del message["script"]
    await desk.give(pack(message))
    assert desk.runs == 0
    assert desk.ends() == [End.REFUSED]


async def test_a_command_for_another_agent_is_refused(desk: Desk) -> None:
    await desk.give(desk.sign(desk.command(agent="a8")))
    assert desk.worker.refusals["wrong_agent"] == 1
    assert desk.runs == 0


async def test_a_command_after_its_deadline_is_expired_and_stays_so(desk: Desk) -> None:
    past = int(now_s()) - 10
    await desk.give(desk.sign(desk.command(deadline_s=past)))
    await desk.give(desk.sign(desk.command()))
    assert desk.runs == 0
    assert desk.ends() == [End.EXPIRED]


async def test_a_command_from_the_future_is_refused(desk: Desk) -> None:
    later = int(now_s()) + 3600
    await desk.give(desk.sign(desk.command(issued_s=later, deadline_s=later + 60)))
    assert desk.worker.refusals["not_yet"] == 1
    assert desk.runs == 0


@pytest.mark.parametrize("data", [b"", b"\xff" * 50, pack({}), pack({"key": 1}), b"\x81" * 400])
async def test_rubbish_is_refused(desk: Desk, data: bytes) -> None:
    await desk.give(data)
    assert desk.worker.refusals.total() == 1


async def test_a_task_called_off_before_it_came_is_never_begun(desk: Desk) -> None:
    await desk.give(desk.sign(desk.command(act=Act.CANCEL)))
    await desk.give(desk.sign(desk.command()))
    assert desk.runs == 0
    assert desk.ends() == [End.CANCELLED]


async def test_what_had_begun_before_the_agent_died_is_interrupted(desk: Desk) -> None:
    desk.journal.accept(1, desk.sign(desk.command()))
    assert desk.journal.start(1, 1)
    desk.worker.recover()
    await desk.give(desk.sign(desk.command()))
    assert desk.runs == 0
    assert desk.ends() == [End.INTERRUPTED]


async def test_what_had_not_begun_before_the_agent_died_is_begun_when_it_is_said_again(
    desk: Desk,
) -> None:
    command = desk.sign(desk.command())
    desk.journal.accept(1, command)
    desk.worker.recover()
    await desk.give()
    assert desk.runs == 0  # it may not be wanted any more
    await desk.give(command, command)
    assert desk.runs == 1


async def test_what_is_withdrawn_while_it_waits_is_never_begun(desk: Desk) -> None:
    command = desk.sign(desk.command())
    desk.journal.accept(1, command)
    desk.worker.recover()
    await desk.give(desk.sign(desk.command(act=Act.WITHDRAW)), command)
    await desk.give(desk.sign(desk.command(act=Act.WITHDRAW, task=2)))  # nor what never came
    assert desk.runs == 0
    assert desk.ends() == [End.CANCELLED] * 2


async def test_what_waited_until_it_was_too_late_is_expired(desk: Desk) -> None:
    desk.journal.accept(1, desk.sign(desk.command()))
    desk.worker.recover()
    await desk.give(desk.sign(desk.command(deadline_s=int(now_s()) - 10)))
    assert desk.runs == 0
    assert desk.ends() == [End.EXPIRED]


async def test_what_runs_goes_on_when_it_is_withdrawn(desk: Desk) -> None:
    go = desk.folder / "go"
    script = f"echo begun; until [ -e {go} ]; do sleep 0.05; done"
    await desk.worker.take(desk.sign(desk.command(script=script, timeout_s=100), script=script))
    assert await wait_for_output(desk) == b"begun\n"
    await desk.worker.take(desk.sign(desk.command(act=Act.WITHDRAW)))
    go.touch()
    await asyncio.gather(*desk.worker._tasks)
    assert desk.ends() == [End.SUCCEEDED]


async def wait_for_output(desk: Desk) -> bytes:
    """Return what was told of the output; the test's own time-out ends it."""
    while True:
        told = desk.journal.outbox(limit=100, size_bytes=2**20)
        found = b"".join(each.event.data for each in told)
        if found:
            return found
        await asyncio.sleep(0.02)


async def test_what_was_printed_is_told_though_the_script_falls_silent(desk: Desk) -> None:
    go = desk.folder / "go"
    script = f"echo begun; until [ -e {go} ]; do sleep 0.05; done"
    await desk.worker.take(desk.sign(desk.command(script=script, timeout_s=100), script=script))
    assert await wait_for_output(desk) == b"begun\n"
    assert desk.ends() == []
    go.touch()
    await asyncio.gather(*desk.worker._tasks)
    assert desk.ends() == [End.SUCCEEDED]


async def test_a_task_is_ended_with_all_that_it_started(desk: Desk) -> None:
    pids = desk.folder / "pids"
    script = (
        f"setsid sh -c 'echo $$ >> {pids}; sleep 300' &\n"
        f"(sleep 300 & echo $! >> {pids}; wait) &\n"
        f"sleep 1; sleep 300"
    )
    message = desk.sign(desk.command(script=script, timeout_s=2), script=script)
    await desk.give(message)
    assert desk.ends() == [End.TIMED_OUT]
    left = [pid for pid in pids.read_text().split() if _lives(int(pid))]
    assert not left


def _lives(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return False
    return state not in ("Z", "X")


async def test_parameters_are_never_part_of_the_script(desk: Desk) -> None:
    script = f'printf %s "$YW_PARAM_NAME" > {desk.proof}'
    value = f"$(touch {desk.folder}/broken); `id` \"'"
    message = desk.sign(desk.command(script=script, parameters={"NAME": value}), script=script)
    await desk.give(message)
    assert desk.proof.read_text() == value
    assert not (desk.folder / "broken").exists()


def test_plain_signatures_are_those_of_the_library() -> None:
    for number in range(3):
        seed, message = os.urandom(32), os.urandom(number * 40)
        public = ed25519.plain_public_key(seed)
        signature = ed25519.plain_sign(seed, message)
        assert ed25519.verify(public, message, signature)
        assert ed25519.plain_verify(public, message, ed25519.sign(seed, message))
        assert not ed25519.plain_verify(public, message + b"!", signature)
        assert not ed25519.plain_verify(public, message, bytes([signature[0] ^ 1]) + signature[1:])
