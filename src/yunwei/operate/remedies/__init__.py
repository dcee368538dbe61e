"""Remedies: scripts that are linked to alarms, applied by hand or by themselves, and verified."""
