"""The table of reclaims, declared for migrations."""

from django.db import models
from django.db.models import Q


class Reclaim(models.Model):
    """One desktop that is asked back. What the ledger adds up stands here, since the desktop will
    not be there. claimed_until: until when a process has it in hand, or nobody need look."""

    tenant = models.ForeignKey("people.Tenant", models.CASCADE, related_name="+", db_index=False)
    desktop = models.ForeignKey("inventory.Desktop", models.SET_NULL, null=True, related_name="+")
    source = models.ForeignKey(
        "collect.Source", models.SET_NULL, null=True, related_name="+", db_index=False
    )
    request = models.ForeignKey(
        "selfservice.Request", models.SET_NULL, null=True, related_name="+", db_index=False
    )
    desktop_name = models.TextField()
    native_id = models.TextField()
    logins = models.JSONField(default=list)
    asked = models.JSONField(default=list)
    state = models.TextField(db_default="asked")
    started_by = models.TextField()
    started_at = models.DateTimeField()
    due_at = models.DateTimeField()
    grace_days = models.IntegerField()
    remind_days = models.IntegerField()
    keep_days = models.IntegerField()
    quiet_days = models.IntegerField()
    unused_days = models.IntegerField(null=True)
    last_used_at = models.DateTimeField(null=True)
    cpu = models.IntegerField(null=True)
    memory_mb = models.IntegerField(null=True)
    disk_gib = models.IntegerField(null=True)
    reminded_at = models.DateTimeField(null=True)
    answer = models.TextField(db_default="")
    answered_by = models.TextField(db_default="")
    answered_at = models.DateTimeField(null=True)
    note = models.TextField(db_default="")
    leaves_as = models.TextField(db_default="")
    held_by = models.TextField(db_default="")
    ended_at = models.DateTimeField(null=True)
    given_back_at = models.DateTimeField(null=True)
    claimed_until = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["tenant", "-started_at"], name="reclaim_recent"),
            models.Index(fields=["id"], condition=Q(ended_at__isnull=True), name="reclaim_open"),
        ]
        constraints = [
            # a desktop is asked back once at a time
            models.UniqueConstraint(
                fields=["desktop"], condition=Q(ended_at__isnull=True), name="reclaim_once"
            ),
        ]
