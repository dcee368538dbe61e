"""How reports leave the house by mail: what a tenant allows, to whom, which files. No I/O."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from yunwei.base.core.errors import Invalid
from yunwei.base.core.ids import TenantId
from yunwei.operate.reports.render.formats import FileKind

USUAL_BYTES = 10 * 1024 * 1024
_LEAST_BYTES, _MOST_BYTES = 64 * 1024, 50 * 1024 * 1024
_MOST_OUTSIDE, _MOST_DOMAINS, _MOST_FILES = 50, 50, 3
_ADDRESS = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@(?P<domain>[A-Za-z0-9.-]{3,253})")
_DOMAIN = re.compile(r"(?=.{3,253}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z0-9-]{2,63}")


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportSettings:
    """What a tenant wants of its reports. allows_outside: they may be sent to addresses of people
    who are none of ours; domains: only to addresses below these, () for any. most_bytes: larger
    files are not attached, their reader gets the link. version: 0 while nothing was ever set."""

    tenant: TenantId
    version: int = 0
    allows_outside: bool = False
    domains: tuple[str, ...] = ()
    most_bytes: int = USUAL_BYTES


@dataclass(frozen=True, slots=True, kw_only=True)
class Enclosure:
    """Which files of a report go with a message, and up to which size of all of them."""

    report: int
    files: tuple[FileKind, ...]
    most_bytes: int

    def as_data(self) -> Mapping[str, object]:
        files = [each.value for each in self.files]
        return {"report": self.report, "files": files, "most_bytes": self.most_bytes}


def read_enclosure(told: Any) -> Enclosure:
    """Return what `as_data` told."""
    return Enclosure(
        report=int(told["report"]),
        files=tuple(map(FileKind, told["files"])),
        most_bytes=int(told["most_bytes"]),
    )


def check_settings(settings: ReportSettings) -> ReportSettings:
    """Return settings that can be so; raises Invalid at the field."""
    domains = tuple(dict.fromkeys(each.strip().lower().lstrip("@") for each in settings.domains))
    domains = tuple(filter(None, domains))
    if len(domains) > _MOST_DOMAINS or any(not _DOMAIN.fullmatch(each) for each in domains):
        raise Invalid("domains", "at most 50 domains, such as example.com")
    if not _LEAST_BYTES <= settings.most_bytes <= _MOST_BYTES:
        raise Invalid("most_bytes", "between 64 KB and 50 MB")
    return replace(settings, domains=domains)


def check_outside(settings: ReportSettings, addresses: Iterable[str]) -> tuple[str, ...]:
    """Return addresses from outside as they are kept; raises Invalid for one that is none, or that
    the tenant does not allow."""
    listed = tuple(dict.fromkeys(filter(None, (each.strip() for each in addresses))))
    if len(listed) > _MOST_OUTSIDE:
        raise Invalid("outside", "at most 50 addresses")
    for each in listed:
        if not _ADDRESS.fullmatch(each):
            raise Invalid("outside", "one of these is no e-mail address")
    if listed and not settings.allows_outside:
        raise Invalid("outside", "the settings of this customer allow no addresses from outside")
    if len(allowed_outside(settings, listed)) < len(listed):
        raise Invalid("outside", "the settings of this customer allow other domains only")
    return listed


def allowed_outside(settings: ReportSettings, addresses: Sequence[str]) -> tuple[str, ...]:
    """Return those of some addresses that a tenant allows as things are now."""
    if not settings.allows_outside:
        return ()
    return tuple(each for each in addresses if _is_within(each, settings.domains))


def _is_within(address: str, domains: Sequence[str]) -> bool:
    domain = address.rpartition("@")[2].lower()
    return not domains or any(domain == each or domain.endswith(f".{each}") for each in domains)


def check_files(files: Iterable[str]) -> tuple[str, ...]:
    """Return the kinds of files that a mail brings along; raises Invalid."""
    listed = tuple(dict.fromkeys(files))
    if any(each not in set(FileKind) for each in listed):
        raise Invalid("files", "this is not one of the choices")
    if len(listed) > _MOST_FILES:
        raise Invalid("files", "at most three kinds of files")
    return listed
