"""`yunwei script …`: the library from a shell, for those who keep scripts in files."""

from pathlib import Path
from typing import Any

from yunwei.base.core.errors import Invalid
from yunwei.base.core.ids import ScriptId
from yunwei.base.core.page import PageRequest
from yunwei.base.infra.clock import SystemClock
from yunwei.operate.scripts.actions import library
from yunwei.operate.scripts.actions.checking import check_script
from yunwei.operate.scripts.queries import library as queries
from yunwei.operate.scripts.rules.drafts import check_head, check_version
from yunwei.operate.scripts.rules.files import read_file
from yunwei.run.commands.people import find_administrator, find_tenant
from yunwei.run.commands.stores import open_database


def list_all(data_dir: Path | None) -> list[dict[str, Any]]:
    with open_database(data_dir):
        found = queries.fetch_scripts(
            find_administrator(), page=PageRequest(limit=1000, sort="name")
        )
        return [
            {
                "id": row.script.id,
                "name": row.script.name,
                "language": row.script.language.value,
                "state": row.state.value,
                "approved": row.approved,
            }
            for row in found.items
        ]


def check_file(file: Path) -> list[dict[str, Any]]:
    """Return what the checks say of a script's file; needs no installation. Raises Invalid."""
    read = read_file(_read(file))
    head = check_head(read.head, is_provider=True)
    content = check_version(head.language, read.content)
    return [
        {"line": each.line, "level": each.level.value, "code": each.code, "detail": each.detail}
        for each in check_script(head.language, content.body)
    ]


def import_files(
    data_dir: Path | None, files: tuple[Path, ...], *, tenant: str | None
) -> list[dict[str, Any]]:
    """Add scripts as drafts. Raises Invalid, naming the file; those before it are added."""
    with open_database(data_dir):
        viewer, home = find_administrator(), find_tenant(tenant).id
        made: list[dict[str, Any]] = []
        for file in files:
            try:
                id = library.import_script(viewer, home, _read(file), now=SystemClock().now())
            except Invalid as error:
                raise Invalid(str(file), error.why) from error
            made.append({"id": id, "file": str(file)})
        return made


def export(data_dir: Path | None, script: int) -> str:
    with open_database(data_dir):
        return queries.export_script(find_administrator(), ScriptId(script))


def _read(file: Path) -> str:
    try:
        return file.read_text("utf-8-sig")
    except UnicodeDecodeError as error:
        raise Invalid(str(file), "the file is not UTF-8 text") from error
