"""The roles that there are (part 2 of the architecture), for whoever must name them."""

ROLES = ("web", "telemetry", "receive", "collect", "govern", "notify")
