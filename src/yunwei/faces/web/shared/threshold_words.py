"""How threshold rules and forecasts are said. Part of `words`."""

from collections.abc import Mapping

from django.utils.translation import gettext_lazy as _

from yunwei.faces.web.shared.word import Word

THRESHOLD_WORDS: Mapping[str, Mapping[str, Word]] = {
    "threshold_side": {
        "above": Word(_("Above a level")),
        "below": Word(_("Below a level")),
        "both": Word(_("Far from the usual, either way")),
    },
    "threshold_missing": {
        "ignore": Word(_("Nothing; after a while an alarm ends")),
        "keep": Word(_("Nothing; an alarm stands until it is measured")),
        "alarm": Word(_("After a while, an alarm of its own")),
    },
    "threshold_reduce": {
        "mean": Word(_("The mean")),
        "max": Word(_("The highest")),
        "min": Word(_("The lowest")),
        "last": Word(_("The last")),
    },
    "standing_state": {
        "alarm": Word(_("Alarm"), "critical", "bell"),
        "no_data": Word(_("No measurements"), "warning", "database"),
        "pending": Word(_("Beyond, not long enough yet"), "idle", "clock-pause"),
    },
    "threshold_step": {
        "60": Word(_("1 minute")),
        "300": Word(_("5 minutes")),
        "600": Word(_("10 minutes")),
        "900": Word(_("15 minutes")),
        "1800": Word(_("30 minutes")),
        "3600": Word(_("1 hour")),
    },
    "measured_at": {
        "source": Word(_("Source")),
        "pool": Word(_("Pool")),
        "host": Word(_("Host")),
        "desktop": Word(_("Desktop")),
        "licence": Word(_("Licence")),
    },
    "forecast_method": {
        "level": Word(_("As it is")),
        "line": Word(_("Straight line of 30 days")),
        "trend_30": Word(_("Trend of 30 days, with the week's shape")),
        "trend_60": Word(_("Trend of 60 days, with the week's shape")),
        "trend_120": Word(_("Trend of 120 days, with the week's shape")),
    },
}
