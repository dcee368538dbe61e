"""What a machine reached over SSH is told to do: one task after the other, each with a folder and
an output of its own, and nothing left of what is called off. With the shells that /bin/sh is."""

import os
import shlex
import shutil
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.platform import wait_until
from yunwei.base.infra.ssh.scripts import Task, _payload, _program

CLOSE = b"yw1 no-such-word-in-any-output"
SHELLS = [shell for shell in ("dash", "bash") if shutil.which(shell)]


class FarSide:
    """The program in a shell of this machine; its input and outputs are pipes, as sshd has them."""

    def __init__(self, shell: str, folder: Path) -> None:
        words = shlex.split(_program())[2:]
        self.folder = folder
        with (folder / "said").open("wb") as said:
            self.process = subprocess.Popen(
                [shell, *words],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=said,
                env=os.environ | {"TMPDIR": str(folder)},
                bufsize=0,
                start_new_session=True,
            )
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.given, self.printed = self.process.stdin, self.process.stdout

    @property
    def said(self) -> list[str]:
        return (self.folder / "said").read_text().split("\n")[:-1]

    @property
    def ends(self) -> list[str]:
        return [line.removeprefix("yw1 ended ") for line in self.said if " ended " in line]

    def give(self, body: str, language: str = "shell", **parameters: str) -> None:
        mark = f"{os.urandom(8).hex()}"
        task = Task(mark=mark, language=language, body=body, environment=parameters, timeout_s=60)
        self.given.write(_payload(task, CLOSE))

    def hear(self) -> str:
        """Return what is printed until the task's output has ended."""
        data = b""
        while CLOSE + b"\n" not in data:
            more = self.printed.read(65536)
            assert more, (data, self.said)
            data += more
        assert data.endswith(CLOSE + b"\n")
        return data.removesuffix(CLOSE + b"\n").decode()

    def run(self, body: str, language: str = "shell", **parameters: str) -> str:
        self.give(body, language, **parameters)
        return self.hear()

    def part(self) -> None:
        self.given.close()
        assert self.process.wait(20) in (0, 1)


@pytest.fixture(params=SHELLS)
def far(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[FarSide]:
    made = FarSide(request.param, tmp_path)
    yield made
    made.given.close()
    made.printed.close()
    try:
        made.process.wait(20)
    except subprocess.TimeoutExpired:
        os.killpg(made.process.pid, signal.SIGKILL)
        raise


def lives(pid: str) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] not in "ZX"
    except OSError:
        return False


def test_tasks_follow_one_another_each_in_an_empty_folder(far: FarSide) -> None:
    look = "ls -A; pwd | grep -c home; echo x > left; mkdir .hidden; exit "
    assert [far.run(f"{look}{code}\n") for code in (0, 3, 7)] == ["1\n"] * 3
    assert far.ends == ["0", "3", "7"]
    far.part()
    assert [each.name for each in far.folder.iterdir()] == ["said"]


TEXTS = (
    'it\'s "quoted"',
    "back\\slash \\n \\\\ \\0101 %s %b",
    "$HOME `id` $(id)",
    "密码 é",
    "\ttab  ",
)


@pytest.mark.parametrize("more", [0, 5000])
def test_a_script_and_its_values_arrive_as_they_are(far: FarSide, more: int) -> None:
    for text in TEXTS:
        script = f"cat <<'_END'\n{text}\n_END\nprintf '%s\\n' \"$YW_PARAM_A\"\n#" + "x" * more
        assert far.run(script, YW_PARAM_A=text) == f"{text}\n{text}\n"
        assert far.run(script, YW_PARAM_A=f"{text}\n{text}") == f"{text}\n{text}\n{text}\n"
    assert far.run('echo "[$YW_PARAM_A]"') == "[]\n"


def test_what_a_task_leaves_behind_does_not_print_into_the_next(far: FarSide) -> None:
    go = far.folder / "go"
    left = f"(until [ -e {go} ]; do sleep 0.05; done; echo late; echo x > {far.folder}/came) &\n"
    pids = far.folder / "pids"
    far.give(f"{left}echo $! > {pids}\necho first\n")
    wait_until(lambda: far.ends == ["0"], timeout_s=20)
    # nobody says that its output has ended: who gave the task parts, as it does from a connection
    far.given.close()
    far.process.wait(20)
    assert lives(pids.read_text().strip())
    go.touch()
    wait_until(lambda: not lives(pids.read_text().strip()), timeout_s=20)
    assert b"late" not in far.printed.read(65536)


def test_the_end_of_its_input_ends_what_runs_with_all_that_it_started(far: FarSide) -> None:
    assert far.run("true\n") == ""
    pids = far.folder / "pids"
    script = f"setsid sleep 300 & echo $! >> {pids}; sleep 300 & echo $! >> {pids}; wait\n"
    far.give(script)
    wait_until(lambda: pids.exists() and len(pids.read_text().split()) == 2, timeout_s=20)
    far.part()
    assert far.ends == ["0", "137"]
    assert not [pid for pid in pids.read_text().split() if lives(pid)]


def test_a_task_that_is_called_off_at_once_does_not_go_on(far: FarSide) -> None:
    mark = far.folder / "mark"
    far.give(f"sleep 2; echo x > {mark}\n")
    far.part()
    assert far.ends in (["137"], [])
    assert not mark.exists()


def test_it_says_that_it_is_there_and_what_it_can_not_do(far: FarSide) -> None:
    far.given.write(b"yw1 here\n")
    wait_until(lambda: far.said == ["yw1 here"], timeout_s=20)
    far.give("x", "batch")
    assert far.process.wait(20) == 1
    assert far.said == ["yw1 here", "yw1 refused no_batch"]
