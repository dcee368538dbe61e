"""The demo's named sets, and a rule in shadow that goes by one of them."""

from datetime import timedelta

from yunwei.base.core.ids import TenantId
from yunwei.base.infra.clock import Clock
from yunwei.base.named_sets import actions, queries
from yunwei.base.named_sets.facts import NamedSetDraft, SetKind
from yunwei.base.people.facts import Viewer
from yunwei.monitor.governance.actions import mask_rules
from yunwei.monitor.governance.facts.masks import Effect, MaskRuleDraft, RuleState

_CORE = "核心主机 / Core hosts"
_RESTLESS = "易波动的指标 / Restless figures"
_ROOMS = "机房网段 / Networks of machine rooms"


def add_demo_sets(admin: Viewer, customer: TenantId, clock: Clock) -> None:
    """Give names to a few lists, one of them shared by the provider; nothing when there are any."""
    if queries.fetch_sets(admin).total:
        return
    now = clock.now()
    sets = (
        (
            customer,
            NamedSetDraft(
                name=_CORE,
                kind=SetKind.OBJECTS,
                values=("/host/CNA-01", "/host/CNA-02", "/host/CNA-03"),
                note="承载财务与管理桌面 / Desktops of finance and management run on them",
            ),
        ),
        (
            customer,
            NamedSetDraft(
                name=_RESTLESS,
                kind=SetKind.ALARM_TYPES,
                values=("huawei.ces.cpu_util", "huawei.ces.mem_util", "huawei.ces.disk_util"),
            ),
        ),
        (
            admin.tenant,
            NamedSetDraft(
                name=_ROOMS,
                kind=SetKind.ADDRESSES,
                values=("127.0.0.0/8", "192.0.2.0/24"),
                is_shared=True,
                note="服务商的机房 / The provider's machine rooms",
            ),
        ),
    )
    for tenant, draft in sets:
        actions.add_set(admin, tenant, draft, now=now)
    rule = MaskRuleDraft(
        name="易波动的指标先不打扰 / Restless figures disturb nobody",
        condition={"field": "alarm_type", "op": "in_set", "value": _RESTLESS},
        effect=Effect.MUTE,
        expires_at=now + timedelta(hours=24),
        reason="先在影子模式下观察（示例） / Watched in shadow first (example)",
    )
    mask_rules.create_mask_rule(admin, customer, rule, now=now, state=RuleState.SHADOW)
