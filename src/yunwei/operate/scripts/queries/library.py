"""Questions about the library: lists, one script with its versions, what a file of it says."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from yunwei.base.core.errors import Refused
from yunwei.base.core.ids import ScriptId, TenantId
from yunwei.base.core.page import Page, PageRequest
from yunwei.base.infra.listing import fetch_page
from yunwei.base.infra.postgres import transaction
from yunwei.base.people.facts import Permission, Viewer
from yunwei.base.people.rules import may, require
from yunwei.operate.scripts.facts.library import (
    ReadyScript,
    ScriptDraft,
    ScriptFile,
    ScriptRow,
    Version,
    VersionState,
)
from yunwei.operate.scripts.rules.files import write_file
from yunwei.operate.scripts.store import library as store


@dataclass(frozen=True, slots=True, kw_only=True)
class WholeScript:
    """A script with all versions, the newest first."""

    row: ScriptRow
    versions: tuple[Version, ...]

    @property
    def latest(self) -> Version:
        return self.versions[0]

    @property
    def approved(self) -> Version | None:
        found = (each for each in self.versions if each.state is VersionState.APPROVED)
        return next(found, None)

    def version(self, number: int | None) -> Version:
        """Return one version, the newest for None; raises Refused."""
        if number is None:
            return self.latest
        found = next((each for each in self.versions if each.number == number), None)
        if found is None:
            raise Refused()
        return found


def fetch_scripts(
    viewer: Viewer, *, filters: Mapping[str, Any] | None = None, page: PageRequest | None = None
) -> Page[ScriptRow]:
    """Return a page of the scripts of the viewer's tenants, and those that the provider shares."""
    require(viewer, Permission.SEE_SCRIPTS)
    with transaction() as conn:
        provider = store.fetch_provider(conn)
        seen = viewer.tenants if provider is None else (*viewer.tenants, TenantId(provider))
        found = fetch_page(
            conn,
            store.SCRIPTS,
            tenants=seen,
            filters={**(filters or {}), "reach": list(viewer.tenants)},
            request=page or PageRequest(),
        )
    rows = tuple(store.build_row(row, viewer.tenants) for row in found.items)
    return Page(items=rows, next=found.next, total=found.total)


def access_script(viewer: Viewer, script: ScriptId) -> WholeScript:
    """Return one script; raises Refused when it is not there, neither the viewer's nor shared."""
    found = fetch_scripts(viewer, filters={"id": script}, page=PageRequest(limit=1))
    if not found.items:
        raise Refused()
    with transaction() as conn:
        versions = store.fetch_versions(conn, script)
    row = found.items[0]
    if not row.may_change:
        # what is shared is what may run, not what its owners are still talking about
        versions = tuple(each for each in versions if each.judged_at and not _is_returned(each))
        if not versions:
            raise Refused()
    return WholeScript(row=row, versions=versions)


def _is_returned(version: Version) -> bool:
    return version.state is VersionState.RETURNED


def fetch_folders(viewer: Viewer) -> tuple[str, ...]:
    require(viewer, Permission.SEE_SCRIPTS)
    with transaction() as conn:
        return store.fetch_folders(conn, viewer.tenants)


def find_ready(viewer: Viewer, slugs: Sequence[str]) -> Mapping[str, ReadyScript]:
    """Return those scripts of the starter set that may run, by their names there; none for who may
    not run scripts."""
    if not slugs or not may(viewer, Permission.RUN_SCRIPTS):
        return {}
    with transaction() as conn:
        return store.fetch_ready(conn, slugs, viewer.tenants)


def export_script(viewer: Viewer, script: ScriptId, number: int | None = None) -> str:
    """Return a version of a script as a file's text. Raises Refused."""
    whole = access_script(viewer, script)
    head = whole.row.script
    draft = ScriptDraft(
        name=head.name,
        language=head.language,
        description_zh=head.description_zh,
        description_en=head.description_en,
        folder=head.folder,
        tags=head.tags,
    )
    return write_file(ScriptFile(head=draft, content=whole.version(number).content))
