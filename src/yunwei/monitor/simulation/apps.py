"""Declares the part to Django."""

from django.apps import AppConfig


class SimulationConfig(AppConfig):
    name = "yunwei.monitor.simulation"
    label = "simulation"
