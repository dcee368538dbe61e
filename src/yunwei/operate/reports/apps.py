"""Declares the part to Django."""

from django.apps import AppConfig


class ReportsConfig(AppConfig):
    name = "yunwei.operate.reports"
    label = "reports"
