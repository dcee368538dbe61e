"""Names for the numbers that identify things, so that one cannot stand for another."""

from typing import NewType

TenantId = NewType("TenantId", int)
UserId = NewType("UserId", int)
SourceId = NewType("SourceId", int)
TrapFamilyId = NewType("TrapFamilyId", int)
AlarmId = NewType("AlarmId", int)
OccurrenceId = NewType("OccurrenceId", int)
RelationId = NewType("RelationId", int)
SituationId = NewType("SituationId", int)
NoiseRuleId = NewType("NoiseRuleId", int)
MaskRuleId = NewType("MaskRuleId", int)
RouteId = NewType("RouteId", int)
ChannelId = NewType("ChannelId", int)
MessageId = NewType("MessageId", int)
ScheduleId = NewType("ScheduleId", int)
LayerId = NewType("LayerId", int)
DesktopId = NewType("DesktopId", int)
PolicyId = NewType("PolicyId", int)
EscalationId = NewType("EscalationId", int)
OwnershipId = NewType("OwnershipId", int)
SavedViewId = NewType("SavedViewId", int)
