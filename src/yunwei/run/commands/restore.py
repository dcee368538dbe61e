"""`yunwei restore FILE`: fills an empty installation with what `yunwei backup` wrote."""

import json
import tarfile
from pathlib import Path
from typing import Any

from yunwei.base.core.errors import Misconfigured
from yunwei.base.infra import postgres
from yunwei.base.infra.clickhouse import open_clickhouse
from yunwei.base.infra.engines import folder
from yunwei.base.infra.postgres import cursor, transaction
from yunwei.base.infra.secrets import KEY_FILE, read_secret_key
from yunwei.base.infra.settings import Settings
from yunwei.monitor.telemetry import actions as telemetry_actions
from yunwei.run.commands.backup import (
    DUMP,
    FORMAT,
    MANIFEST,
    SETTINGS,
    TELEMETRY,
    fingerprint,
    run_program,
    work_folder,
)
from yunwei.run.commands.stores import choose_data_dir, open_settings
from yunwei.run.telemetry_files import count_rows, import_tables

_TABLES = "SELECT count(*) AS n FROM pg_tables WHERE schemaname = 'public'"


def restore_backup(data_dir: Path | None, file: Path) -> dict[str, Any]:
    """Restore into an empty installation; returns the backup's own description.

    Raises Misconfigured when the file is not a backup of ours, a platform runs on the folder,
    something is there already, or the secret key is another one or missing.
    """
    chosen = choose_data_dir(data_dir)
    if folder.is_folder_held(chosen):
        raise Misconfigured(f"a platform runs on {chosen}: stop it first")
    folder.prepare_data_dir(chosen)
    with work_folder(chosen) as work:
        manifest = _unpack(file, work)
        _take_files(chosen, work)
        with open_settings(chosen) as settings:
            _check_key(settings, manifest)
            _restore_postgres(settings, work / DUMP)
            _restore_telemetry(settings, work / TELEMETRY)
    return manifest


def _unpack(file: Path, work: Path) -> dict[str, Any]:
    try:
        with tarfile.open(file) as archive:
            archive.extractall(work, filter="data")
        manifest = json.loads((work / MANIFEST).read_text("utf-8"))
        form = manifest["format"]
    except (tarfile.TarError, OSError, ValueError, KeyError, TypeError) as error:
        raise Misconfigured(f"{file} is not a backup of Yunwei, or it is damaged") from error
    if form != FORMAT:
        raise Misconfigured(f"{file} has format {form}; this version reads format {FORMAT}")
    return dict(manifest)


def _take_files(data_dir: Path, work: Path) -> None:
    """Bring over settings and secret key where there are none."""
    for name in (SETTINGS, KEY_FILE):
        if (work / name).is_file() and not (data_dir / name).exists():
            folder.write_private(data_dir / name, (work / name).read_text("utf-8"))


def _check_key(settings: Settings, manifest: dict[str, Any]) -> None:
    has_key = settings.secret_key or (settings.data_dir / KEY_FILE).exists()
    if has_key and fingerprint(read_secret_key(settings)) == manifest["key_fingerprint"]:
        return
    what = "another secret key than this installation's" if has_key else "a secret key it lacks"
    raise Misconfigured(
        f"the credentials in this backup need {what}: put the old {KEY_FILE} into"
        f" {settings.data_dir}, or set YUNWEI_SECRET_KEY"
    )


def _restore_postgres(settings: Settings, dump: Path) -> None:
    from yunwei.run.django_process import set_up_django
    from yunwei.run.migrations import prepare_postgres

    url = settings.database_url or ""
    postgres.open_pool(url, size=1)
    try:
        with transaction() as conn, cursor(conn) as opened:
            counted = opened.execute(_TABLES).fetchone()
    finally:
        postgres.close_pool()
    if counted and counted["n"]:
        raise Misconfigured("the database is not empty: restore into a new --data-dir")
    run_program("pg_restore", "--no-owner", "--single-transaction", f"--dbname={url}", str(dump))
    set_up_django()
    prepare_postgres(url)


def _restore_telemetry(settings: Settings, files: Path) -> None:
    clickhouse = open_clickhouse(settings)
    try:
        telemetry_actions.migrate(clickhouse, settings)
        if settings.clickhouse_url and count_rows(clickhouse) > len(list(files.iterdir())):
            raise Misconfigured("ClickHouse is not empty: restore into an empty database")
        import_tables(clickhouse, files)
    finally:
        clickhouse.close()
