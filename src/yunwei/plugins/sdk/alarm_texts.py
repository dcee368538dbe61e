"""What alarm types mean, as the connectors' `alarms.toml` files tell it. Data only."""

from collections.abc import Mapping
from functools import cache
from importlib.resources import files

import msgspec

from yunwei.plugins.sdk.manifest import CONNECTORS, Label, manifests


class AlarmText(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What an alarm type is called, why such an alarm comes, and what to do about it."""

    title: Label
    cause: Label
    advice: Label


def parse_alarm_texts(data: bytes) -> dict[str, AlarmText]:
    """Return the texts by alarm type; raises `msgspec.DecodeError` on anything else."""
    return msgspec.toml.decode(data, type=dict[str, AlarmText])


@cache
def alarm_texts() -> Mapping[str, AlarmText]:
    """Return the texts of all connectors that are installed, by alarm type."""
    found: dict[str, AlarmText] = {}
    for manifest in manifests(CONNECTORS).values():
        file = files(manifest.package).joinpath("alarms.toml")
        if file.is_file():
            found |= parse_alarm_texts(file.read_bytes())
    return found
