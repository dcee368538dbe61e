"""The life of a version: draft, in review, approved by another person, retired. Pure."""

from collections.abc import Iterable

from yunwei.base.core.errors import Conflict
from yunwei.operate.scripts.facts.library import Level, Version, VersionState


def check_may_ask(version: Version) -> None:
    """Raise Conflict unless the version can be given to a reviewer."""
    if version.state is VersionState.REVIEW:
        raise Conflict("its approval is asked for already")
    if version.state not in (VersionState.DRAFT, VersionState.RETURNED):
        raise Conflict("only a draft can be given to a reviewer")
    if broken := find_broken(version):
        raise Conflict(f"line {broken}: the script can not be read; mend it first")


def check_may_judge(version: Version, who: str) -> None:
    """Raise Conflict unless this person may approve or return the version: four eyes."""
    if version.state is not VersionState.REVIEW:
        raise Conflict("nobody asked for an approval")
    if who in (version.by, version.asked_by):
        raise Conflict("another person has to approve it")


def check_may_retire(version: Version) -> None:
    if version.state is VersionState.RETIRED:
        raise Conflict("the version is retired already")
    if version.state is not VersionState.APPROVED:
        raise Conflict("only an approved version can be retired")


def check_may_remove(versions: Iterable[Version]) -> None:
    """Raise Conflict for a script of which a version ever was allowed to run."""
    if any(each.state in (VersionState.APPROVED, VersionState.RETIRED) for each in versions):
        raise Conflict("a version was approved once: retire it; what ran stays known")


def find_broken(version: Version) -> int | None:
    """Return the line at which the script is no script of its language, None when it is one."""
    lines = (each.line for each in version.findings if each.code == BROKEN)
    return next(lines, None)


BROKEN = "YW001"


def worst(levels: Iterable[Level]) -> Level | None:
    return max(levels, key=lambda each: each.weight, default=None)
