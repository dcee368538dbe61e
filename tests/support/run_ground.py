"""What a run needs on a platform under test: desktops that the inventory knows, and an approved
script. Both need a door to PostgreSQL."""

import uuid
from collections.abc import Callable, Sequence
from dataclasses import replace

from tests.support.agents import CLOCK, operator
from yunwei.base.core.ids import ScriptId, TenantId
from yunwei.base.core.readings import (
    DesktopKind,
    DesktopSeen,
    DesktopState,
    LoginState,
    ReadingPage,
)
from yunwei.base.infra.postgres import transaction
from yunwei.monitor.collect.actions import sources
from yunwei.monitor.collect.facts import Poll, SourceDraft
from yunwei.monitor.inventory import actions as inventory
from yunwei.operate.scripts.actions import library, review
from yunwei.operate.scripts.facts.library import (
    Parameter,
    ScriptDraft,
    ScriptLanguage,
    VersionDraft,
)
from yunwei.plugins.sdk.contract import Read

_SETTINGS = {"endpoint": "http://127.0.0.1:9", "project_id": "p", "ak": "a", "sk": "s"}


def approve_script(
    tenant: TenantId, body: str, *parameters: Parameter, timeout_s: int = 300
) -> ScriptId:
    """Let one person write a script and another approve it."""
    author, now = operator(tenant), CLOCK.now()
    reader = replace(author, name="mia")
    name = f"flow {uuid.uuid4().hex[:8]}"
    head = ScriptDraft(name=name, language=ScriptLanguage.SHELL, description_en="x")
    content = VersionDraft(body=body, parameters=parameters, timeout_s=timeout_s)
    script = library.add_script(author, tenant, head, content, now=now)
    review.ask_review(author, review.Meant(script, 1), now=now)
    review.approve(reader, review.Meant(script, 1), now=now)
    return script


def add_desktops(tenant: TenantId, names: Sequence[str]) -> Callable[[str], None]:
    """Let the inventory know running desktops of these names, from a source that is away. Returns
    what lets it see them again, of an image."""
    draft = SourceDraft(
        tenant=tenant, connector="huawei_workspace", name="flow", settings=_SETTINGS
    )
    source = sources.add_source(operator(tenant), draft)

    def see(image: str) -> None:
        now = CLOCK.now()
        poll = Poll(
            source=source.id,
            tenant=tenant,
            source_name=source.name,
            connector=source.connector,
            read=Read.INVENTORY,
            started_at=now,
        )
        page = ReadingPage(readings=_desktops(names, image), read_at=now)
        with transaction() as conn:
            inventory.apply_page(conn, poll, page)

    see("first")
    return see


def _desktops(names: Sequence[str], image: str) -> tuple[DesktopSeen, ...]:
    return tuple(
        DesktopSeen(
            native_id=f"n{number}",
            name=name,
            kind=DesktopKind.DEDICATED,
            state=DesktopState.RUNNING,
            login_state=LoginState.READY,
            image=image,
        )
        for number, name in enumerate(names)
    )
