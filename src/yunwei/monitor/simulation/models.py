"""The table of simulations, declared for migrations. Reading and writing is in `store`."""

from django.db import models
from django.db.models import Value


class Simulation(models.Model):
    tenant = models.ForeignKey("people.Tenant", models.PROTECT, related_name="+", db_index=False)
    rule = models.ForeignKey(
        "governance.MaskRule", models.CASCADE, null=True, related_name="+", db_index=False
    )
    version = models.IntegerField(null=True)
    content = models.JSONField()
    days = models.IntegerField()
    time_zone = models.TextField()
    state = models.TextField()
    step = models.TextField(db_default="")
    by = models.TextField()
    started_at = models.DateTimeField()
    touched_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)
    error = models.TextField(db_default="")
    outcome = models.JSONField(db_default=Value(None, output_field=models.JSONField()), null=True)

    class Meta:
        indexes = [
            models.Index(fields=["rule", "-started_at"], name="simulation_of_rule"),
            models.Index(fields=["tenant", "-started_at"], name="simulation_recent"),
        ]
