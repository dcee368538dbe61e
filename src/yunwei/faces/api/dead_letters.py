"""REST of dead letters: what could not be understood, and what is done about it."""

import base64
from datetime import datetime
from typing import Any

from django.http import HttpRequest
from ninja import Query, Router, Schema, Status
from pydantic import Field

from yunwei.base.core.page import Batch
from yunwei.base.infra.clock import SystemClock
from yunwei.base.people.facts import Permission
from yunwei.base.people.rules import require
from yunwei.faces.api.lists import Body, Listed, ListQuery, answer_list
from yunwei.faces.api.security import viewer_of_request
from yunwei.monitor.collect.actions import dead_letters as actions
from yunwei.monitor.collect.facts import DeadLetter, LetterKind, LetterState
from yunwei.monitor.collect.queries import dead_letters as queries

router = Router()
_clock = SystemClock()


class LetterOut(Schema):
    id: int
    tenant: int
    tenant_name: str
    source: int | None = Field(description="null: of a stranger, or of nobody that is known.")
    source_name: str
    kind: LetterKind
    state: LetterState
    received_at: datetime
    address: str = Field(description="The sender's.")
    error: str = Field(description="Why it was not understood, at the last try.")
    size_bytes: int
    is_repaired: bool = Field(description="Somebody changed what it says.")
    attempts: int = Field(description="How often it was replayed.")
    note: str = Field(description="Why it was discarded.")
    closed_by: str
    closed_at: datetime | None


class LetterWhole(LetterOut):
    text: str | None = Field(description="What it holds; null when that is no UTF-8.")
    data_base64: str
    original_base64: str | None = Field(description="As it came, once it was repaired.")


class LetterQuery(ListQuery):
    search: str | None = Field(None, description="In reason, content, source; begin of an address.")
    state: LetterState | None = None
    kind: LetterKind | None = None
    source: int | None = None


class RepairIn(Body):
    text: str = Field(description="The JSON that it shall hold instead.")


class IdsIn(Body):
    ids: list[int] = Field(min_length=1, max_length=1000)


class DiscardIn(IdsIn):
    reason: str


class LetterFailureOut(Schema):
    id: int
    message: str


class LetterBatchOut(Schema):
    done: list[int]
    failed: list[LetterFailureOut]


@router.get("", response=Listed[LetterOut], summary="List dead letters")
def list_dead_letters(request: HttpRequest, query: Query[LetterQuery]) -> Any:
    return answer_list(request, query, queries.fetch_dead_letters)


@router.get("/{int:letter_id}", response=LetterWhole, summary="Get a dead letter and what it holds")
def get_dead_letter(request: HttpRequest, letter_id: int) -> Any:
    return _whole(queries.access_dead_letter(viewer_of_request(request), letter_id))


@router.put("/{int:letter_id}/content", response=LetterWhole, summary="Repair what a payload says")
def repair_dead_letter(request: HttpRequest, letter_id: int, data: RepairIn) -> Any:
    viewer = viewer_of_request(request)
    actions.repair_letter(viewer, letter_id, data.text)
    return _whole(queries.access_dead_letter(viewer, letter_id))


@router.delete(
    "/{int:letter_id}/content", response={204: None}, summary="Take a repair back: it is as it came"
)
def revert_dead_letter(request: HttpRequest, letter_id: int) -> Any:
    actions.revert_letter(viewer_of_request(request), letter_id)
    return Status(204, None)


@router.post("/replay", response=LetterBatchOut, summary="Send letters through the intake again")
def replay_dead_letters(request: HttpRequest, data: IdsIn) -> Any:
    viewer = viewer_of_request(request)
    require(viewer, Permission.MANAGE_SOURCES)
    return _told(
        actions.replay_letters(viewer, data.ids, append=actions.append_here, now=_clock.now())
    )


@router.post("/discard", response=LetterBatchOut, summary="Put letters away that nobody needs")
def discard_dead_letters(request: HttpRequest, data: DiscardIn) -> Any:
    viewer = viewer_of_request(request)
    require(viewer, Permission.MANAGE_SOURCES)
    return _told(actions.discard_letters(viewer, data.ids, reason=data.reason, now=_clock.now()))


@router.post("/restore", response=LetterBatchOut, summary="Take discarded letters back")
def restore_dead_letters(request: HttpRequest, data: IdsIn) -> Any:
    viewer = viewer_of_request(request)
    require(viewer, Permission.MANAGE_SOURCES)
    return _told(actions.restore_letters(viewer, data.ids))


def _told(batch: Batch[int]) -> dict[str, Any]:
    failed = [{"id": id, "message": message} for id, message in batch.failed]
    return {"done": list(batch.done), "failed": failed}


def _whole(letter: DeadLetter) -> dict[str, Any]:
    names = LetterOut.model_fields.keys() - {"size_bytes", "is_repaired"}
    original = letter.original
    return {name: getattr(letter, name) for name in names} | {
        "size_bytes": len(letter.data),
        "is_repaired": original is not None,
        "text": _text(letter.data),
        "data_base64": base64.b64encode(letter.data).decode(),
        "original_base64": None if original is None else base64.b64encode(original).decode(),
    }


def _text(data: bytes) -> str | None:
    try:
        return data.decode()
    except UnicodeDecodeError:
        return None
