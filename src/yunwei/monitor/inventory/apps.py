"""Declares the part to Django."""

from django.apps import AppConfig


class InventoryConfig(AppConfig):
    name = "yunwei.monitor.inventory"
    label = "inventory"
