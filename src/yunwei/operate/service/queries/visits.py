"""Questions about visits on site: lists, one with its files and signature, days that are used."""

from collections.abc import Mapping
from typing import Any

from yunwei.base.core.errors import Refused
from yunwei.base.core.ids import TenantId
from yunwei.base.core.page import Page, PageRequest
from yunwei.base.infra.listing import fetch_page
from yunwei.base.infra.postgres import Connection, transaction
from yunwei.base.people.facts import Permission, Viewer
from yunwei.base.people.rules import require
from yunwei.operate.service.facts.contracts import ServiceType, Terms
from yunwei.operate.service.facts.visits import Visit, WholeVisit
from yunwei.operate.service.rules.seals import sha256_of_bytes
from yunwei.operate.service.rules.tickets import contract_year
from yunwei.operate.service.rules.uploads import Upload
from yunwei.operate.service.rules.visits import is_intact
from yunwei.operate.service.store import tickets as ticket_store
from yunwei.operate.service.store import visits as store

_SEE = Permission.SEE_SERVICE
_ONE = PageRequest(limit=1)

type Filters = Mapping[str, Any]


def fetch_visits(
    viewer: Viewer, filters: Filters | None = None, page: PageRequest | None = None
) -> Page[Visit]:
    """Return visits to the viewer's tenants. Raises Refused, Invalid."""
    require(viewer, _SEE)
    with transaction() as conn:
        found = fetch_page(
            conn,
            store.VISITS,
            tenants=viewer.tenants,
            filters=filters or {},
            request=page or PageRequest(),
        )
    items = tuple(map(store.build_visit, found.items))
    return Page(items=items, next=found.next, total=found.total)


def access_visit(viewer: Viewer, visit: int) -> WholeVisit:
    """Return one visit with all that belongs to it; raises Refused."""
    require(viewer, _SEE)
    with transaction() as conn:
        return system_visit(conn, visit, viewer.tenants)


def system_visit(conn: Connection, visit: int, tenants: tuple[TenantId, ...]) -> WholeVisit:
    """Return a visit to some tenants; raises Refused."""
    found = fetch_page(conn, store.VISITS, tenants=tenants, filters={"id": visit}, request=_ONE)
    if not found.items:
        raise Refused()
    known = store.build_visit(found.items[0])
    files = store.fetch_files(conn, visit)
    signed = store.fetch_signature(conn, visit)
    terms = _terms(conn, known)
    item = terms.service(ServiceType.ON_SITE)
    signature, image = signed if signed is not None else (None, b"")
    intact = None
    if signature is not None:
        intact = is_intact(known, files, signature, sha256_of_bytes(image))
    return WholeVisit(
        visit=known,
        files=files,
        signature=signature,
        image=image,
        is_intact=intact,
        quota=item.quota if item is not None else None,
        used=store.days_used(conn, known.contract, contract_year(terms, known.first_on)),
    )


def _terms(conn: Connection, visit: Visit) -> Terms:
    """Return the terms by which a visit's ticket is measured."""
    asked = {"id": visit.ticket}
    tenants = (visit.tenant,)
    (row,) = fetch_page(
        conn, ticket_store.TICKETS, tenants=tenants, filters=asked, request=_ONE
    ).items
    return ticket_store.read_terms(row)[0]


def fetch_file(viewer: Viewer, visit: int, file: int) -> Upload:
    """Return one file of a visit; raises Refused."""
    access_visit(viewer, visit)
    with transaction() as conn:
        found = store.rows(conn, "read_visit_file", {"id": visit, "file": file})
    if not found:
        raise Refused()
    row = found[0]
    return Upload(name=row["name"], content_type=row["content_type"], data=bytes(row["data"]))
