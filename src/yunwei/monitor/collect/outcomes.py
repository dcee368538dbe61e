"""What something that came has become, short enough to be shown. Pure."""

from collections.abc import Sequence
from itertools import islice

from yunwei.base.core.alarm import RawAlarm
from yunwei.monitor.collect.facts import Outcome, SampleAlarm

_MOST_SHOWN = 20


def build_outcome(alarms: Sequence[RawAlarm], errors: Sequence[str]) -> Outcome:
    """Return what something became, the first few of each."""
    return Outcome(
        alarms=tuple(
            SampleAlarm(
                act=raw.act.value,
                severity=raw.severity.value,
                alarm_type=raw.alarm_type,
                managed_object=raw.managed_object,
                qualifier=raw.qualifier,
                text=raw.text,
            )
            for raw in islice(alarms, _MOST_SHOWN)
        ),
        errors=tuple(islice(errors, _MOST_SHOWN)),
    )
