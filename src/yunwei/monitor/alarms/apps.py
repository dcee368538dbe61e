"""Declares the part to Django."""

from django.apps import AppConfig


class AlarmsConfig(AppConfig):
    name = "yunwei.monitor.alarms"
    label = "alarms"
