"""The one tree of errors. Raise where it is known, catch where something can be done.

YunweiError
├── Refused               the asker may not, or it is not there (one error for both)
├── Invalid(field, why)   the input breaks a rule we can name
├── Conflict              someone was faster, or the move is not legal from this state
├── Misconfigured         a setting or a file of this installation is wrong
├── EngineAway            PostgreSQL, ClickHouse or NATS does not answer
├── SourceError           a desktop cloud could not be read
│   ├── SourceUnreachable   no answer in time
│   ├── SourceRefused       credentials or rights are wrong
│   │   └── SourceHeld        its customer does not let it be read now; no connector raises it
│   ├── SourceThrottled     asked too often (retry_after_s)
│   └── SourceBabbled       an answer off its documented shape
├── MachineUnreached(reason)  a machine did not let a script in over SSH
├── SendError(permanent)  a message could not be delivered
└── Bug                   our own invariant broke
"""


class YunweiError(Exception):
    """Something went wrong."""

    def __init__(self, message: str = "") -> None:
        super().__init__(message or (type(self).__doc__ or "").strip().splitlines()[0])

    @property
    def message(self) -> str:
        return str(self.args[0])


class Refused(YunweiError):
    """There is no such thing, or you may not see it."""


class Invalid(YunweiError):
    """The input breaks a rule.

    field: name of the input field as the caller sent it, "" when it concerns the whole input.
    """

    def __init__(self, field: str, why: str) -> None:
        super().__init__(why)
        self.field = field
        self.why = why


class Conflict(YunweiError):
    """Someone was faster, or this is not possible in the present state."""


class Misconfigured(YunweiError):
    """The configuration of this installation is wrong."""


class EngineAway(YunweiError):
    """A storage engine does not answer; it is being waited for."""


class SourceError(YunweiError):
    """A source could not be read."""


class SourceUnreachable(SourceError):
    """The source did not answer in time."""


class SourceRefused(SourceError):
    """The source refused the credentials, or they lack a right."""


class SourceHeld(SourceRefused):
    """What the customer has authorised does not let the source be read now."""


class SourceThrottled(SourceError):
    """The source asks to be called less often."""

    def __init__(self, message: str = "", *, retry_after_s: float = 30.0) -> None:
        super().__init__(message)
        self.retry_after_s = retry_after_s


class SourceBabbled(SourceError):
    """The source answered something off its documented shape."""

    def __init__(self, message: str = "", *, excerpt: str = "") -> None:
        super().__init__(message)
        self.excerpt = excerpt[:500]


class SendError(YunweiError):
    """A message could not be delivered.

    permanent: True when sending the same message again can not help. retry_after_s: the receiver
    wants to be left alone for so long; with is_about_address, for this one address only.
    is_doubtful: it may have been delivered all the same.
    """

    def __init__(
        self,
        message: str = "",
        *,
        permanent: bool = False,
        retry_after_s: float | None = None,
        is_about_address: bool = False,
        is_doubtful: bool = False,
    ) -> None:
        super().__init__(message)
        self.permanent = permanent
        self.retry_after_s = retry_after_s
        self.is_about_address = is_about_address
        self.is_doubtful = is_doubtful


class MachineUnreached(YunweiError):
    """A machine could not be reached, or did not let us in; nothing was begun there.

    reason: in a word, as a target of a run keeps it.
    """

    def __init__(self, reason: str, message: str = "") -> None:
        super().__init__(message or reason)
        self.reason = reason


class Bug(YunweiError):
    """An invariant of ours broke; this is a defect in Yunwei."""
