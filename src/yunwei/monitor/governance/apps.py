"""Declares the part to Django."""

from django.apps import AppConfig


class GovernanceConfig(AppConfig):
    name = "yunwei.monitor.governance"
    label = "governance"
