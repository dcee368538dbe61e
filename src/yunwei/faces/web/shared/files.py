"""Answers that are a file: saved by whoever asked, kept by nobody on the way."""

from django.http import HttpResponse
from django.utils.http import content_disposition_header


def send_file(name: str, content_type: str, data: bytes) -> HttpResponse:
    """Answer with a file that is saved, never shown in our own pages.

    name: any letters (RFC 6266). Uploads come back by this way too: they run nothing here.
    """
    headers = {
        "Content-Disposition": content_disposition_header(True, name) or "attachment",
        "Cache-Control": "private, no-store",
        "X-Content-Type-Options": "nosniff",
        "Content-Security-Policy": "sandbox",
    }
    return HttpResponse(data, content_type=content_type, headers=headers)
