"""The tables of profiles and host keys, declared for migrations; see `store`."""

from django.db import models
from django.db.models import Q, Value

_NOTHING = Value([], output_field=models.JSONField())


class Profile(models.Model):
    """sealed: its secrets, encrypted. holds: names of those."""

    tenant = models.ForeignKey("people.Tenant", models.PROTECT, related_name="+", db_index=False)
    name = models.TextField()
    user_name = models.TextField()
    kind = models.TextField(db_default="ssh")
    sign_in = models.TextField(db_default="negotiate")
    condition = models.TextField(db_default="")
    port = models.IntegerField()
    trust = models.TextField()
    host_authority = models.TextField(db_default="")
    jump_host = models.TextField(db_default="")
    jump_port = models.IntegerField()
    jump_user = models.TextField(db_default="")
    jump_key = models.TextField(db_default="")
    connect_timeout_s = models.IntegerField()
    parallel = models.IntegerField()
    is_enabled = models.BooleanField()
    sealed = models.BinaryField()
    holds = models.JSONField(db_default=_NOTHING)
    changed_at = models.DateTimeField()
    changed_by = models.TextField()
    removed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["tenant", "name"], condition=Q(removed_at=None), name="ssh_profile_name"
            )
        ]


class HostKey(models.Model):
    """One for each desktop: the key that is trusted, and the one that it showed instead."""

    desktop = models.OneToOneField(
        "inventory.Desktop", models.CASCADE, primary_key=True, related_name="+", db_index=False
    )
    trusted = models.TextField(db_default="")
    trusted_fingerprint = models.TextField(db_default="")
    trusted_at = models.DateTimeField(null=True)
    trusted_by = models.TextField(db_default="")
    offered = models.TextField(db_default="")
    offered_fingerprint = models.TextField(db_default="")
    offered_at = models.DateTimeField(null=True)
    offered_address = models.TextField(db_default="")
