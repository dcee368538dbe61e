"""The Django project follows the installation's settings."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

_SHOWN = (
    "ALLOWED_HOSTS",
    "CSRF_COOKIE_SECURE",
    "CSRF_TRUSTED_ORIGINS",
    "DATABASES",
    "SECRET_KEY",
    "SECURE_HSTS_SECONDS",
    "SESSION_COOKIE_SECURE",
    "STATIC_URL",
)
_PRINT = f"""
import json
from yunwei.run import django_settings
print(json.dumps({{name: getattr(django_settings, name) for name in {_SHOWN!r}}}))
"""


def read(folder: Path, **settings: str) -> dict[str, Any]:
    """The project as a fresh process sees it."""
    clean = {name: text for name, text in os.environ.items() if not name.startswith("YUNWEI_")}
    ours = {f"YUNWEI_{name.upper()}": text for name, text in settings.items()}
    done = subprocess.run(
        [sys.executable, "-c", _PRINT],
        env=clean | ours | {"YUNWEI_DATA_DIR": str(folder)},
        check=True,
        capture_output=True,
        text=True,
    )
    return dict(json.loads(done.stdout))


@pytest.mark.parametrize(
    ("public_url", "is_secure", "origin"),
    [
        ("https://yunwei.example:8443/", True, "https://yunwei.example:8443"),
        ("http://yunwei.example", False, "http://yunwei.example"),
    ],
)
def test_cookies_are_as_safe_as_the_address(
    tmp_path: Path, public_url: str, is_secure: bool, origin: str
) -> None:
    project = read(tmp_path, public_url=public_url)
    assert project["SESSION_COOKIE_SECURE"] is project["CSRF_COOKIE_SECURE"] is is_secure
    assert (project["SECURE_HSTS_SECONDS"] > 0) is is_secure
    assert project["CSRF_TRUSTED_ORIGINS"] == [origin]
    assert "yunwei.example" in project["ALLOWED_HOSTS"]


def test_all_of_a_connection_string_reaches_postgres(tmp_path: Path) -> None:
    url = "postgresql://u:p%40ss@db.example:6432/yw?sslmode=require&connect_timeout=3"
    database = read(tmp_path, database_url=url)["DATABASES"]["default"]
    assert [database[name] for name in ("USER", "PASSWORD", "HOST", "PORT", "NAME")] == [
        "u",
        "p@ss",
        "db.example",
        "6432",
        "yw",
    ]
    assert database["OPTIONS"]["sslmode"] == "require"
    assert database["OPTIONS"]["connect_timeout"] == "3"


def test_the_key_is_the_installations_and_stays(tmp_path: Path) -> None:
    url = "postgresql:///yw"
    first = read(tmp_path / "one", database_url=url)["SECRET_KEY"]
    assert read(tmp_path / "one", database_url=url)["SECRET_KEY"] == first
    assert read(tmp_path / "two", database_url=url)["SECRET_KEY"] != first
    assert (tmp_path / "one/secret.key").read_text() not in first


def test_reading_the_project_alone_makes_no_key(tmp_path: Path) -> None:
    assert read(tmp_path / "none")["SECRET_KEY"] == ""
    assert not (tmp_path / "none").exists()


def test_a_server_for_everybody_allows_no_name_by_itself(tmp_path: Path) -> None:
    hosts = read(tmp_path, host="0.0.0.0", allowed_hosts="yw.example")["ALLOWED_HOSTS"]
    assert set(hosts) == {"127.0.0.1", "[::1]", "localhost", "yw.example"}
