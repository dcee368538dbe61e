"""Django in a process of ours: set up once, its connections given back, its ASGI application."""

import os
from typing import Any


def set_up_django() -> None:
    """Make Django ready; `YUNWEI_DATA_DIR` says for which installation. Takes about a second."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "yunwei.run.django_settings")
    import django

    django.setup()
    from yunwei.run.gate import hold_acts_to_contracts

    hold_acts_to_contracts()


def build_application() -> Any:
    """Return the ASGI application of pages, REST and static files, its addresses imported."""
    from django.core.asgi import get_asgi_application
    from django.urls import get_resolver

    from yunwei.run.static_files import serve

    application = serve(get_asgi_application())
    # imported now, so that the first request does not wait for it
    _ = get_resolver().url_patterns
    return application
