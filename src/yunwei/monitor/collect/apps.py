"""Declares the part to Django."""

from django.apps import AppConfig


class CollectConfig(AppConfig):
    name = "yunwei.monitor.collect"
    label = "collect"
