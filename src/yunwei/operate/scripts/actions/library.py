"""Changes of the library: scripts written, changed, imported, removed. Each text is a version."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from yunwei.base.core.errors import Conflict, Invalid, Refused
from yunwei.base.core.ids import ScriptId, TenantId
from yunwei.base.infra.announce import announce_live
from yunwei.base.infra.postgres import Connection, transaction
from yunwei.base.people.actions.audit import record
from yunwei.base.people.facts import Permission, Viewer
from yunwei.base.people.rules import require
from yunwei.operate.scripts.actions.checking import check_script
from yunwei.operate.scripts.facts.library import (
    Finding,
    Script,
    ScriptDraft,
    ScriptFile,
    Version,
    VersionDraft,
    VersionState,
)
from yunwei.operate.scripts.rules.canonical import hash_version
from yunwei.operate.scripts.rules.drafts import check_head, check_version
from yunwei.operate.scripts.rules.files import read_file
from yunwei.operate.scripts.rules.review import check_may_remove
from yunwei.operate.scripts.store import library as store

_PLATFORM = "(yunwei)"
"""Who wrote what comes with the platform: nobody's sign-in name, so that anybody may review it."""


def add_script(
    viewer: Viewer,
    tenant: TenantId,
    head: ScriptDraft,
    content: VersionDraft,
    *,
    now: datetime,
    slug: str = "",
    author: str = "",
) -> ScriptId:
    """Add a script with its first version, a draft, and return its id. Raises Refused, Invalid.

    slug, author: of one that came with the platform; else the viewer is who wrote it.
    """
    require(viewer, Permission.MANAGE_SCRIPTS, tenant)
    checked = check_version(head.language, content)
    findings = check_script(head.language, checked.body)
    with transaction() as conn:
        is_provider = store.fetch_provider(conn) == tenant
        script = _build(ScriptId(0), tenant, check_head(head, is_provider=is_provider), viewer, now)
        made = store.add_script(conn, script, slug=slug)
        if made is None:
            raise _taken()
        kept = replace(script, id=made)
        version = _version(kept, 1, checked, findings, (author or viewer.name, now))
        store.add_version(conn, version)
        tell(conn, viewer, "scripts.add", kept, after=store.describe(kept) | _said(version))
    return made


def change_script(
    viewer: Viewer,
    script: ScriptId,
    head: ScriptDraft,
    content: VersionDraft,
    *,
    now: datetime,
    revision: int | None = None,
) -> int:
    """Change a script, and return the number of its newest version: a new draft, unless its text
    is as it was. revision: the one that was looked at.

    Raises Refused, Invalid; Conflict when somebody changed it meanwhile.
    """
    require(viewer, Permission.MANAGE_SCRIPTS)
    with transaction() as conn:
        before = lock(conn, viewer, script)
    checked = check_version(before.language, content)
    findings = check_script(before.language, checked.body)
    with transaction() as conn:
        before = lock(conn, viewer, script)
        if revision is not None and revision != before.revision:
            raise Conflict("somebody changed it in the meantime")
        return _change(conn, viewer, before, (head, checked, findings), now=now)


def _change(
    conn: Connection,
    viewer: Viewer,
    before: Script,
    wanted: tuple[ScriptDraft, VersionDraft, tuple[Finding, ...]],
    *,
    now: datetime,
) -> int:
    head, content, findings = wanted
    is_provider = store.fetch_provider(conn) == before.tenant
    checked = check_head(replace(head, language=before.language), is_provider=is_provider)
    if store.is_taken(conn, before.tenant, checked.name, but=before.id):
        raise _taken()
    latest = store.fetch_versions(conn, before.id)[0]
    is_new = replace(latest.content, note="") != replace(content, note="")
    number = before.latest + 1 if is_new else before.latest
    after = replace(
        _build(before.id, before.tenant, checked, viewer, now),
        revision=before.revision + 1,
        latest=number,
    )
    store.change_script(conn, after)
    told: dict[str, Any] = store.describe(after)
    if is_new:
        version = _version(after, number, content, findings, (viewer.name, now))
        store.add_version(conn, version)
        told |= _said(version)
    tell(conn, viewer, "scripts.change", after, before=store.describe(before), after=told)
    return number


def import_script(
    viewer: Viewer, tenant: TenantId, text: str, *, now: datetime, is_shared: bool = False
) -> ScriptId:
    """Add a script from a file's text, as a draft whatever it was elsewhere. Raises Refused,
    Invalid (file, or the field that is wrong)."""
    file = read_file(text)
    head = replace(file.head, is_shared=is_shared)
    return add_script(viewer, tenant, head, file.content, now=now)


def add_starter_set(
    viewer: Viewer, tenant: TenantId, files: Iterable[ScriptFile], *, now: datetime
) -> int:
    """Add those scripts that come with the platform and that the tenant does not have yet, each to
    be reviewed by a person; return how many. Raises Refused."""
    require(viewer, Permission.MANAGE_SCRIPTS, tenant)
    with transaction() as conn:
        known = store.fetch_slugs(conn, tenant)
        is_provider = store.fetch_provider(conn) == tenant
    added = 0
    for file in files:
        if file.slug in known:
            continue
        try:
            _add_starter(viewer, tenant, file, is_shared=is_provider, now=now)
        except Invalid as error:
            if error.field != "name":  # somebody has one of that name: theirs stays
                raise
            continue
        added += 1
    return added


def _add_starter(
    viewer: Viewer, tenant: TenantId, file: ScriptFile, *, is_shared: bool, now: datetime
) -> None:
    head = replace(file.head, is_shared=is_shared)
    with transaction() as conn:
        made = add_script(
            viewer, tenant, head, file.content, now=now, slug=file.slug, author=_PLATFORM
        )
        store.note_asked(conn, made, 1, by=_PLATFORM, at=now)


def remove_script(viewer: Viewer, script: ScriptId) -> None:
    """Remove a script that never was allowed to run. Raises Refused, Conflict."""
    with transaction() as conn:
        before = lock(conn, viewer, script)
        check_may_remove(store.fetch_versions(conn, script))
        store.remove_script(conn, script)
        tell(conn, viewer, "scripts.remove", before, before=store.describe(before))


def lock(conn: Connection, viewer: Viewer, script: ScriptId) -> Script:
    """Return one of the viewer's scripts, locked; raises Refused."""
    require(viewer, Permission.MANAGE_SCRIPTS)
    found = store.lock_script(conn, script, viewer.tenants)
    if found is None:
        raise Refused()
    return found


def tell(
    conn: Connection,
    viewer: Viewer,
    verb: str,
    script: Script,
    *,
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
    detail: str = "",
) -> None:
    """Note a change in the audit log, and let open pages know."""
    record(
        conn,
        viewer,
        verb,
        object_kind="script",
        object_id=script.id,
        object_name=script.name,
        tenant=script.tenant,
        before=before,
        after=after,
        detail=detail,
    )
    announce_live("scripts", script.tenant)


def _build(
    id: ScriptId, tenant: TenantId, draft: ScriptDraft, viewer: Viewer, now: datetime
) -> Script:
    return Script(
        id=id,
        tenant=tenant,
        name=draft.name,
        language=draft.language,
        description_zh=draft.description_zh,
        description_en=draft.description_en,
        folder=draft.folder,
        tags=draft.tags,
        is_shared=draft.is_shared,
        revision=1,
        latest=1,
        changed_at=now,
        changed_by=viewer.name,
    )


def _version(
    script: Script,
    number: int,
    content: VersionDraft,
    findings: tuple[Finding, ...],
    by: tuple[str, datetime],
) -> Version:
    author, now = by
    return Version(
        script=script.id,
        number=number,
        content=content,
        sha256=hash_version(script.language, content),
        state=VersionState.DRAFT,
        findings=findings,
        by=author,
        at=now,
    )


def _said(version: Version) -> dict[str, Any]:
    return {"version": version.number, "sha256": version.sha256}


def _taken() -> Invalid:
    return Invalid("name", "there is a script of this name")
