"""A backup of a running platform, restored into a new folder, gives the same platform."""

import io
import tarfile
from pathlib import Path

import pyarrow.parquet
import pytest

from tests.support.platform import Platform, run_command, started, wait_until
from tests.support.sinks import MailSink, WebhookSink
from tests.support.world import World
from yunwei.monitor.telemetry.models import TABLES

# what makes a row of telemetry one row: a newer version with the same key takes its place
KEYS = {name: list(table.key) for name, table in TABLES.items()}

type Rows = dict[str, set[tuple[object, ...]]]


def rows_of(file: Path) -> Rows:
    """Return the keys of the rows of each table of telemetry that a backup holds."""
    with tarfile.open(file) as archive:
        return {
            name: keys_of(name, io.BytesIO(archive.extractfile(each).read()))  # type: ignore[union-attr]
            for each in archive.getmembers()
            if (name := Path(each.name).stem) in KEYS
        }


def keys_of(name: str, data: io.BytesIO) -> set[tuple[object, ...]]:
    table = pyarrow.parquet.read_table(data, columns=KEYS[name])
    return set(zip(*(column.to_pylist() for column in table.columns), strict=True))


def back_up(platform: Platform, file: Path, *options: str) -> Rows:
    told = platform.command_json("backup", str(file), *options)
    assert told["size_bytes"] == file.stat().st_size
    return rows_of(file)


def test_a_backup_brings_back_the_same_platform_and_it_goes_on(
    local_world: World, webhook: WebhookSink, mail: MailSink, tmp_path: Path
) -> None:
    link = local_world.link()
    local_world.tell_people_about(link.path)
    link.goes_down()
    before = local_world.sees_alarm(link.path)
    local_world.hears(link.path, "raise")
    file = tmp_path / "yunwei.backup"
    rows = wait_until(
        lambda: has_raw_alarms(back_up(local_world.platform, file, "--with-secret-key")),
        timeout_s=30,
    )
    run_command("restore", str(file), data_dir=tmp_path / "restored")
    with started(Platform(tmp_path / "restored")) as restored:
        restored.recall("token", lambda: local_world.platform.recall("token", str))
        world = World(restored, webhook, mail)
        assert world.sees_alarm(link.path) == before
        for path in ("/routes", "/channels", "/users", "/mask-rules", "/sources"):
            assert names(world, path) == names(local_world, path)
        again = back_up(restored, tmp_path / "again.backup")
        assert [name for name, keys in rows.items() if keys - again[name]] == []
        # the intake of the new folder is read from its beginning, and people are told as before
        link.at(restored.trap_port).comes_up()
        world.sees_alarm(link.path, is_cleared=True)
        world.hears(link.path, "raise", "clear")


def has_raw_alarms(rows: Rows) -> Rows:
    return rows if rows["raw_alarms"] else {}


def names(world: World, path: str) -> list[str]:
    rows = world.api.all(path)
    return [str(row.get("name") or row["username"]) for row in rows]


@pytest.fixture
def backup_file(local_world: World, tmp_path: Path) -> Path:
    file = tmp_path / "yunwei.backup"
    local_world.platform.command("backup", str(file))
    return file


def test_a_backup_is_its_owner_s_and_asks_for_the_key_it_lacks(
    backup_file: Path, tmp_path: Path
) -> None:
    assert backup_file.stat().st_mode & 0o077 == 0
    told = run_command("restore", str(backup_file), data_dir=tmp_path / "new", expect=1)
    assert "secret.key" in told
    assert len(told.splitlines()) == 1


def test_what_is_no_backup_is_said_so(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"something else")
    told = run_command("restore", str(tmp_path / "file"), data_dir=tmp_path / "new", expect=1)
    assert "is not a backup" in told


def test_a_running_platform_is_not_overwritten(local_world: World, backup_file: Path) -> None:
    told = local_world.platform.command("restore", str(backup_file), expect=1)
    assert "stop it first" in told
