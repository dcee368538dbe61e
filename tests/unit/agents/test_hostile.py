"""What a script prints can neither fill a machine nor pass for something else, and what it was told
in confidence is seen nowhere: in no list of processes, log, journal of its agent or output."""

import logging
import tracemalloc
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.unit.agents.test_commands import Desk
from yunwei.operate.runs.rules.output import read_output
from yunwei_wire.events import End, Event, What

SECRET = "hunter2-is-a-secret"
GIGABYTE = 2**30
LIMIT = 64 * 1024


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    made = Desk(tmp_path)
    yield made
    made.journal.close()


async def run(desk: Desk, script: str, **changes: object) -> tuple[Event, bytes]:
    """Have a script carried out; returns its end and what was kept of its output."""
    command = desk.command(script=script, output_limit_bytes=LIMIT, timeout_s=100, **changes)
    await desk.give(desk.sign(command, script=script))
    told = [each.event for each in desk.journal.outbox(limit=1000, size_bytes=2**24)]
    kept = b"".join(each.data for each in told if each.what is What.OUTPUT)
    (end,) = (each for each in told if each.what is What.ENDED)
    return end, kept


@pytest.mark.timeout(120)
async def test_a_gigabyte_is_counted_and_only_its_beginning_and_end_are_kept(desk: Desk) -> None:
    tracemalloc.start()
    end, kept = await run(desk, f"echo first; head -c {GIGABYTE} /dev/zero; echo last")
    _now, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert end.end is End.SUCCEEDED
    assert end.size_bytes == GIGABYTE + len("first\nlast\n")
    assert end.is_cut
    assert len(kept) <= LIMIT
    assert kept.startswith(b"first\n")
    assert kept.endswith(b"last\n")
    assert b"bytes left out" in kept
    assert peak < 8 * 2**20


async def test_rubbish_comes_as_it_is_and_reads_as_harmless_text(desk: Desk) -> None:
    end, kept = await run(desk, "head -c 20000 /dev/urandom; printf '\\033]0;title\\007\\033[2Jx'")
    assert end.end is End.SUCCEEDED
    assert len(kept) == end.size_bytes
    text = read_output(kept)
    assert text.endswith("x")
    assert not [sign for sign in text if ord(sign) < 32 and sign not in "\t\n"]
    assert "\x1b" not in text
    assert "title" not in text


async def test_a_secret_is_in_no_list_of_processes_no_log_no_journal_and_no_output(
    desk: Desk, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    script = (
        # what others on the machine see of this script and of what it starts
        f"cat /proc/[0-9]*/cmdline > {desk.folder}/seen 2>/dev/null\n"
        'echo "told: $YW_PARAM_PASSWORD"\n'
        f'printf %s "$YW_PARAM_PASSWORD" | wc -c > {desk.folder}/length\n'
    )
    end, kept = await run(desk, script, parameters={"PASSWORD": SECRET}, secrets=("PASSWORD",))
    assert end.end is End.SUCCEEDED
    assert (desk.folder / "length").read_text().strip() == str(len(SECRET))  # it had it
    assert kept == b"told: ******\n"
    seen = (desk.folder / "seen").read_bytes()
    assert b"cat" in seen
    assert SECRET.encode() not in seen
    assert SECRET not in caplog.text
    kept_files = [each for each in desk.folder.rglob("*") if each.is_file()]
    assert kept_files
    assert not [each.name for each in kept_files if SECRET.encode() in each.read_bytes()]
