"""Words that several modules of `run` say: the roles (part 2 of the architecture), exit codes."""

ROLES = ("web", "telemetry", "receive", "collect", "govern", "notify")

# A process whose configuration is wrong ends with it: starting it again will not help.
MISCONFIGURED_EXIT_CODE = 2
