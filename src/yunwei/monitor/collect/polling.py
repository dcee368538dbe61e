"""Reads one source: its reads side by side, each on its own schedule and never twice at once."""

import asyncio

from yunwei.base.core.errors import Invalid, Misconfigured, SourceError
from yunwei.base.core.ids import SourceId
from yunwei.base.infra.loop import LOOPS, run_for_ever
from yunwei.base.infra.postgres import transaction
from yunwei.monitor.collect import health
from yunwei.monitor.collect.facts import ReadRecord, SourceConfig, SourceState
from yunwei.monitor.collect.hands import Hands, PlugInCode, in_thread, settle
from yunwei.monitor.collect.queries import sources as queries
from yunwei.monitor.collect.reading import ReadLoop, Reads
from yunwei.monitor.collect.reconciling import ReconcileLoop
from yunwei.monitor.collect.store import sources as store
from yunwei.plugins.sdk.contract import Connector, Read, SourceContext
from yunwei.plugins.sdk.manifest import Manifest


class SourcePoller:
    """Reads one source until cancelled."""

    def __init__(self, source: SourceId, holder: str, hands: Hands) -> None:
        self._source = source
        self._holder = holder
        self._hands = hands

    async def run(self) -> None:
        name = f"collect source {self._source}"
        try:
            await run_for_ever(name, self._serve, max_backoff_s=60)
        finally:
            LOOPS.pop(name, None)

    async def _serve(self) -> float:
        try:
            config, manifest = await in_thread(self._open)
            connector = self._build(config, manifest)
        except (Invalid, Misconfigured, SourceError) as error:
            await in_thread(self._note_unusable, error.message)
            await settle(self._source, self._hands)
            return health.REFUSED_BACKOFF_S
        reads = Reads(config=config, connector=connector, holder=self._holder, hands=self._hands)
        try:
            await self._poll_all(reads, manifest)
        finally:
            with PlugInCode():
                await connector.close()
        return health.REFUSED_BACKOFF_S

    async def _poll_all(self, reads: Reads, manifest: Manifest) -> None:
        """Run the loops of all reads; returns at once when none is polled (traps only)."""
        records = await in_thread(self._fetch_records, manifest)
        await settle(self._source, self._hands)
        told = {record.read: record.state for record in records}
        if told.get(Read.INVENTORY, SourceState.OK) is SourceState.OK:
            reads.is_known.set()
        async with asyncio.TaskGroup() as loops:
            for record in records:
                every_s = manifest.every_s[record.read]
                loops.create_task(ReadLoop(reads, record, every_s).run())
            if manifest.reconcile_every_s:
                loops.create_task(ReconcileLoop(reads, manifest.reconcile_every_s).run())

    def _open(self) -> tuple[SourceConfig, Manifest]:
        config = queries.system_source(self._source)
        return config, self._hands.manifest_of(config.connector)

    def _build(self, config: SourceConfig, manifest: Manifest) -> Connector:
        context = SourceContext(
            tenant=config.tenant,
            source=config.id,
            settings=config.settings,
            clock=self._hands.clock,
        )
        with PlugInCode():
            built: Connector = self._hands.connector_of(manifest.slug)(context)
        return built

    def _fetch_records(self, manifest: Manifest) -> list[ReadRecord]:
        with transaction() as conn:
            store.keep_reads(conn, self._source, list(manifest.reads))
            known = {record.read: record for record in store.fetch_records(conn, self._source)}
        timed = {*manifest.reads} & {*manifest.every_s}
        polled = [read.value for read in Read if read in timed]
        return [known.get(read, ReadRecord(read=read)) for read in polled]

    def _note_unusable(self, text: str) -> None:
        with transaction() as conn:
            store.note_unusable(conn, self._source, text, self._hands.clock.now())
