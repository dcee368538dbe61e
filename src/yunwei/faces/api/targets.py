"""Whom routes, steps and entries of ownership name, in REST. No operations."""

from pydantic import Field

from yunwei.base.core.ids import ChannelId, ScheduleId, UserId
from yunwei.base.people.facts import Role
from yunwei.faces.api.lists import Body
from yunwei.monitor.duty.facts.schedules import DutyRole
from yunwei.monitor.notify.facts.reaching import Owner, Targets


class PersonTargets(Body):
    people: list[int] = Field(default=[], description="User ids.")
    roles: list[Role] = Field(default=[], description="Everybody of the tenant with the role.")
    schedules: list[int] = Field(
        default=[], description="Whoever is on duty by these schedules at that instant."
    )


class TargetsBody(PersonTargets):
    duty_role: DutyRole | None = Field(
        None, description="Of those on duty only these; null: everybody on duty."
    )
    owners: list[Owner] = Field(
        default=[],
        description="Who owns the managed object, or the desktop's pool, by /ownerships; or who "
        "manages service for the tenant.",
    )
    channels: list[int] = Field(
        default=[], description="Personal ones send to each person, others once."
    )

    def build_targets(self) -> Targets:
        return Targets(
            people=tuple(map(UserId, self.people)),
            roles=tuple(role.value for role in self.roles),
            schedules=tuple(map(ScheduleId, self.schedules)),
            duty_role=self.duty_role,
            owners=tuple(self.owners),
            channels=tuple(map(ChannelId, self.channels)),
        )
