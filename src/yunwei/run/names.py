"""Words that several modules of `run` say: the roles (part 2 of the architecture), exit codes."""

ROLES = ("web", "telemetry", "receive", "collect", "govern", "notify", "dispatch", "jobs")

# A process whose configuration is wrong ends with it: starting it again will not help.
MISCONFIGURED_EXIT_CODE = 2

# Asked on the bus by a backup, since only one process may open chDB's folder; answered with the
# tables written to `EXPORTS/<name>` of the data folder, or with "failed: …".
EXPORT_TELEMETRY = "yunwei.control.export-telemetry"
EXPORTS = "exports"
