"""The tables of inventory, declared for migrations. All reading and writing is in `store`."""

from django.db import models
from django.db.models import F, Q, Value
from django.db.models.functions import Lower

_NOTHING = Value({}, output_field=models.JSONField())


class Found(models.Model):
    """What everything found in a source has. native_id: the source's own, unique in it.

    digest: of what the source said last; "" when the row no longer says the same. last_seen_at:
    when the row was last written; `Sighting` knows better while it is there.
    """

    tenant = models.ForeignKey("people.Tenant", models.PROTECT, related_name="+", db_index=False)
    source = models.ForeignKey("collect.Source", models.CASCADE, related_name="+", db_index=False)
    native_id = models.TextField()
    name = models.TextField(db_default="")
    first_seen_at = models.DateTimeField()
    last_seen_at = models.DateTimeField()
    gone_at = models.DateTimeField(null=True)
    raw = models.JSONField(db_default=_NOTHING)
    digest = models.TextField(db_default="")

    class Meta:
        abstract = True
        constraints = [
            models.UniqueConstraint(fields=["source", "native_id"], name="%(class)s_identity")
        ]
        indexes = [
            models.Index(fields=["tenant"], condition=Q(gone_at=None), name="%(class)s_tenant")
        ]


class Pool(Found):
    kind = models.TextField()
    image = models.TextField(db_default="")
    desktop_limit = models.IntegerField(null=True)


class Host(Found):
    state = models.TextField(db_default="")
    is_healthy = models.BooleanField(null=True)
    cpu_total = models.IntegerField(null=True)
    cpu_used = models.IntegerField(null=True)
    memory_total_mb = models.BigIntegerField(null=True)
    memory_used_mb = models.BigIntegerField(null=True)


class DesktopUser(Found):
    login = models.TextField()
    email = models.TextField(db_default="")
    department = models.TextField(db_default="")
    is_locked = models.BooleanField(db_default=False)
    is_disabled = models.BooleanField(db_default=False)

    class Meta(Found.Meta):
        indexes = [
            *Found.Meta.indexes,
            models.Index(fields=["source", "login"], name="desktop_user_login"),
        ]


class Desktop(Found):
    """pool, host: native ids in the same source, which may be read before or after it."""

    kind = models.TextField()
    state = models.TextField()
    state_since = models.DateTimeField()
    login_state = models.TextField()
    pool = models.TextField(db_default="")
    host = models.TextField(db_default="")
    site = models.TextField(db_default="")
    ip = models.TextField(db_default="")
    operating_system = models.TextField(db_default="")
    agent_version = models.TextField(db_default="")
    image = models.TextField(db_default="")
    cpu = models.IntegerField(null=True)
    memory_mb = models.BigIntegerField(null=True)
    is_in_maintenance = models.BooleanField(db_default=False)
    created_at = models.DateTimeField(null=True)
    tags = models.JSONField(db_default=_NOTHING)
    # when its measurements were last asked for, so that all have their turn
    measured_at = models.DateTimeField(null=True)

    class Meta(Found.Meta):
        indexes = [
            *Found.Meta.indexes,
            # the list in its usual order
            models.Index(Lower("name"), F("id").desc(), name="desktop_listed"),
        ]


class Sighting(models.Model):
    """When each object was last seen: narrow, since every poll writes it for every object."""

    pk = models.CompositePrimaryKey("source_id", "kind", "native_id")
    source = models.ForeignKey("collect.Source", models.CASCADE, related_name="+", db_index=False)
    kind = models.TextField()
    native_id = models.TextField()
    at = models.DateTimeField()


class DesktopAssignment(models.Model):
    """Which login names a desktop is assigned to, as its source says."""

    tenant = models.ForeignKey("people.Tenant", models.PROTECT, related_name="+", db_index=False)
    source = models.ForeignKey("collect.Source", models.CASCADE, related_name="+", db_index=False)
    desktop = models.ForeignKey(Desktop, models.CASCADE, related_name="+", db_index=False)
    login = models.TextField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["desktop", "login"], name="assignment_identity")
        ]
        indexes = [models.Index(fields=["source", "login"], name="assignment_login")]


class Session(models.Model):
    """The live sessions, and only those. desktop: its native id."""

    tenant = models.ForeignKey("people.Tenant", models.PROTECT, related_name="+", db_index=False)
    source = models.ForeignKey("collect.Source", models.CASCADE, related_name="+", db_index=False)
    desktop = models.TextField()
    login = models.TextField()
    state = models.TextField()
    state_since = models.DateTimeField()
    first_seen_at = models.DateTimeField()
    last_seen_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["source", "desktop", "login"], name="session_identity")
        ]
        indexes = [
            models.Index(fields=["source", "login"], name="session_login"),
            models.Index(fields=["tenant"], name="session_tenant"),
            # the list in its usual order
            models.Index(
                F("state_since").desc(nulls_last=True), F("id").desc(), name="session_listed"
            ),
        ]


class LastUse(models.Model):
    """The latest connection of each user to each desktop that became usable. desktop: its native
    id; began_at, ended_at: by the source's clock; used_until: the latest end of any of them."""

    pk = models.CompositePrimaryKey("source_id", "desktop", "login")
    tenant = models.ForeignKey("people.Tenant", models.PROTECT, related_name="+", db_index=False)
    source = models.ForeignKey("collect.Source", models.CASCADE, related_name="+", db_index=False)
    desktop = models.TextField()
    login = models.TextField()
    began_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    used_until = models.DateTimeField(null=True)
    rtt_s = models.FloatField(null=True)
    client_type = models.TextField(db_default="")
    client_name = models.TextField(db_default="")
    client_ip = models.TextField(db_default="")
    client_version = models.TextField(db_default="")


class Licence(Found):
    total = models.FloatField(null=True)
    used = models.FloatField(null=True)
    unit = models.TextField(db_default="")
    expires_at = models.DateTimeField(null=True)
    edition = models.TextField(db_default="")
    # whether an alarm says so; it follows the calendar, not only what the source changes
    is_expired = models.BooleanField(db_default=False)
    kind = models.TextField(db_default="")
    server = models.TextField(db_default="")
    binding = models.TextField(db_default="")
    grace_ends_at = models.DateTimeField(null=True)
    # the high-water mark since the licence is known
    peak_used = models.FloatField(null=True)
    peak_at = models.DateTimeField(null=True)
    # what has been told: days before its end, and how full it was
    expiry_step = models.SmallIntegerField(null=True)
    use_level = models.SmallIntegerField(db_default=0)
    # used shares from which an alarm says so
    scarce_at = models.FloatField(db_default=0.85)
    spent_at = models.FloatField(db_default=0.95)


class DesktopChange(models.Model):
    """is_told: whoever acts upon changes has taken it, or it is nothing to act upon."""

    tenant = models.ForeignKey("people.Tenant", models.PROTECT, related_name="+", db_index=False)
    desktop = models.ForeignKey(Desktop, models.CASCADE, related_name="+", db_index=False)
    at = models.DateTimeField()
    field = models.TextField()
    before = models.TextField(db_default="")
    after = models.TextField(db_default="")
    is_told = models.BooleanField(db_default=True)

    class Meta:
        indexes = [
            models.Index(fields=["desktop", "-at"], name="desktop_change_recent"),
            models.Index(fields=["id"], condition=Q(is_told=False), name="desktop_change_untold"),
            models.Index(
                fields=["tenant", "at"],
                condition=Q(field="state", after="running"),
                name="desktop_change_starts",
            ),
        ]


class LicenceChange(models.Model):
    tenant = models.ForeignKey("people.Tenant", models.PROTECT, related_name="+", db_index=False)
    licence = models.ForeignKey(Licence, models.CASCADE, related_name="+", db_index=False)
    at = models.DateTimeField()
    field = models.TextField()
    before = models.TextField(db_default="")
    after = models.TextField(db_default="")
    # what was there before people were told of changes counts as told
    is_told = models.BooleanField(db_default=True)

    class Meta:
        indexes = [
            models.Index(fields=["licence", "-at"], name="licence_change_recent"),
            models.Index(fields=["tenant", "-at"], name="licence_change_latest"),
        ]
