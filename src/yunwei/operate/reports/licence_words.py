"""What licences are called, in the viewer's language."""

from django.utils.translation import get_language

from yunwei.monitor.inventory.facts import LicenceRow
from yunwei.monitor.inventory.rules.licence_names import call_licence


def say_native(name: str, native_id: str = "") -> str:
    """Return what a licence is called; its own name where nobody gave it another."""
    return call_licence(name, native_id).in_language(get_language() or "zh")


def say_licence(licence: LicenceRow) -> str:
    """Return what a licence is called. That of a site is told apart by the beginning of its id."""
    return say_native(licence.name, licence.native_id)
