"""Declares the part to Django."""

from django.apps import AppConfig


class NotifyConfig(AppConfig):
    name = "yunwei.monitor.notify"
    label = "notify"
