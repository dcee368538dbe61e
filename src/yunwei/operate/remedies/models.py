"""The tables of remedies, declared for migrations. Reading and writing is in `store`."""

from django.db import models
from django.db.models import Q, Value

_NOTHING = Value({}, output_field=models.JSONField())


class Remedy(models.Model):
    """A script linked to alarms. acts_for: the sign-in name of whoever saved it last."""

    tenant = models.ForeignKey("people.Tenant", models.PROTECT, related_name="+", db_index=False)
    script = models.ForeignKey("scripts.Script", models.PROTECT, related_name="+", db_index=False)
    name = models.TextField()
    condition = models.TextField()
    values = models.JSONField(db_default=_NOTHING)
    mode = models.TextField()
    per_hour = models.IntegerField()
    cool_down_s = models.IntegerField()
    breaker_after = models.IntegerField()
    verify_s = models.IntegerField()
    wait_s = models.IntegerField()
    is_enabled = models.BooleanField()
    acts_for = models.TextField()
    misses = models.IntegerField(db_default=0)
    broken_at = models.DateTimeField(null=True)
    changed_at = models.DateTimeField()
    removed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["tenant", "name"], condition=Q(removed_at=None), name="remedy_name"
            )
        ]


class Attempt(models.Model):
    """A remedy applied to an occurrence; it stands here before its run is started."""

    remedy = models.ForeignKey(Remedy, models.CASCADE, related_name="+", db_index=False)
    alarm = models.ForeignKey("alarms.Alarm", models.CASCADE, related_name="+", db_index=False)
    occurrence = models.BigIntegerField()
    run = models.ForeignKey(
        "runs.Run", models.SET_NULL, null=True, related_name="+", db_index=False
    )
    managed_object = models.TextField()
    state = models.TextField(db_default="intended")
    reason = models.TextField(db_default="")
    is_automatic = models.BooleanField()
    by = models.TextField()
    started_at = models.DateTimeField()
    verify_until = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["remedy", "occurrence"],
                condition=Q(is_automatic=True),
                name="remedy_once_by_itself",
            )
        ]
        indexes = [
            models.Index(fields=["remedy", "-started_at"], name="remedy_attempt_recent"),
            models.Index(fields=["alarm"], name="remedy_attempt_alarm"),
            models.Index(
                fields=["id"],
                condition=Q(state__in=("intended", "running", "verifying")),
                name="remedy_attempt_open",
            ),
        ]
