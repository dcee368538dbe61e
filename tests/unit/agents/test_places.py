"""Where an agent runs scripts: each in an empty folder, its text not on the disk, as its user."""

import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from yunwei_agent.places import Place
from yunwei_agent.runner import Run
from yunwei_wire.commands import Act, Command, Language
from yunwei_wire.events import End, Event

NOBODY = "nobody"


async def run(
    place: Place, script: str, language: Language = Language.SHELL, task: int = 1
) -> tuple[Event, str]:
    """Return how a script ended, and what it printed."""
    command = Command(
        act=Act.RUN, task=task, agent="a7", issued_s=0, deadline_s=0, language=language
    )
    kept: list[Event] = []
    end, pieces = await Run(command, script, place, kept.append).run()
    return end, b"".join(each.data for each in [*kept, *pieces]).decode()


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return Place(folder=tmp_path / "work", user=None)


async def test_each_task_finds_an_empty_folder_of_its_own(place: Place) -> None:
    look = 'ls -A; stat -c %a .; [ "$HOME" = "$PWD" ] && echo home'
    for task, change in enumerate(
        ("true", "echo x > left", "chmod 755 .", "mkdir a", "rmdir $PWD")
    ):
        _end, printed = await run(place, f"{look}; {change}", task=task)
        assert printed == "700\nhome\n"
    assert len(list(place.folder.iterdir())) <= 1


async def test_tasks_that_run_at_once_do_not_share_a_folder(place: Place) -> None:
    first, second = place.take(1), place.take(2)
    await place.give_back(first)
    assert place.take(3) == first != second


@pytest.mark.parametrize("language", [Language.SHELL, Language.PYTHON])
async def test_a_script_s_text_is_nowhere_on_the_disk(place: Place, language: Language) -> None:
    listing = {
        Language.SHELL: "ls -A . ..\n",
        Language.PYTHON: "import os\nprint(os.listdir('.'), os.listdir('..'))\n",
    }
    end, printed = await run(place, listing[language] + "# 密 told to nobody", language)
    assert end.end is End.SUCCEEDED
    assert "script" not in printed


async def test_a_long_script_is_run_whole(place: Place) -> None:
    script = "".join(f"x={n}\n" for n in range(40_000)) + "echo $x\n"
    _end, printed = await run(place, script)
    assert printed == "39999\n"


async def test_where_memory_is_not_to_be_had_a_file_does(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(_name: str) -> int:
        raise OSError(38, "not implemented")

    monkeypatch.setattr(os, "memfd_create", refuse)
    end, printed = await run(place, "ls")
    assert end.end is End.SUCCEEDED
    assert printed == "script.sh\n"
    _end, printed = await run(place, "ls -A ..; ls -A")
    assert printed.split() == ["1", "script.sh"]


def test_what_an_earlier_life_left_is_removed(place: Place) -> None:
    (place.take(1) / "left").write_text("x")
    place.sweep()
    assert not place.folder.exists()


@pytest.fixture
def reachable() -> Iterator[Path]:
    """A folder that other users reach; pytest's own they do not."""
    with tempfile.TemporaryDirectory(dir="/tmp") as name:
        Path(name).chmod(0o711)
        (Path(name) / "agent").mkdir(mode=0o700)
        yield Path(name) / "agent"


@pytest.mark.skipif(os.geteuid() != 0, reason="only root runs what others are to run")
async def test_scripts_run_as_the_user_of_the_settings(
    reachable: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = Place(folder=reachable / "work", user=NOBODY)
    place.sweep()
    (reachable / "identity.json").touch(mode=0o600)
    monkeypatch.setenv("PATH", "/usr/bin:/bin")
    look = 'id -un; echo x > "$HOME/mine"; ls; cat ../../identity.json || exit 3'
    end, printed = await run(place, look)
    assert (end.exit_code, printed.split()[:2]) == (3, [NOBODY, "mine"])
