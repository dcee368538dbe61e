"""What the path of a managed object says of it. Pure."""

from dataclasses import dataclass
from functools import lru_cache

_SHORTEST = 2


@dataclass(frozen=True, slots=True)
class ObjectParts:
    """`/pool/finance/desktop/D-7` is a desktop named D-7. kind: None of a path of one part.
    device: the name after `/device/` where the path begins so, usually an address."""

    kind: str | None
    name: str
    device: str | None


@lru_cache(maxsize=20_000)
def read_object(path: str) -> ObjectParts:
    """Return the parts of a path that begins with a slash."""
    parts = path.split("/")[1:]
    kind = parts[-2] if len(parts) >= _SHORTEST else None
    is_device = kind is not None and parts[0] == "device"
    return ObjectParts(kind, parts[-1] if parts else "", parts[1] if is_device else None)
