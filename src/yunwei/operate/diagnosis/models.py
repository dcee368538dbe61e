"""The table of diagnoses, declared for migrations. Reading and writing is in `store`."""

from django.db import models


class Diagnosis(models.Model):
    """One diagnosis that was made. verdict: all that it said, so that it can be read again."""

    tenant = models.ForeignKey("people.Tenant", models.CASCADE, related_name="+", db_index=False)
    subject_kind = models.TextField()
    subject_id = models.BigIntegerField()
    subject_name = models.TextField()
    at = models.DateTimeField()
    by = models.TextField()
    cause = models.TextField(db_default="")
    score = models.FloatField(db_default=0)
    took_s = models.FloatField(db_default=0)
    verdict = models.JSONField()

    class Meta:
        indexes = [
            models.Index(fields=["tenant", "-at"], name="diagnosis_recent"),
            models.Index(fields=["subject_kind", "subject_id", "-at"], name="diagnosis_subject"),
        ]
