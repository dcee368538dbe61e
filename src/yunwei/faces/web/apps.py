"""The Django app of the pages: no tables, only templates, tags and static files."""

from django.apps import AppConfig


class WebConfig(AppConfig):
    name = "yunwei.faces.web"
    label = "web"
