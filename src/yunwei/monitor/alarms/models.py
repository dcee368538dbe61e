"""The tables of alarms, declared for migrations. All reading and writing is in `store`.

Thousands of these rows are written each second, and every key and index is paid for with each of
them. So what one transaction writes together has no keys among itself, only alarms are held to
their tenant and source, and no index holds what a repeat changes (decisions/0009).
"""

from django.contrib.postgres.indexes import BrinIndex, GinIndex
from django.db import models
from django.db.models import Case, F, Func, Q, Value, When
from django.db.models.functions import Now


class Alarm(models.Model):
    tenant = models.ForeignKey("people.Tenant", models.PROTECT, related_name="+", db_index=False)
    source = models.ForeignKey("collect.Source", models.PROTECT, related_name="+", db_index=False)
    key = models.TextField()
    managed_object = models.TextField()
    alarm_type = models.TextField()
    qualifier = models.TextField(db_default="")
    severity = models.TextField()
    severity_rank = models.GeneratedField(
        expression=Case(
            When(severity="critical", then=Value(5)),
            When(severity="major", then=Value(4)),
            When(severity="minor", then=Value(3)),
            When(severity="warning", then=Value(2)),
            default=Value(1),
        ),
        output_field=models.SmallIntegerField(),
        db_persist=True,
    )
    # as it came; null in rows that an older version wrote: the same as `severity`
    reported_severity = models.TextField(null=True)
    text = models.TextField()
    is_cleared = models.BooleanField()
    raised_at = models.DateTimeField()
    last_raised_at = models.DateTimeField()
    last_event_at = models.DateTimeField()
    changed_at = models.DateTimeField()
    cleared_at = models.DateTimeField(null=True)
    clear_cause = models.TextField(db_default="")
    count = models.IntegerField(db_default=1)
    occurrence = models.BigIntegerField()
    operator_state = models.TextField(db_default="none")
    operator = models.TextField(db_default="")
    operator_at = models.DateTimeField(null=True)
    operator_note = models.TextField(db_default="")
    acknowledged_until = models.DateTimeField(null=True)
    shelved_until = models.DateTimeField(null=True)
    heard_at = models.DateTimeField(db_default=Now())
    flapping = models.JSONField(null=True)
    due_at = models.DateTimeField(null=True)
    # an id of governance, which stands above: no key
    situation = models.BigIntegerField(null=True)
    # desktops that are lost by it
    affected = models.IntegerField(db_default=0)
    suppressed_by = models.JSONField(db_default=Value([], output_field=models.JSONField()))
    softened_by = models.JSONField(db_default=Value([], output_field=models.JSONField()))
    is_hidden = models.BooleanField(db_default=False)
    # a person did something that govern has not judged yet
    has_to_be_judged = models.BooleanField(db_default=False)
    raw = models.JSONField(db_default=Value({}, output_field=models.JSONField()))

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["source", "key"], name="alarm_identity"),
            models.CheckConstraint(
                condition=Q(is_cleared=False) | Q(cleared_at__isnull=False),
                name="alarm_cleared_has_time",
            ),
        ]
        indexes = [
            models.Index(
                fields=["tenant", "-severity_rank", "-raised_at"],
                condition=Q(is_cleared=False),
                name="alarm_open",
            ),
            models.Index(
                fields=["tenant", "-cleared_at"],
                condition=Q(is_cleared=True),
                name="alarm_history",
            ),
            models.Index(
                fields=["id"], condition=Q(has_to_be_judged=True), name="alarm_to_be_judged"
            ),
            models.Index(
                fields=["shelved_until"],
                condition=Q(is_cleared=False, shelved_until__isnull=False),
                name="alarm_shelved",
            ),
            models.Index(
                fields=["acknowledged_until"],
                condition=Q(is_cleared=False, acknowledged_until__isnull=False),
                name="alarm_acknowledged",
            ),
            models.Index(fields=["due_at"], condition=Q(due_at__isnull=False), name="alarm_due"),
            models.Index(
                fields=["situation"],
                condition=Q(situation__isnull=False),
                name="alarm_of_situation",
            ),
            # the parts of the path: what an alarm is about, by any of its names
            GinIndex(
                Func(F("managed_object"), Value("/"), function="string_to_array"),
                name="alarm_about",
            ),
            models.Index(
                fields=["managed_object"], name="alarm_object", opclasses=["text_pattern_ops"]
            ),
        ]


class Occurrence(models.Model):
    """One stretch from raise to clear. count: of one that is over; till then its alarm has it."""

    alarm = models.ForeignKey(
        Alarm, models.CASCADE, related_name="+", db_index=False, db_constraint=False
    )
    tenant = models.ForeignKey(
        "people.Tenant", models.PROTECT, related_name="+", db_index=False, db_constraint=False
    )
    raised_at = models.DateTimeField()
    cleared_at = models.DateTimeField(null=True)
    clear_cause = models.TextField(db_default="")
    severity = models.TextField()
    count = models.IntegerField(db_default=1)
    text = models.TextField()
    intake_id = models.TextField(db_default="")

    class Meta:
        indexes = [
            models.Index(fields=["alarm", "-raised_at"], name="occurrence_of_alarm"),
            models.Index(fields=["tenant", "-raised_at"], name="occurrence_recent"),
        ]


class Change(models.Model):
    alarm = models.ForeignKey(
        Alarm, models.CASCADE, related_name="+", db_index=False, db_constraint=False
    )
    tenant = models.ForeignKey(
        "people.Tenant", models.PROTECT, related_name="+", db_index=False, db_constraint=False
    )
    at = models.DateTimeField()
    axis = models.TextField()
    verb = models.TextField()
    before = models.TextField(db_default="")
    after = models.TextField(db_default="")
    by = models.TextField(db_default="")
    note = models.TextField(db_default="")
    event_at = models.DateTimeField(null=True)
    cause = models.TextField(db_default="")

    class Meta:
        indexes = [
            models.Index(fields=["alarm", "-at"], name="change_of_alarm"),
            models.Index(fields=["tenant", "-at"], condition=~Q(by=""), name="change_by_people"),
        ]


class Report(models.Model):
    """What a poll has told already, so that the same report read again is applied once."""

    pk = models.CompositePrimaryKey("source_id", "native_id")
    # no key to a table: a report of a source that is gone must fail later, where it is shelved
    source_id = models.BigIntegerField()
    native_id = models.TextField()
    at = models.DateTimeField()

    class Meta:
        # they come in the order of their age
        indexes = [BrinIndex(fields=["at"], name="report_age", autosummarize=True)]


class OrphanClear(models.Model):
    """A clear that came before its raise; it is kept for a while to meet it."""

    source = models.ForeignKey("collect.Source", models.CASCADE, related_name="+", db_index=False)
    key = models.TextField()
    event_at = models.DateTimeField()
    received_at = models.DateTimeField()
    intake_id = models.TextField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["source", "key"], name="orphan_clear_identity")
        ]


class Position(models.Model):
    """How far a stream has been applied. It moves in the transaction that applies."""

    reader = models.TextField(primary_key=True)
    sequence = models.BigIntegerField()
    at = models.DateTimeField(db_default=Now())


class TypeNote(models.Model):
    """What a tenant's people wrote down about an alarm type."""

    tenant = models.ForeignKey("people.Tenant", models.PROTECT, related_name="+", db_index=False)
    alarm_type = models.TextField()
    note = models.TextField()
    by = models.TextField()
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["tenant", "alarm_type"], name="type_note_identity")
        ]
