"""The tables of collect, declared for migrations. All reading and writing is in `store`."""

from django.db import models
from django.db.models import Q, Value
from django.db.models.functions import Lower, Now

_NOTHING = Value({}, output_field=models.JSONField())


class Source(models.Model):
    """A configured connector. secrets: sealed by `infra.secrets`. Removed ones stay as a name."""

    tenant = models.ForeignKey("people.Tenant", models.PROTECT, related_name="+")
    connector = models.TextField()
    name = models.TextField()
    settings = models.JSONField(db_default=_NOTHING)
    secrets = models.BinaryField(db_default=b"")
    # names of the secrets that hold a value, so that lists need not open them
    secrets_set = models.JSONField(db_default=Value([], output_field=models.JSONField()))
    is_enabled = models.BooleanField(db_default=True)
    is_internal = models.BooleanField(db_default=False)
    history_days = models.IntegerField(db_default=30)
    revision = models.BigIntegerField(db_default=1)
    created_at = models.DateTimeField(db_default=Now())
    removed_at = models.DateTimeField(null=True)
    state = models.TextField(db_default="new")
    state_since = models.DateTimeField(db_default=Now())
    state_text = models.TextField(db_default="")
    # how often the state changed: names each change once, however often it is said
    state_changes = models.IntegerField(db_default=0)
    last_ok_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                "tenant", Lower("name"), condition=Q(removed_at=None), name="source_name"
            ),
            models.UniqueConstraint(
                fields=["is_internal"], condition=Q(is_internal=True), name="source_one_internal"
            ),
            models.CheckConstraint(
                condition=Q(history_days__gte=0) & Q(history_days__lte=400),
                name="source_history_days",
            ),
        ]


class SourceRead(models.Model):
    """How far one read of a source has come (watermark) and how it goes."""

    tenant = models.ForeignKey("people.Tenant", models.PROTECT, related_name="+", db_index=False)
    source = models.ForeignKey(Source, models.CASCADE, related_name="+", db_index=False)
    read = models.TextField()
    watermark = models.TextField(null=True)
    watermark_at = models.DateTimeField(null=True)
    state = models.TextField(db_default="new")
    text = models.TextField(db_default="")
    failures = models.IntegerField(db_default=0)
    last_started_at = models.DateTimeField(null=True)
    last_ok_at = models.DateTimeField(null=True)
    next_at = models.DateTimeField(null=True)
    last_duration_s = models.FloatField(null=True)
    last_items = models.IntegerField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["source", "read"], name="source_read_identity")
        ]


class SourceStateChange(models.Model):
    """The time line of a source's health."""

    tenant = models.ForeignKey("people.Tenant", models.PROTECT, related_name="+", db_index=False)
    source = models.ForeignKey(Source, models.CASCADE, related_name="+", db_index=False)
    at = models.DateTimeField()
    before = models.TextField()
    after = models.TextField()
    text = models.TextField(db_default="")

    class Meta:
        indexes = [models.Index(fields=["source", "-at"], name="source_state_change_recent")]


class SourceLease(models.Model):
    """Which copy of `collect` reads a source, until when."""

    source = models.OneToOneField(Source, models.CASCADE, primary_key=True, related_name="+")
    holder = models.TextField()
    until = models.DateTimeField()


class Runner(models.Model):
    """The living copies of `collect`, so that each takes its share."""

    holder = models.TextField(primary_key=True)
    seen_at = models.DateTimeField()


class SnmpEngine(models.Model):
    """The clock of a sender's SNMP engine when it was last heard, so that replays are refused."""

    tenant = models.ForeignKey("people.Tenant", models.PROTECT, related_name="+", db_index=False)
    source = models.ForeignKey(Source, models.CASCADE, related_name="+", db_index=False)
    # in hex
    engine_id = models.TextField()
    address = models.TextField()
    user_name = models.TextField()
    boots = models.BigIntegerField()
    time_s = models.BigIntegerField()
    heard_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["source", "engine_id"], name="snmp_engine_identity")
        ]


class SourceCount(models.Model):
    """How much of one kind came of a source, or was refused, in one hour."""

    source = models.ForeignKey(Source, models.CASCADE, related_name="+", db_index=False)
    hour = models.DateTimeField(db_index=True)
    kind = models.TextField()
    count = models.BigIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["source", "hour", "kind"], name="source_count_identity")
        ]


class TrapFamily(models.Model):
    """Trap definitions that people imported or wrote."""

    tenant = models.ForeignKey("people.Tenant", models.PROTECT, related_name="+")
    name = models.TextField()
    content = models.JSONField()
    origin = models.TextField(db_default="")
    is_enabled = models.BooleanField(db_default=True)
    version = models.IntegerField(db_default=1)
    changed_by = models.TextField()
    changed_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint("tenant", Lower("name"), name="trap_family_name"),
        ]


class DeadLetter(models.Model):
    """What was accepted and could not be understood. It waits for a person."""

    # the item's place in the intake, so that it is kept once
    intake_id = models.TextField(unique=True)
    tenant = models.ForeignKey("people.Tenant", models.PROTECT, related_name="+")
    source = models.ForeignKey(Source, models.PROTECT, null=True, related_name="+")
    received_at = models.DateTimeField()
    address = models.TextField(db_default="")
    kind = models.TextField(db_default="datagram")
    error = models.TextField()
    data = models.BinaryField()
    # as it came, once a person has changed it
    original = models.BinaryField(null=True)
    state = models.TextField(db_default="open")
    attempts = models.IntegerField(db_default=0)
    note = models.TextField(db_default="")
    closed_by = models.TextField(db_default="")
    closed_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["tenant", "state", "-received_at"], name="dead_letter_list")
        ]


class Sample(models.Model):
    """What came of a source lately, and what it became: for people who set it up."""

    source = models.ForeignKey(Source, models.CASCADE, related_name="+", db_index=False)
    # which of its kinds: a trap's object identifier; "" of payloads
    shape = models.TextField()
    received_at = models.DateTimeField()
    address = models.TextField()
    data = models.BinaryField()
    outcome = models.JSONField()

    class Meta:
        indexes = [models.Index(fields=["source", "-id"], name="sample_recent")]


class Reconciliation(models.Model):
    """How the comparisons of a source with its own list of current alarms go."""

    tenant = models.ForeignKey("people.Tenant", models.PROTECT, related_name="+", db_index=False)
    source = models.OneToOneField(Source, models.CASCADE, related_name="+")
    at = models.DateTimeField(null=True)
    tried_at = models.DateTimeField(null=True)
    is_complete = models.BooleanField(db_default=True)
    listed = models.IntegerField(db_default=0)
    raised = models.IntegerField(db_default=0)
    cleared = models.IntegerField(db_default=0)
    raised_total = models.BigIntegerField(db_default=0)
    cleared_total = models.BigIntegerField(db_default=0)
    # what differed at the last comparison, and is believed when the next one finds it, too
    waiting = models.JSONField(db_default=Value([], output_field=models.JSONField()))
    wanted_at = models.DateTimeField(null=True)
    error = models.TextField(db_default="")
