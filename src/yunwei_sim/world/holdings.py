"""What was ordered by hand: desktops made, changed and given back, whose they are, and who may use
which pool. Data only.

Made desktops stand beside the fleet: they are there and can be assigned, and nobody's habits know
of them, so that no session is ever seen on them.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """A desktop that was made. like: the desktop of the fleet whose make it has."""

    id: str
    name: str
    like: int
    at_s: int


class Holdings:
    """All of one cloud. users: of desktops that were assigned by hand, by id, who they belong to
    now, by number of the person; others are as the fleet says. sizes: of resized desktops, by id,
    the number of their product; disks: of desktops whose disks were settled, by volume id, GB.
    sold_out: product ids. pool_users: of pools that were changed by hand, who may use them."""

    def __init__(self) -> None:
        self.made: dict[str, Made] = {}
        self.making: dict[str, str] = {}
        self.removed: set[str] = set()
        self.users: dict[str, list[int]] = {}
        self.sizes: dict[str, int] = {}
        self.disks: dict[str, dict[str, int]] = {}
        self.sold_out: set[str] = set()
        self.pool_users: dict[str, list[int]] = {}

    def has_name(self, name: str) -> bool:
        """Say whether a made desktop is, or is about to be, called so."""
        wanted = name.casefold()
        names = [*self.making.values(), *(each.name for each in self.made.values())]
        return wanted in {each.casefold() for each in names}

    def remove(self, identity: str) -> None:
        """Give a desktop back."""
        self.removed.add(identity)
        self.made.pop(identity, None)
        self.users.pop(identity, None)
        self.sizes.pop(identity, None)
        self.disks.pop(identity, None)
