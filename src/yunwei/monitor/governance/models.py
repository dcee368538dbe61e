"""The tables of governance, declared for migrations. Reading and writing is in `store`."""

from django.db import models
from django.db.models import Q, Value


class MaskRule(models.Model):
    tenant = models.ForeignKey("people.Tenant", models.PROTECT, related_name="+")
    version = models.IntegerField(db_default=1)
    state = models.TextField(db_default="draft")
    name = models.TextField()
    condition = models.JSONField()
    effect = models.TextField()
    downgrade_to = models.TextField(db_default="")
    hides_critical = models.BooleanField(db_default=False)
    end_policy = models.TextField(db_default="digest")
    times = models.JSONField(null=True)
    lasts_minutes = models.IntegerField(null=True)
    flexible_since = models.DateTimeField(null=True)
    starts_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    reason = models.TextField()
    ticket = models.TextField(db_default="")
    owner = models.TextField()
    changed_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(effect__in=["mute", "hide", "digest", "downgrade"]),
                name="mask_rule_effect",
            ),
        ]


class MaskRuleVersion(models.Model):
    """What a rule said at each version, never changed; and what people did about it."""

    rule = models.ForeignKey(MaskRule, models.CASCADE, related_name="+", db_index=False)
    version = models.IntegerField()
    content = models.JSONField()
    fingerprint = models.TextField(db_default="")
    by = models.TextField()
    at = models.DateTimeField()
    simulated_at = models.DateTimeField(null=True)
    simulated_by = models.TextField(db_default="")
    asked_at = models.DateTimeField(null=True)
    asked_by = models.TextField(db_default="")
    approved_at = models.DateTimeField(null=True)
    approved_by = models.TextField(db_default="")
    rejected_at = models.DateTimeField(null=True)
    rejected_by = models.TextField(db_default="")
    note = models.TextField(db_default="")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["rule", "version"], name="mask_rule_version")
        ]


class NoiseRule(models.Model):
    """What is too short, too restless or too much. content: by kind, `facts.noise`."""

    tenant = models.ForeignKey("people.Tenant", models.PROTECT, related_name="+")
    kind = models.TextField()
    version = models.IntegerField(db_default=1)
    name = models.TextField()
    content = models.JSONField()
    is_enabled = models.BooleanField(db_default=True)
    # of a rule that came with the platform
    slug = models.TextField(db_default="")
    changed_at = models.DateTimeField()
    removed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["slug"], condition=~Q(slug=""), name="noise_rule_slug"),
        ]


class Suppression(models.Model):
    """The audit row of silence: this rule kept this occurrence quiet from then until then."""

    tenant = models.ForeignKey("people.Tenant", models.PROTECT, related_name="+", db_index=False)
    alarm = models.ForeignKey("alarms.Alarm", models.CASCADE, related_name="+", db_index=False)
    occurrence = models.BigIntegerField()
    kind = models.TextField()
    effect = models.TextField()
    rule = models.ForeignKey(MaskRule, models.PROTECT, null=True, related_name="+", db_index=False)
    noise_rule = models.ForeignKey(
        NoiseRule, models.PROTECT, null=True, related_name="+", db_index=False
    )
    rule_version = models.IntegerField(null=True)
    rule_name = models.TextField(db_default="")
    since = models.DateTimeField()
    until = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["rule", "-since"], name="suppression_of_rule"),
            models.Index(
                fields=["noise_rule", "-since"],
                condition=Q(noise_rule__isnull=False),
                name="suppression_of_noise_rule",
            ),
            models.Index(
                fields=["alarm"], condition=Q(until__isnull=True), name="suppression_open"
            ),
        ]


class ShadowHit(models.Model):
    """What a rule in shadow would have done to an occurrence."""

    tenant = models.ForeignKey("people.Tenant", models.PROTECT, related_name="+", db_index=False)
    rule = models.ForeignKey(MaskRule, models.PROTECT, related_name="+", db_index=False)
    rule_version = models.IntegerField()
    alarm = models.ForeignKey("alarms.Alarm", models.CASCADE, related_name="+", db_index=False)
    occurrence = models.BigIntegerField()
    effect = models.TextField()
    severity = models.TextField()
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["rule", "rule_version", "occurrence"], name="shadow_hit_once"
            )
        ]
        indexes = [models.Index(fields=["rule", "-at"], name="shadow_hit_of_rule")]


class Grounds(models.Model):
    """The decisions of all stages, word for word, once for all judgements that rest on them.

    Almost all judgements of a day rest on a handful. id: made from the words themselves.
    """

    id = models.BigIntegerField(primary_key=True)
    decisions = models.JSONField()


class Judgement(models.Model):
    """What was decided about an alarm on one occasion. Keys: see `alarms.models`."""

    tenant = models.ForeignKey(
        "people.Tenant", models.PROTECT, related_name="+", db_index=False, db_constraint=False
    )
    alarm = models.ForeignKey(
        "alarms.Alarm", models.CASCADE, related_name="+", db_index=False, db_constraint=False
    )
    occurrence = models.BigIntegerField()
    at = models.DateTimeField()
    occasion = models.TextField()
    is_to_be_told = models.BooleanField()
    grounds = models.ForeignKey(
        Grounds, models.PROTECT, null=True, related_name="+", db_index=False, db_constraint=False
    )
    # of rows that an older version wrote; the others have grounds
    decisions = models.JSONField(null=True)

    class Meta:
        indexes = [models.Index(fields=["alarm", "-at"], name="judgement_of_alarm")]


class Relation(models.Model):
    """What depends on what, where inventory does not know it."""

    tenant = models.ForeignKey("people.Tenant", models.PROTECT, related_name="+")
    relation = models.TextField()
    parent_kind = models.TextField()
    parent = models.TextField()
    child_kind = models.TextField()
    child = models.TextField(db_default="*")
    redundancy = models.TextField(db_default="")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["tenant", "relation", "parent_kind", "parent", "child_kind", "child"],
                name="relation_identity",
            ),
        ]


class Situation(models.Model):
    """Alarms that belong together. counts and severity follow its members."""

    tenant = models.ForeignKey("people.Tenant", models.PROTECT, related_name="+", db_index=False)
    kind = models.TextField()
    key = models.TextField()
    state = models.TextField(db_default="open")
    title = models.TextField()
    is_renamed = models.BooleanField(db_default=False)
    severity = models.TextField()
    root = models.ForeignKey(
        "alarms.Alarm", models.SET_NULL, null=True, related_name="+", db_index=False
    )
    root_occurrence = models.BigIntegerField(null=True)
    noise_rule = models.ForeignKey(
        NoiseRule, models.PROTECT, null=True, related_name="+", db_index=False
    )
    rule_version = models.IntegerField(null=True)
    rule_name = models.TextField(db_default="")
    opened_at = models.DateTimeField()
    changed_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)
    closed_by = models.TextField(db_default="")
    members = models.IntegerField(db_default=0)
    open_members = models.IntegerField(db_default=0)
    affected = models.IntegerField(db_default=0)
    affected_names = models.JSONField(db_default=Value([], output_field=models.JSONField()))
    told_at = models.DateTimeField(null=True)
    told_members = models.IntegerField(db_default=0)
    told_severity = models.TextField(db_default="")
    due_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["tenant", "key"], condition=Q(state="open"), name="situation_open_key"
            ),
        ]
        indexes = [
            models.Index(fields=["tenant", "-opened_at"], name="situation_recent"),
            models.Index(fields=["root"], condition=Q(state="open"), name="situation_open_root"),
            models.Index(
                fields=["due_at"], condition=Q(due_at__isnull=False), name="situation_due"
            ),
        ]


class Member(models.Model):
    """An alarm in a situation, from when to when and why."""

    situation = models.ForeignKey(Situation, models.CASCADE, related_name="+", db_index=False)
    alarm = models.ForeignKey("alarms.Alarm", models.CASCADE, related_name="+", db_index=False)
    occurrence = models.BigIntegerField()
    role = models.TextField()
    reason = models.TextField()
    by = models.TextField(db_default="")
    since = models.DateTimeField()
    until = models.DateTimeField(null=True)
    left_cause = models.TextField(db_default="")
    was_told = models.BooleanField(db_default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["situation", "alarm"], name="member_identity"),
        ]
        indexes = [
            models.Index(fields=["alarm", "-since"], name="member_of_alarm"),
            # what people decided about an alarm's place
            models.Index(
                fields=["alarm"],
                condition=~Q(by="") | Q(left_cause="by_hand"),
                name="member_by_hand",
            ),
        ]


class Story(models.Model):
    """What happened to a situation, entry by entry."""

    situation = models.ForeignKey(Situation, models.CASCADE, related_name="+", db_index=False)
    at = models.DateTimeField()
    verb = models.TextField()
    by = models.TextField(db_default="")
    alarm = models.ForeignKey(
        "alarms.Alarm", models.SET_NULL, null=True, related_name="+", db_index=False
    )
    text = models.TextField(db_default="")
    facts = models.JSONField(db_default=Value({}, output_field=models.JSONField()))

    class Meta:
        indexes = [models.Index(fields=["situation", "-at"], name="story_of_situation")]
