"""The tables of triggers, declared for migrations. Reading and writing is in `store`."""

from django.db import models
from django.db.models import Q, Value

_NOTHING = Value({}, output_field=models.JSONField())
_OPEN = ("waiting", "starting", "running")


class Trigger(models.Model):
    """A script that occasions start. acts_for: the sign-in name of whoever saved it last."""

    tenant = models.ForeignKey("people.Tenant", models.PROTECT, related_name="+", db_index=False)
    script = models.ForeignKey("scripts.Script", models.PROTECT, related_name="+", db_index=False)
    name = models.TextField()
    occasion = models.TextField()
    condition = models.TextField(db_default="")
    values = models.JSONField(db_default=_NOTHING)
    off_s = models.IntegerField()
    wait_s = models.IntegerField()
    within_s = models.IntegerField()
    per_hour = models.IntegerField()
    cool_down_s = models.IntegerField()
    breaker_after = models.IntegerField()
    is_enabled = models.BooleanField()
    acts_for = models.TextField()
    misses = models.IntegerField(db_default=0)
    broken_at = models.DateTimeField(null=True)
    changed_at = models.DateTimeField()
    removed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["tenant", "name"], condition=Q(removed_at=None), name="trigger_name"
            )
        ]


class Firing(models.Model):
    """A trigger set off by one desktop; it stands here before its run is started. leased_until: so
    long nobody else starts it. batch: the smallest id of those that are started with it."""

    trigger = models.ForeignKey(Trigger, models.CASCADE, related_name="+", db_index=False)
    desktop = models.ForeignKey(
        "inventory.Desktop", models.CASCADE, related_name="+", db_index=False
    )
    run = models.ForeignKey(
        "runs.Run", models.SET_NULL, null=True, related_name="+", db_index=False
    )
    desktop_name = models.TextField()
    before = models.TextField(db_default="")
    after = models.TextField(db_default="")
    happened_at = models.DateTimeField()
    due_at = models.DateTimeField()
    until_at = models.DateTimeField()
    state = models.TextField(db_default="waiting")
    reason = models.TextField(db_default="")
    batch = models.BigIntegerField(null=True)
    leased_until = models.DateTimeField(null=True)
    started_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["trigger", "desktop"],
                condition=Q(state__in=_OPEN),
                name="trigger_firing_open_once",
            )
        ]
        indexes = [
            models.Index(fields=["trigger", "-happened_at"], name="trigger_firing_recent"),
            models.Index(
                fields=["trigger", "started_at"],
                condition=Q(started_at__isnull=False),
                name="trigger_firing_started",
            ),
            models.Index(
                fields=["trigger", "due_at"],
                condition=Q(state__in=_OPEN),
                name="trigger_firing_due",
            ),
            models.Index(
                fields=["ended_at"],
                condition=Q(ended_at__isnull=False),
                name="trigger_firing_ended",
            ),
        ]
