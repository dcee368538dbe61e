"""Declares the part to Django."""

from django.apps import AppConfig


class ThresholdsConfig(AppConfig):
    name = "yunwei.monitor.thresholds"
    label = "thresholds"
