"""`yunwei mib …`."""

from pathlib import Path
from typing import Any

from yunwei.base.core.errors import Invalid
from yunwei.base.infra.clock import SystemClock
from yunwei.monitor.collect.actions import trap_families as actions
from yunwei.run.commands.people import find_administrator, find_tenant
from yunwei.run.commands.stores import open_database


def import_files(
    data_dir: Path | None, files: tuple[Path, ...], *, tenant: str | None
) -> dict[str, Any]:
    """Import MIB files, or exported families (`.json`); raises Invalid when nothing came of it.

    Returns {"families": names, "modules": all that were read, "faults": [[place, fault]]}.
    """
    texts = {each.name: each.read_bytes() for each in files if each.suffix != ".json"}
    families = [each.read_text("utf-8") for each in files if each.suffix == ".json"]
    now = SystemClock().now()
    with open_database(data_dir):
        viewer, owner = find_administrator(), find_tenant(tenant).id
        names = [actions.import_family(viewer, owner, each, now=now)[1] for each in families]
        modules: list[str] = []
        faults: list[tuple[str, str]] = []
        if texts:
            made = actions.import_mibs(viewer, owner, texts, now=now)
            names += [name for _id, name in made.families]
            modules, faults = list(made.report.modules), list(made.report.faults)
    if not names:
        why = "; ".join(f"{place}: {fault}" for place, fault in faults)
        raise Invalid("files", why or "no module in these files has a trap")
    return {"families": names, "modules": modules, "faults": faults}
