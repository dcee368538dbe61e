"""Declares the part to Django."""

from django.apps import AppConfig


class DutyConfig(AppConfig):
    name = "yunwei.monitor.duty"
    label = "duty"
