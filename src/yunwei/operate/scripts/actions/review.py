"""The review of versions: asked for, approved or returned by another person, retired."""

from dataclasses import dataclass
from datetime import datetime

from yunwei.base.core.errors import Invalid, Refused
from yunwei.base.core.ids import ScriptId
from yunwei.base.infra.postgres import Connection, transaction
from yunwei.base.people.facts import Viewer
from yunwei.operate.scripts.actions.library import lock, tell
from yunwei.operate.scripts.facts.library import Script, Version, VersionState
from yunwei.operate.scripts.rules.review import check_may_ask, check_may_judge, check_may_retire
from yunwei.operate.scripts.store import library as store

_LONGEST_NOTE = 1000


@dataclass(frozen=True, slots=True)
class Meant:
    """Which version of which script. sha256: what was read, so that nobody approves another."""

    script: ScriptId
    number: int
    sha256: str = ""


def ask_review(viewer: Viewer, meant: Meant, *, now: datetime) -> None:
    """Give a draft to a reviewer. Raises Refused; Conflict when it is no draft, or is broken."""
    with transaction() as conn:
        script, version = _find(conn, viewer, meant)
        check_may_ask(version)
        store.note_asked(conn, script.id, version.number, by=viewer.name, at=now)
        _tell(conn, viewer, "scripts.ask_review", (script, version))


def approve(viewer: Viewer, meant: Meant, *, now: datetime, note: str = "") -> None:
    """Let a version run from now on, as a second person. Raises Refused; Conflict when nobody
    asked, or the viewer wrote it or asked for it."""
    _judge(viewer, meant, VersionState.APPROVED, now=now, note=note)


def send_back(viewer: Viewer, meant: Meant, *, note: str, now: datetime) -> None:
    """Refuse to approve a version and say why. Raises Refused, Invalid, Conflict."""
    if not note.strip():
        raise Invalid("note", "say why it is not approved")
    _judge(viewer, meant, VersionState.RETURNED, now=now, note=note)


def retire(viewer: Viewer, meant: Meant, *, now: datetime) -> None:
    """Let a version run no more; an older approved one is what runs then. Raises Refused,
    Conflict."""
    with transaction() as conn:
        script, version = _find(conn, viewer, meant)
        check_may_retire(version)
        store.note_retired(conn, script.id, version.number, by=viewer.name, at=now)
        _tell(conn, viewer, "scripts.retire", (script, version))


def _judge(viewer: Viewer, meant: Meant, state: VersionState, *, now: datetime, note: str) -> None:
    if len(note) > _LONGEST_NOTE:
        raise Invalid("note", f"at most {_LONGEST_NOTE} characters")
    with transaction() as conn:
        script, version = _find(conn, viewer, meant)
        check_may_judge(version, viewer.name)
        store.note_judged(conn, version, state, by=viewer.name, at=now, note=note.strip())
        verb = "scripts.approve" if state is VersionState.APPROVED else "scripts.send_back"
        _tell(conn, viewer, verb, (script, version), note.strip())


def _find(conn: Connection, viewer: Viewer, meant: Meant) -> tuple[Script, Version]:
    script = lock(conn, viewer, meant.script)
    for version in store.fetch_versions(conn, script.id):
        if version.number == meant.number and meant.sha256 in ("", version.sha256):
            return script, version
    raise Refused()


def _tell(
    conn: Connection,
    viewer: Viewer,
    verb: str,
    about: tuple[Script, Version],
    detail: str = "",
) -> None:
    script, version = about
    said = {"version": version.number, "sha256": version.sha256}
    tell(conn, viewer, verb, script, after=said, detail=detail)
