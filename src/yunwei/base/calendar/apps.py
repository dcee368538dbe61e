"""Declares the part to Django."""

from django.apps import AppConfig


class CalendarConfig(AppConfig):
    name = "yunwei.base.calendar"
    label = "calendar"
