"""Declares the part to Django."""

from django.apps import AppConfig


class InspectionConfig(AppConfig):
    name = "yunwei.operate.inspection"
    label = "inspection"
