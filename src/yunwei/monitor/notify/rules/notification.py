"""Where an alarm stands on the notification axis, from its escalations and messages. Pure."""

from collections.abc import Sequence

from yunwei.monitor.notify.facts.escalation import (
    Escalation,
    EscalationState,
    Notification,
    NotificationState,
)

_AXIS: dict[EscalationState, NotificationState] = {
    EscalationState.PENDING: NotificationState.PENDING,
    EscalationState.ESCALATING: NotificationState.ESCALATING,
    EscalationState.STOPPED: NotificationState.STOPPED,
}


def build_notification(escalations: Sequence[Escalation], *, is_told: bool) -> Notification:
    """Return the axis of one occurrence. Of several escalations the liveliest counts, and the
    one that comes next. is_told: there are messages about it."""
    if not escalations:
        state = NotificationState.PENDING if is_told else NotificationState.NONE
        return Notification(state=state)
    leading = min(escalations, key=_liveliness)
    place = leading.next if leading.done is None else leading.done
    return Notification(
        state=_AXIS[leading.state],
        step=place.step + 1 if place else None,
        next_at=leading.next_at,
        why=leading.why,
        why_detail=leading.why_detail,
    )


def _liveliness(escalation: Escalation) -> tuple[int, float]:
    order = (EscalationState.ESCALATING, EscalationState.PENDING, EscalationState.STOPPED)
    due = (
        escalation.next_at.timestamp() if escalation.next_at else -escalation.changed_at.timestamp()
    )
    return order.index(escalation.state), due
