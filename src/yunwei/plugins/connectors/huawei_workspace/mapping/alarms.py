"""Cloud Eye alarms to raw alarms: raise or clear by status, severity by level. Pure.

Their names, causes and advice are data, in `alarms.toml`.
"""

from datetime import datetime

from yunwei.base.core.alarm import AlarmAct, RawAlarm
from yunwei.base.core.severity import Severity
from yunwei.plugins.connectors.huawei_workspace import answers
from yunwei.plugins.connectors.huawei_workspace.mapping.values import (
    keep_raw,
    parse_optional_time,
)
from yunwei.plugins.sdk.contract import SourceContext

# "invalid": the rule was changed or switched off while it was in alarm. Nobody watches the fault
# any more, so it neither stands nor is known to be over.
ACTS = {"alarm": AlarmAct.RAISE, "ok": AlarmAct.CLEAR, "invalid": AlarmAct.NOTICE}

SEVERITIES = {
    1: Severity.CRITICAL,
    2: Severity.MAJOR,
    3: Severity.MINOR,
    4: Severity.WARNING,
}

# What a dimension's value names; where the dimension is unknown, its namespace says it.
KIND_BY_DIMENSION = {
    "desktop_id": "desktop",
    "instance_id": "desktop",
    "desktop_pool_id": "pool",
    "pool_id": "pool",
    "dedicated_host_id": "host",
    "host_id": "host",
    "user_id": "user",
    "site_id": "site",
    "quota_type": "quota",
}
KIND_BY_NAMESPACE = {
    "SYS.Workspace": "desktop",
    "SYS.ECS": "desktop",
    "AGT.ECS": "desktop",
    "SYS.DEH": "host",
}

TYPE_PREFIX = "huawei.ces."


def map_alarm(
    item: answers.AlarmItem, context: SourceContext, *, received_at: datetime
) -> RawAlarm | None:
    """Return the raw alarm, None when it lacks what makes it one: an id and a time.

    native_id: record id and status, since a record may be seen again once it is over.
    qualifier: the rule's id, so that two thresholds on one metric are two alarms.
    """
    begun_at = parse_optional_time(item.begin_time)
    if not item.record_id or begun_at is None:
        return None
    status = item.status or ""
    return RawAlarm(
        tenant=context.tenant,
        source=context.source,
        native_id=f"{item.record_id}:{status}",
        act=ACTS.get(status, AlarmAct.NOTICE),
        managed_object=name_object(item),
        alarm_type=name_type(item),
        qualifier=item.alarm_id or "",
        severity=SEVERITIES.get(item.level or 0, Severity.INDETERMINATE),
        text=describe(item),
        event_at=begun_at,
        received_at=received_at,
        raw=_keep_alarm(item),
    )


def name_type(item: answers.AlarmItem) -> str:
    """Return `huawei.ces.<metric>`, of an event `huawei.ces.<event>`, else by the rule's id."""
    metric = item.metric.metric_name if item.metric else None
    return TYPE_PREFIX + (metric or item.alarm_id or "unnamed")


def name_object(item: answers.AlarmItem) -> str:
    """Return the path of the resource: its name where the service says it, else its id."""
    metric = item.metric or answers.AlarmMetric()
    addition = item.additional_info or answers.AlarmAddition()
    dimension = next(iter(metric.dimensions or []), answers.AlarmDimension())
    kind = KIND_BY_DIMENSION.get(dimension.name or "") or KIND_BY_NAMESPACE.get(
        metric.namespace or "", "resource"
    )
    name = addition.resource_name or addition.resource_id or dimension.value or "unknown"
    return f"/{kind}/{name.replace('/', '%2F')}"


def describe(item: answers.AlarmItem) -> str:
    """Return the rule's name with its condition and the newest value, as the service has them."""
    condition, metric = item.condition, item.metric
    text = item.name or name_type(item)
    if condition is None or metric is None or condition.value is None:
        return text
    unit = condition.unit or ""
    text += f": {metric.metric_name} {condition.comparison_operator} {condition.value:g}{unit}"
    newest = next((p.value for p in reversed(item.data_points or []) if p.value is not None), None)
    return text if newest is None else f"{text} ({newest:g}{unit})"


def _keep_alarm(item: answers.AlarmItem) -> dict[str, str]:
    metric = item.metric or answers.AlarmMetric()
    addition = item.additional_info or answers.AlarmAddition()
    condition = item.condition or answers.AlarmCondition()
    dimensions = (f"{each.name}={each.value}" for each in metric.dimensions or [])
    return keep_raw(
        record_id=item.record_id,
        alarm_id=item.alarm_id,
        name=item.name,
        status=item.status,
        type=item.type,
        level=item.level,
        begin_time=item.begin_time,
        namespace=metric.namespace,
        metric_name=metric.metric_name,
        dimensions=", ".join(dimensions),
        resource_id=addition.resource_id,
        resource_name=addition.resource_name,
        event_id=addition.event_id,
        period_s=condition.period,
        count=condition.count,
    )
