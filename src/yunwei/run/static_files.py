"""Serves /static/ in front of the pages, from the files of the packages themselves.

STATIC_URL carries a hash of the contents, so nothing is collected or renamed, and a browser keeps
each file for a year. A file `x.gz` beside `x` is sent to whoever takes it.
"""

from typing import Any

from django.conf import settings
from django.contrib.staticfiles import finders
from servestatic import ServeStaticASGI  # type: ignore[import-untyped]


def serve(application: Any) -> Any:
    """Return the ASGI application with the static files in front of it. Needs Django set up."""
    prefix = settings.STATIC_URL
    served = ServeStaticASGI(
        application,
        max_age=365 * 24 * 3600,
        immutable_file_test=lambda path, url: url.startswith(prefix),
        allow_all_origins=False,
        add_headers_function=_add_headers,
    )
    for finder in finders.get_finders():
        for path, storage in finder.list([]):
            served.add_file_to_dictionary(f"{prefix}{path}", storage.path(path))
    return served


def _add_headers(headers: Any, path: str, url: str) -> None:
    headers["X-Content-Type-Options"] = "nosniff"
