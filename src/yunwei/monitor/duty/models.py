"""The tables of duty, declared for migrations. Reading and writing is in `store`."""

from django.db import models
from django.db.models import Q, Value

_NOTHING = Value([], output_field=models.JSONField())


class Schedule(models.Model):
    """recorded_until: up to when it is written down who was on duty."""

    tenant = models.ForeignKey("people.Tenant", models.PROTECT, related_name="+")
    name = models.TextField()
    time_zone = models.TextField()
    coverage = models.JSONField(null=True)
    notice_minutes = models.IntegerField(db_default=30)
    note = models.TextField(db_default="")
    changed_at = models.DateTimeField()
    recorded_until = models.DateTimeField()
    removed_at = models.DateTimeField(null=True)


class Layer(models.Model):
    """groups: lists of user ids, one for each turn."""

    schedule = models.ForeignKey(Schedule, models.CASCADE, related_name="+")
    position = models.IntegerField()
    name = models.TextField()
    role = models.TextField()
    unit = models.TextField()
    length = models.IntegerField()
    handoff_minute = models.IntegerField()
    starts_on = models.DateField()
    ends_on = models.DateField(null=True)
    groups = models.JSONField(db_default=_NOTHING)
    times = models.JSONField(null=True)
    is_fair = models.BooleanField(db_default=False)


class Swap(models.Model):
    schedule = models.ForeignKey(Schedule, models.CASCADE, related_name="+")
    asker = models.ForeignKey("people.User", models.CASCADE, related_name="+")
    asked = models.ForeignKey("people.User", models.CASCADE, related_name="+")
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    return_starts_at = models.DateTimeField(null=True)
    return_ends_at = models.DateTimeField(null=True)
    note = models.TextField(db_default="")
    state = models.TextField()
    asked_at = models.DateTimeField()
    answered_at = models.DateTimeField(null=True)


class Override(models.Model):
    schedule = models.ForeignKey(Schedule, models.CASCADE, related_name="+")
    kind = models.TextField()
    user = models.ForeignKey(
        "people.User", models.CASCADE, null=True, related_name="+", db_index=False
    )
    stand_in = models.ForeignKey(
        "people.User", models.CASCADE, null=True, related_name="+", db_index=False
    )
    role = models.TextField()
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    note = models.TextField(db_default="")
    by = models.TextField(db_default="")
    swap = models.ForeignKey(Swap, models.SET_NULL, null=True, related_name="+", db_index=False)
    made_at = models.DateTimeField()
    removed_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(
                fields=["ends_at"], condition=Q(removed_at=None), name="duty_override_ends"
            )
        ]


class Temporary(models.Model):
    schedule = models.ForeignKey(Schedule, models.CASCADE, related_name="+")
    user = models.ForeignKey("people.User", models.CASCADE, related_name="+", db_index=False)
    role = models.TextField()
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    note = models.TextField(db_default="")
    by = models.TextField(db_default="")
    made_at = models.DateTimeField()
    removed_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(
                fields=["ends_at"], condition=Q(removed_at=None), name="duty_temporary_ends"
            )
        ]


class Leave(models.Model):
    user = models.ForeignKey("people.User", models.CASCADE, related_name="+")
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    note = models.TextField(db_default="")
    by = models.TextField(db_default="")
    made_at = models.DateTimeField()
    removed_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["ends_at"], condition=Q(removed_at=None), name="duty_leave_ends")
        ]


class Shift(models.Model):
    """Who was on duty: written while it happens, closed once, never changed afterwards (a trigger
    sees to it). Names and reasons as they were."""

    schedule = models.ForeignKey(Schedule, models.PROTECT, related_name="+", db_index=False)
    user_id = models.BigIntegerField()
    user_name = models.TextField()
    role = models.TextField()
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField(null=True)
    because = models.JSONField()
    because_zh = models.TextField()
    because_en = models.TextField()

    class Meta:
        indexes = [
            models.Index(fields=["schedule", "starts_at"], name="duty_shift_of_schedule"),
            models.Index(fields=["user_id", "starts_at"], name="duty_shift_of_user"),
            models.Index(fields=["schedule"], condition=Q(ends_at=None), name="duty_shift_open"),
        ]


class Feed(models.Model):
    """An address by which a calendar program reads somebody's shifts; the hash is all that is kept
    of its secret."""

    user = models.ForeignKey("people.User", models.CASCADE, related_name="+")
    hash = models.BinaryField(unique=True)
    made_at = models.DateTimeField()
    last_used_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)
