"""What the demo puts into the platform: people, a customer, its cloud, rules to look at.

Repeatable: what is there stays as people left it, but for the cloud's address, which may change
from start to start.
"""

import logging
import time
from collections.abc import Mapping
from datetime import timedelta

import httpx

from yunwei.base.core.calendar_texts import parse_times_text
from yunwei.base.core.errors import Refused
from yunwei.base.core.ids import TenantId
from yunwei.base.infra.clock import Clock
from yunwei.base.infra.secrets import open_secret_box
from yunwei.base.infra.settings import Settings
from yunwei.base.people import queries as people_queries
from yunwei.base.people.actions.demo import create_demo_people
from yunwei.base.people.facts import Role, Viewer
from yunwei.base.saved_views import queries as saved_views
from yunwei.base.saved_views.actions import save_view
from yunwei.base.saved_views.facts import SavedPage, SavedViewDraft
from yunwei.monitor.collect.actions import sources as collect_actions
from yunwei.monitor.collect.facts import SourceDraft, SourceEdit
from yunwei.monitor.collect.queries import sources as collect_queries
from yunwei.monitor.governance.actions import mask_rules, relations
from yunwei.monitor.governance.facts.masks import Effect, MaskRuleDraft
from yunwei.monitor.governance.facts.topology import Relation, WrittenRelation
from yunwei.monitor.governance.queries import mask_rules as governance_queries
from yunwei.monitor.governance.queries import relations as relation_queries
from yunwei.monitor.notify.actions import routes
from yunwei.monitor.notify.facts.routes import RouteDraft
from yunwei.monitor.notify.queries import routes as route_queries
from yunwei.run.demo import COMMUNITY, DemoFacts, read_demo
from yunwei.run.demo_catalogue import add_demo_catalogue
from yunwei.run.demo_duty import add_demo_schedule
from yunwei.run.demo_letters import bury_demo_letter
from yunwei.run.demo_remedy import add_demo_remedy
from yunwei.run.demo_routes import add_demo_routes
from yunwei.run.demo_scripts import add_demo_scripts
from yunwei.run.demo_service import add_demo_contract
from yunwei.run.demo_sets import add_demo_sets
from yunwei.run.demo_trigger import add_demo_trigger
from yunwei.run.demo_work import add_demo_work

logger = logging.getLogger(__name__)

_CLOUD = "华为云办公（模拟）"
_DEVICES = "机房设备 SNMP（模拟）"
_PROMETHEUS = "Prometheus（示例）"
_LOOKED_FOR_S = 8.0


def fill_demo(settings: Settings, clock: Clock) -> None:
    """Fill the platform with the demo's content. Needs Django set up and the schema there."""
    facts = read_demo(settings.data_dir)
    login = "" if _has_people() else _find_desktop_login(facts)
    customer = create_demo_people(facts.password, desktop_login=login).id
    admin = people_queries.viewer_by_name("admin")
    _keep_source(admin, customer, "huawei_workspace", _CLOUD, _cloud_settings(facts))
    _keep_source(admin, customer, "snmp_trap", _DEVICES, {"communities": COMMUNITY})
    _keep_source(admin, customer, "webhook_in", _PROMETHEUS, {"mapping": "alertmanager"})
    bury_demo_letter(admin, customer, _PROMETHEUS, clock)
    _add_route(admin, customer, clock)
    _add_mask_rule(admin, customer, clock)
    _add_saved_view(admin, clock)
    add_demo_sets(admin, customer, clock)
    add_demo_scripts(admin, clock)
    contact = people_queries.viewer_by_name("contact")
    add_demo_contract(admin, contact, customer, clock)
    add_demo_work(admin, customer, open_secret_box(settings), clock)
    add_demo_catalogue(admin, customer)
    add_demo_remedy(admin, customer, clock)
    add_demo_trigger(admin, customer, clock)
    _add_relations(admin, customer)
    schedule = add_demo_schedule(admin, clock)
    if schedule is not None:
        add_demo_routes(admin, schedule, clock)


def _cloud_settings(facts: DemoFacts) -> dict[str, str]:
    return {
        "endpoint": facts.cloud_url,
        "project_id": facts.project,
        "ak": facts.ak,
        "sk": facts.sk,
    }


def _keep_source(
    admin: Viewer,
    customer: TenantId,
    connector: str,
    name: str,
    typed: Mapping[str, str],
) -> None:
    found = [row for row in collect_queries.fetch_sources(admin).items if row.name == name]
    if not found:
        draft = SourceDraft(tenant=customer, connector=connector, name=name, settings=typed)
        collect_actions.add_source(admin, draft)
        return
    kept = dict(found[0].settings)
    changed = {key: typed[key] for key in kept if key in typed and kept[key] != typed[key]}
    if changed:
        edit = SourceEdit(name=name, settings=kept | changed, history_days=found[0].history_days)
        collect_actions.change_source(admin, found[0].id, edit)


def _add_route(admin: Viewer, customer: TenantId, clock: Clock) -> None:
    """The customer's contact hears of what is grave."""
    if any(route.tenant == customer for route in route_queries.fetch_routes(admin).items):
        return
    draft = RouteDraft(
        name="紧急和重要告警通知客户 / Grave alarms to the customer",
        condition={"field": "severity", "op": "in", "value": ["critical", "major"]},
        roles=(Role.CUSTOMER_CONTACT.value,),
    )
    routes.add_route(admin, customer, draft, now=clock.now())


def _add_mask_rule(admin: Viewer, customer: TenantId, clock: Clock) -> None:
    """An example that hides something real: short peaks of memory at lunch and at night."""
    now = clock.now()
    if governance_queries.fetch_mask_rules(admin, now=now).total:
        return
    draft = MaskRuleDraft(
        name="非工作时间的内存告警 / Memory alarms outside working hours",
        condition={"field": "alarm_type", "op": "glob", "value": "*mem_util*"},
        effect=Effect.HIDE,
        times=parse_times_text("18:00-09:00", time_zone="Asia/Shanghai"),
        expires_at=now + timedelta(hours=24),
        reason="夜间备份占用内存，用户不在线（示例） / Backups at night, nobody works (example)",
    )
    mask_rules.create_mask_rule(admin, customer, draft, now=now)


def _add_saved_view(admin: Viewer, clock: Clock) -> None:
    """What the team looks at first: grave alarms that nobody has taken up."""
    if saved_views.fetch_views(admin).total:
        return
    draft = SavedViewDraft(
        page=SavedPage.ALARMS,
        name="无人处理的紧急告警 / Critical, not taken up",
        query="severity=critical&operator_state=none&sort=raised_at",
        is_shared=True,
    )
    save_view(admin, draft, now=clock.now())


def _add_relations(admin: Viewer, customer: TenantId) -> None:
    """What the simulated cloud does not tell: two gateways, of which one is enough."""
    if relation_queries.fetch_relations(admin).total:
        return
    lines = [
        WrittenRelation(
            relation=Relation.SERVED_BY,
            parent_kind="gateway",
            parent=name,
            child_kind="pool",
            redundancy="接入网关 / gateways",
        )
        for name in ("GW-1", "GW-2")
    ]
    relations.merge_relations(admin, customer, lines)


def _has_people() -> bool:
    try:
        people_queries.viewer_by_name("desktop")
    except Refused:
        return False
    return True


def _find_desktop_login(facts: DemoFacts) -> str:
    """Return the login of somebody in the simulated cloud; "" when it does not say in time."""
    deadline = time.monotonic() + _LOOKED_FOR_S
    url = f"{facts.cloud_url}/sim/truth/online"
    while time.monotonic() < deadline:
        try:
            names = (
                httpx.get(url, timeout=2, trust_env=False).raise_for_status().json()["user_names"]
            )
            return str(min(names, default=""))
        except httpx.HTTPError:
            time.sleep(0.3)
    logger.warning(
        "the simulated cloud does not answer yet: the demo's desktop user has no desktop"
    )
    return ""
