"""Registers the part with Django."""

from django.apps import AppConfig


class PeopleConfig(AppConfig):
    name = "yunwei.base.people"
    label = "people"
