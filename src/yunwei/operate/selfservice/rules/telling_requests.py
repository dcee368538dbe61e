"""In which words people are told of requests. Pure."""

from yunwei.base.people.facts import Role
from yunwei.operate.selfservice.facts.requests import RequestKind, RequestRow, RequestState
from yunwei.operate.selfservice.facts.telling import Untold

_SAID = {
    RequestState.APPROVED: ("已批准，即将办理", "was approved and will be done"),
    RequestState.FULFILLED: ("已办结", "is done"),
    RequestState.FAILED: ("未能办成", "could not be done"),
    RequestState.DECLINED: ("未获批准", "was declined"),
    RequestState.EXPIRED: ("因无人审批已过期", "expired without an approval"),
}


def tell_approvers(request: RequestRow) -> Untold | None:
    """Return what those who approve next are told; None when nobody is asked."""
    names = tuple(each for each in request.approvers if each != request.asked_by)
    if request.state is RequestState.LINE:
        return _untold(request, "line", "等待您审批", "waits for your approval", people=names)
    if request.state is RequestState.PROVIDER:
        roles = (Role.OPERATOR.value,)
        return _untold(request, "provider", "等待审批", "waits for an approval", roles=roles)
    return None


def tell_stuck(request: RequestRow, turn: int) -> Untold:
    """Return what operators are told of a step that went wrong."""
    roles = (Role.OPERATOR.value,)
    return _untold(request, f"stuck-{turn}", "办理受阻", "is stuck", roles=roles)


def tell_asker(request: RequestRow) -> Untold | None:
    """Return what the asker is told of how it stands now; None when that is no news."""
    said = _SAID.get(request.state)
    if said is None:
        return None
    zh, en = said
    return _untold(request, request.state.value, zh, en, people=(request.asked_by,))


def _untold(
    request: RequestRow,
    occasion: str,
    zh: str,
    en: str,
    *,
    people: tuple[str, ...] = (),
    roles: tuple[str, ...] = (),
) -> Untold:
    is_provider_told = roles or (
        (request.asked_by,) == people and request.kind is RequestKind.RECLAIM
    )
    page = "/requests" if is_provider_told else "/portal/requests"
    note = request.end_note or request.reason
    return Untold(
        key=f"request-{request.id}-{occasion}",
        tenant=request.tenant,
        subject_zh=f"申请 {request.code} {zh}",
        subject_en=f"Request {request.code} {en}",
        body_zh=f"{request.asked_by}：{note}",
        body_en=f"{request.asked_by}: {note}",
        link=f"{page}/{request.id}",
        people=people,
        roles=roles,
    )
