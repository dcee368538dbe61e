"""How bad an alarm is, in the words of RFC 8632 and X.733. "Cleared" is not a severity."""

from enum import StrEnum


class Severity(StrEnum):
    CRITICAL = "critical"
    MAJOR = "major"
    MINOR = "minor"
    WARNING = "warning"
    INDETERMINATE = "indeterminate"

    @property
    def rank(self) -> int:
        """5 for critical down to 1 for indeterminate; higher is worse."""
        return _RANK[self]


_RANK = {severity: 5 - position for position, severity in enumerate(Severity)}
