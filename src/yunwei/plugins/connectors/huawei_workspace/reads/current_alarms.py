"""What stands now by Cloud Eye's records: of each alarm the newest record decides.

`alarm` stands, `ok` is over; `invalid` says neither, see `mapping.alarms`.
"""

from datetime import datetime

from yunwei.base.core.alarm import AlarmAct, RawAlarm
from yunwei.plugins.connectors.huawei_workspace import answers
from yunwei.plugins.connectors.huawei_workspace.client import WorkspaceClient, every_page
from yunwei.plugins.connectors.huawei_workspace.mapping.alarms import TYPE_PREFIX, map_alarm
from yunwei.plugins.sdk.contract import CurrentAlarms, SourceContext

# Records are kept for long, and there is no filter by time or status: so many pages of a hundred
# are read, and of what began before them the list says nothing.
_MOST_PAGES = 60


async def list_current_alarms(client: WorkspaceClient, context: SourceContext) -> CurrentAlarms:
    """Return what stands. Raises SourceError.

    Complete when it was read to its end, or newest first as far as it was read. A record that
    can not be read may be of any alarm: then nothing is missing for certain.
    """
    items: list[answers.AlarmItem] = []
    pages, is_whole = 0, True
    async for page, total in every_page(client.list_alarms):
        items += page
        pages += 1
        if pages == _MOST_PAGES:
            is_whole = total is not None and len(items) >= total
            break
    received_at = context.clock.now()
    mapped = [map_alarm(item, context, received_at=received_at) for item in items]
    alarms = [each for each in mapped if each is not None]
    newest = _newest_of_each(alarms)
    covers_since = None if is_whole else _begin_of_last(alarms)
    return CurrentAlarms(
        alarms=tuple(each for each in newest if each.act is AlarmAct.RAISE),
        undecided=tuple(each for each in newest if each.act is AlarmAct.NOTICE),
        speaks_of=(TYPE_PREFIX,),
        covers_since=covers_since,
        is_complete=len(alarms) == len(items) and (is_whole or covers_since is not None),
    )


def _newest_of_each(alarms: list[RawAlarm]) -> list[RawAlarm]:
    """Return the record that decides on each alarm; of the same second, the end."""
    newest: dict[tuple[str, str, str], RawAlarm] = {}
    for alarm in alarms:
        about = (alarm.managed_object, alarm.alarm_type, alarm.qualifier)
        known = newest.get(about)
        if known is None or _order(alarm) > _order(known):
            newest[about] = alarm
    return list(newest.values())


def _order(alarm: RawAlarm) -> tuple[datetime, bool]:
    return alarm.event_at, alarm.act is not AlarmAct.RAISE


def _begin_of_last(alarms: list[RawAlarm]) -> datetime | None:
    """Return when the last record began, None when the list is not newest first."""
    begins = [each.event_at for each in alarms]
    return begins[-1] if begins and begins == sorted(begins, reverse=True) else None
