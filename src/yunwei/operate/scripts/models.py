"""The tables of scripts, declared for migrations. Reading and writing is in `store`."""

from django.db import models
from django.db.models import Q, Value


class Script(models.Model):
    """A script's head. latest: number of its newest version. slug: of one that came with the
    platform."""

    tenant = models.ForeignKey("people.Tenant", models.PROTECT, related_name="+", db_index=False)
    slug = models.TextField(db_default="")
    name = models.TextField()
    language = models.TextField()
    description_zh = models.TextField(db_default="")
    description_en = models.TextField(db_default="")
    folder = models.TextField(db_default="")
    # a list of texts
    tags = models.JSONField(db_default=Value([], output_field=models.JSONField()))
    is_shared = models.BooleanField(db_default=False)
    revision = models.IntegerField(db_default=1)
    latest = models.IntegerField(db_default=0)
    changed_at = models.DateTimeField()
    changed_by = models.TextField(db_default="")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["tenant", "name"], name="script_once"),
            models.UniqueConstraint(
                fields=["tenant", "slug"], condition=~Q(slug=""), name="script_slug_once"
            ),
        ]


class Version(models.Model):
    """What a script said at a version, never changed; and what people did about it."""

    script = models.ForeignKey(Script, models.CASCADE, related_name="+", db_index=False)
    number = models.IntegerField()
    # body, parameters, times and sizes: `facts.library.VersionDraft`
    content = models.JSONField()
    sha256 = models.TextField()
    state = models.TextField(db_default="draft")
    findings = models.JSONField(db_default=Value([], output_field=models.JSONField()))
    is_dangerous = models.BooleanField(db_default=False)
    by = models.TextField()
    at = models.DateTimeField()
    asked_by = models.TextField(db_default="")
    asked_at = models.DateTimeField(null=True)
    judged_by = models.TextField(db_default="")
    judged_at = models.DateTimeField(null=True)
    judgement_note = models.TextField(db_default="")
    retired_by = models.TextField(db_default="")
    retired_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["script", "number"], name="script_version_once"),
            models.CheckConstraint(
                condition=~Q(state="approved") | ~Q(judged_by=models.F("by")),
                name="script_four_eyes",
            ),
        ]
