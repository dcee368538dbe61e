"""`yunwei backup FILE`: everything the platform keeps, in one file; it may go on running.

The file is a tar archive: `backup.json` (what it is), `postgres.dump` (pg_dump, custom format),
`telemetry/<table>.parquet`, `yunwei.toml` where there is one, `secret.key` only when asked for.
"""

import asyncio
import hashlib
import json
import secrets
import shutil
import subprocess
import tarfile
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.metadata import version
from pathlib import Path
from typing import Any

from yunwei.base.core.errors import EngineAway, Misconfigured
from yunwei.base.core.times import to_rfc3339
from yunwei.base.infra.bus import connect_bus
from yunwei.base.infra.clickhouse import open_clickhouse
from yunwei.base.infra.clock import SystemClock
from yunwei.base.infra.engines import folder
from yunwei.base.infra.engines.postgres import program_path
from yunwei.base.infra.secrets import KEY_FILE, read_secret_key
from yunwei.base.infra.settings import Settings
from yunwei.operate.inspection.actions.backups import system_note_backup
from yunwei.run.commands.stores import open_database
from yunwei.run.names import EXPORT_TELEMETRY, EXPORTS
from yunwei.run.telemetry_files import export_tables

FORMAT = 1
MANIFEST, DUMP, TELEMETRY, SETTINGS = "backup.json", "postgres.dump", "telemetry", "yunwei.toml"
_EXPORT_TIMEOUT_S = 3600.0


def write_backup(data_dir: Path | None, file: Path, *, with_secret_key: bool) -> dict[str, Any]:
    """Write the backup, readable by its owner only; an existing file is replaced at the end.

    Raises EngineAway when an engine does not answer, Misconfigured when the file can not be
    written.
    """
    target = file.expanduser().resolve()
    with open_database(data_dir) as settings, work_folder(target.parent) as work:
        written_at = SystemClock().now()
        _dump_postgres(settings, work / DUMP)
        tables = _export_telemetry(settings, work / TELEMETRY)
        manifest = {
            "format": FORMAT,
            "version": version("yunwei"),
            "written_at": to_rfc3339(written_at),
            "tables": tables,
            "secret_key": with_secret_key,
            "key_fingerprint": fingerprint(read_secret_key(settings)),
        }
        (work / MANIFEST).write_text(json.dumps(manifest, indent=1), "utf-8")
        _copy_files(settings, work, with_secret_key=with_secret_key)
        size_bytes = _pack(work, target)
        system_note_backup(tables=len(tables))
    key = "the secret key is in it: keep it safe" if with_secret_key else "without the secret key"
    note = f"{len(tables)} tables of telemetry; {key}; reports not yet applied stay in NATS"
    return {**manifest, "file": str(file), "size_bytes": size_bytes, "note": note}


def fingerprint(key: str) -> str:
    """Return what tells one secret key from another without telling it."""
    return hashlib.sha256(b"yunwei key " + key.encode()).hexdigest()[:16]


@contextmanager
def work_folder(beside: Path) -> Iterator[Path]:
    """Make a folder, closed to others, beside a file, where there is room for what it holds."""
    try:
        made = Path(tempfile.mkdtemp(prefix=".yunwei-", dir=beside))
    except OSError as error:
        raise Misconfigured(f"{beside} can not be written: {error.strerror}") from error
    try:
        yield made
    finally:
        shutil.rmtree(made, ignore_errors=True)


def _dump_postgres(settings: Settings, target: Path) -> None:
    run_program("pg_dump", "--format=custom", f"--file={target}", settings.database_url or "")


def run_program(name: str, *words: str) -> None:
    """Run a program of PostgreSQL; raises EngineAway with its last line when it fails."""
    command = [str(program_path(name)), "--no-password", *words]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        told = done.stderr.strip().splitlines() or [f"exit code {done.returncode}"]
        raise EngineAway(f"{name}: {told[-1]}")


def _export_telemetry(settings: Settings, target: Path) -> list[str]:
    if not settings.clickhouse_url and settings.nats_url:
        return _ask_for_export(settings, target)  # a platform runs, and has the folder open
    clickhouse = open_clickhouse(settings)
    try:
        return export_tables(clickhouse, target)
    finally:
        clickhouse.close()


def _ask_for_export(settings: Settings, target: Path) -> list[str]:
    """Let the process that has chDB's folder open write the files, and take them over."""
    name = f"backup-{secrets.token_hex(8)}"
    exported = settings.data_dir / EXPORTS / name
    try:
        told = asyncio.run(_ask(settings, name.encode())).decode()
        if told.startswith("failed: "):
            raise EngineAway(f"telemetry: {told.removeprefix('failed: ')}")
        shutil.move(exported, target)
    finally:
        shutil.rmtree(exported, ignore_errors=True)
    return told.split(",") if told else []


async def _ask(settings: Settings, name: bytes) -> bytes:
    bus = await connect_bus(settings.nats_url or "", token=settings.nats_token, name="backup")
    try:
        return await bus.ask(EXPORT_TELEMETRY, name, timeout_s=_EXPORT_TIMEOUT_S)
    finally:
        await bus.close()


def _copy_files(settings: Settings, work: Path, *, with_secret_key: bool) -> None:
    if (settings.data_dir / SETTINGS).is_file():
        shutil.copyfile(settings.data_dir / SETTINGS, work / SETTINGS)
    if with_secret_key:
        folder.write_private(work / KEY_FILE, read_secret_key(settings))


def _pack(work: Path, file: Path) -> int:
    """Pack the folder into the file in one step; returns its size. The manifest comes first."""
    draft = work.with_suffix(".tar")
    try:
        draft.touch(mode=0o600)
        with tarfile.open(draft, "w") as archive:
            for path in sorted(work.iterdir(), key=lambda each: each.name != MANIFEST):
                archive.add(path, path.name)
        draft.replace(file)
    finally:
        draft.unlink(missing_ok=True)
    return file.stat().st_size
