"""The table of a comparison between what the platform tells and what a simulated cloud knows."""

import sys
from dataclasses import dataclass


@dataclass(frozen=True)
class Line:
    """One figure. bound: by how much the page says that it may be off."""

    figure: str
    told: object
    true: object
    bound: float = 0.0

    @property
    def is_right(self) -> bool:
        if self.told == self.true:
            return True
        if not self.bound:
            return False
        return abs(float(str(self.told)) - float(str(self.true))) <= self.bound


def compare(lines: list[Line]) -> None:
    """Print the table of the comparison, and fail for what is not right."""
    table = [f"\n{'figure':<44} {'platform':>26} {'simulator':>26}"]
    for line in lines:
        mark = "=" if line.told == line.true else "≈" if line.is_right else "≠"
        table.append(f"{line.figure:<44} {line.told!s:>26} {mark} {line.true!s:>24}")
    sys.stdout.write("\n".join(table) + "\n")
    assert [line for line in lines if not line.is_right] == []
