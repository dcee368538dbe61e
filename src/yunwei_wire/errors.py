"""What is wrong with something that came over the wire."""


class WireError(Exception):
    """It can not be read, or is not what it says. reason: one of a few words, for records."""

    def __init__(self, message: str, *, reason: str = "malformed") -> None:
        super().__init__(message)
        self.reason = reason
