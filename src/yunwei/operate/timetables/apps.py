"""Declares the part to Django."""

from django.apps import AppConfig


class TimetablesConfig(AppConfig):
    name = "yunwei.operate.timetables"
    label = "timetables"
