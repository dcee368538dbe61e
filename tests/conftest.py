"""The fixtures that all tests may use; each plugin tells what it offers."""

pytest_plugins = [
    "tests.support.postgres",
    "tests.support.alarms",
    "tests.support.governed",
    "tests.support.crew",
    "tests.support.posted",
    "tests.support.telemetry",
]
