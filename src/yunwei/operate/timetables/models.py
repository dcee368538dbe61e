"""The tables of timetables, declared for migrations. Reading and writing is in `store`."""

from django.db import models
from django.db.models import Q, Value

_NOTHING = Value({}, output_field=models.JSONField())
_NONE = Value([], output_field=models.JSONField())


class Timetable(models.Model):
    """A script that is run at times. acts_for: the sign-in name of whoever saved it last."""

    tenant = models.ForeignKey("people.Tenant", models.PROTECT, related_name="+", db_index=False)
    script = models.ForeignKey("scripts.Script", models.PROTECT, related_name="+", db_index=False)
    name = models.TextField()
    times = models.JSONField()
    choice = models.JSONField()
    plan = models.JSONField()
    values = models.JSONField(db_default=_NOTHING)
    missed = models.TextField()
    follow_ups = models.JSONField(db_default=_NONE)
    note = models.TextField(db_default="")
    is_enabled = models.BooleanField()
    acts_for = models.TextField()
    since = models.DateTimeField()
    changed_at = models.DateTimeField()
    removed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["tenant", "name"], condition=Q(removed_at=None), name="timetable_name"
            )
        ]


class Start(models.Model):
    """A time at which a timetable was due; it stands here before its run is started."""

    timetable = models.ForeignKey(Timetable, models.CASCADE, related_name="+", db_index=False)
    run = models.ForeignKey(
        "runs.Run", models.SET_NULL, null=True, related_name="+", db_index=False
    )
    due_at = models.DateTimeField()
    until_at = models.DateTimeField()
    noted_at = models.DateTimeField()
    state = models.TextField()
    reason = models.TextField(db_default="")
    left_out = models.IntegerField(db_default=0)
    by = models.TextField()

    class Meta:
        constraints = [
            # whatever restarts when: a time that was due has one start
            models.UniqueConstraint(fields=["timetable", "due_at"], name="timetable_start_once")
        ]
        indexes = [
            models.Index(fields=["run"], name="timetable_start_run"),
            models.Index(fields=["id"], condition=Q(state="intended"), name="timetable_start_open"),
        ]
