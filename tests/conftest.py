"""The fixtures that all tests may use; each plugin tells what it offers."""

from hypothesis import HealthCheck, settings

pytest_plugins = [
    "tests.support.postgres",
    "tests.support.alarms",
    "tests.support.governed",
    "tests.support.crew",
    "tests.support.posted",
    "tests.support.telemetry",
]

# how long an example takes on a busy machine says nothing about the promise
settings.register_profile("yunwei", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("yunwei")
