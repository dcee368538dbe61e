"""The contract of a source that reads nothing and is sent nothing: the platform itself."""

from collections.abc import AsyncIterator

from yunwei.base.core.readings import ReadingPage
from yunwei.plugins.sdk.contract import ProbeResult, Read, SourceContext, Wanted


class Connector:
    """Stands for the platform where every source has a connector."""

    def __init__(self, context: SourceContext) -> None:
        """Need nothing of the context."""

    async def probe(self) -> ProbeResult:
        """Answer: there is nothing to connect to."""
        return ProbeResult()

    async def read(self, what: Read, wanted: Wanted) -> AsyncIterator[ReadingPage]:
        """Yield nothing: the platform speaks by itself."""
        pages: tuple[ReadingPage, ...] = ()
        for page in pages:
            yield page

    async def close(self) -> None:
        """Hold nothing, close nothing."""
