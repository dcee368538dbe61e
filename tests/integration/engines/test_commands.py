"""The command line at its edges: exit codes, and one clear line for whatever is wrong."""

import json
from pathlib import Path

import pytest

from tests.support.platform import run_command
from yunwei.monitor.telemetry import migrations
from yunwei.run.cli import main
from yunwei.run.names import ROLES
from yunwei.run.process import ROLES as RUNNABLE


def fails(
    *words: str, data_dir: Path, expect: int = 1, environ: dict[str, str] | None = None
) -> str:
    """Return the one line that a failing command says."""
    told = run_command(*words, data_dir=data_dir, expect=expect, environ=environ)
    lines = told.strip().splitlines()
    assert len(lines) == 1, told
    assert lines[0].startswith("yunwei: ")
    return lines[0]


def test_an_unknown_setting_is_named(tmp_path: Path) -> None:
    told = fails("user", "list", data_dir=tmp_path, environ={"YUNWEI_PROT": "1"})
    assert "YUNWEI_PROT" in told


def test_an_unknown_role_is_a_wrong_call(tmp_path: Path) -> None:
    told = run_command("run", "governor", data_dir=tmp_path, expect=2)
    assert "govern" in told


def test_a_data_folder_that_is_a_file_is_said_so(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    told = run_command("user", "list", data_dir=tmp_path / "file", expect=2)
    assert "is a file" in told


def test_roles_without_a_platform_say_what_to_do(tmp_path: Path) -> None:
    told = run_command("run", "govern", data_dir=tmp_path, expect=2)
    assert "YUNWEI_DATABASE_URL" in told
    assert len(told.splitlines()) == 1


def test_a_database_that_is_away_is_said_without_its_password(tmp_path: Path) -> None:
    url = "postgresql://yunwei:geheim@127.0.0.1:9/yunwei"
    told = fails("user", "list", data_dir=tmp_path, environ={"YUNWEI_DATABASE_URL": url})
    assert "geheim" not in told


def test_commands_work_on_a_platform_that_does_not_run(tmp_path: Path) -> None:
    person = run_command(
        "user",
        "create",
        "anna",
        *("--role", "platform administrator", "--password-stdin", "--json"),
        data_dir=tmp_path,
        stdin="ein-langes-kennwort-3\n",
    )
    assert json.loads(person)["role"] == "platform_administrator"
    token = json.loads(run_command("token", "create", "ci", "--json", data_dir=tmp_path))
    assert token["user"] == "anna"
    assert token["token"].startswith("yw_")
    words = ("user", "create", "bob", "--role", "king", "--password-stdin")
    assert "there is no role" in fails(*words, data_dir=tmp_path)
    words = ("user", "create", "bob", "--role", "operator", "--password-stdin")
    assert "password" in fails(*words, data_dir=tmp_path)
    words = ("source", "add", "huawei_workspace", "cloud", "--set", "endpoint")
    assert "KEY=VALUE" in fails(*words, data_dir=tmp_path)
    assert "there is no source" in fails("source", "test", "nowhere", data_dir=tmp_path)
    steps = sorted(path.stem for path in Path(migrations.__path__[0]).glob("0*.py"))
    for rest in ([f"telemetry/{step}" for step in steps], []):
        told = json.loads(run_command("migrate", "--json", data_dir=tmp_path))
        assert told["applied"] == rest


def test_check_names_what_is_wrong_and_starts_nothing(tmp_path: Path) -> None:
    environ = {
        "YUNWEI_DATABASE_URL": "postgresql://yunwei@127.0.0.1:9/yunwei",
        "YUNWEI_PORT": "0",
        "YUNWEI_TRAP_PORT": "0",
    }
    told = fails("check", data_dir=tmp_path / "new", environ=environ)
    assert told == "yunwei: something is wrong with PostgreSQL"
    assert not (tmp_path / "new").exists()


@pytest.mark.parametrize("name", sorted(main.commands))
def test_every_command_explains_itself(name: str) -> None:
    assert main.commands[name].help


def test_the_roles_that_are_named_are_those_that_run() -> None:
    assert ROLES == RUNNABLE
