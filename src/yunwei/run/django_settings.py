"""The Django project, built from the typed settings of this installation. No policy of parts.

`YUNWEI_DATA_DIR` says which installation; the commands set it before Django starts.
"""

import hashlib
from datetime import timedelta
from importlib.metadata import version
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from django.utils.csp import CSP
from psycopg.conninfo import conninfo_to_dict

import yunwei
from yunwei.base.infra.secrets import read_secret_key
from yunwei.base.infra.settings import Settings, load_settings

SETTINGS = load_settings()
_SOURCE = Path(yunwei.__file__).parent


def _database(settings: Settings) -> dict[str, Any]:
    """Return Django's form of the connection string; all its options reach libpq."""
    options: dict[str, Any] = dict(conninfo_to_dict(settings.database_url or ""))
    name = options.pop("dbname", "yunwei")
    if settings.database_url:
        options["pool"] = {"min_size": 1, "max_size": 20, "timeout": 10}
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": name,
        "USER": options.pop("user", ""),
        "PASSWORD": options.pop("password", ""),
        "HOST": options.pop("host", ""),
        "PORT": options.pop("port", ""),
        # a pooled connection is tried before use, so that a restart of PostgreSQL costs nothing
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": options,
    }


def _secret_key(settings: Settings) -> str:
    # without a database nothing is served: tools that only read the tables need no key
    if settings.database_url is None:
        return ""
    return hashlib.sha256(f"django:{read_secret_key(settings)}".encode()).hexdigest()


def _static_version() -> str:
    """Return a word that changes with any static file, so that they can be cached for ever."""
    seen = hashlib.sha256()
    for package in ("django-htmx", "django-ninja"):
        seen.update(f"{package} {version(package)}".encode())
    folder = _SOURCE / "faces/web/static"
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            seen.update(path.relative_to(folder).as_posix().encode())
            seen.update(path.read_bytes())
    return seen.hexdigest()[:12]


def _allowed_hosts(settings: Settings) -> list[str]:
    public = urlsplit(settings.public_url or "").hostname
    own = [] if settings.host in ("0.0.0.0", "::") else [settings.host]  # noqa: S104
    names = {"localhost", "127.0.0.1", "[::1]", *own, *settings.allowed_hosts}
    return sorted(names | ({public} if public else set()))


def _trusted_origins(settings: Settings) -> list[str]:
    public = urlsplit(settings.public_url or "")
    return [f"{public.scheme}://{public.netloc}"] if public.netloc else []


DEBUG = False
SECRET_KEY = _secret_key(SETTINGS)
ALLOWED_HOSTS = _allowed_hosts(SETTINGS)
ROOT_URLCONF = "yunwei.run.urls"
DATABASES = {"default": _database(SETTINGS)}

INSTALLED_APPS = [
    "yunwei.base.people",
    "yunwei.base.calendar",
    "yunwei.base.saved_views",
    "yunwei.base.named_sets",
    "yunwei.monitor.collect",
    "yunwei.monitor.inventory",
    "yunwei.monitor.alarms",
    "yunwei.monitor.governance",
    "yunwei.monitor.duty",
    "yunwei.monitor.notify",
    "yunwei.monitor.simulation",
    "yunwei.monitor.thresholds",
    "yunwei.operate.agents",
    "yunwei.operate.scripts",
    "yunwei.operate.runs",
    "yunwei.operate.remedies",
    "yunwei.operate.triggers",
    "yunwei.operate.ssh",
    "yunwei.operate.timetables",
    "yunwei.operate.diagnosis",
    "yunwei.operate.knowledge",
    "yunwei.operate.selfservice",
    "yunwei.operate.reclaim",
    "yunwei.operate.service",
    "yunwei.operate.inspection",
    "yunwei.operate.changes",
    "yunwei.operate.letters",
    "yunwei.operate.assurance",
    "yunwei.operate.reports",
    "yunwei.faces.web",
    "yunwei.faces.api",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "django_htmx",
    "ninja",
]

MIDDLEWARE = [
    "yunwei.faces.api.health.HealthMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "django.middleware.csp.ContentSecurityPolicyMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "yunwei.faces.web.middleware.ViewerMiddleware",
    "yunwei.faces.web.middleware.ErrorMiddleware",
]

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [_SOURCE / "faces/web/templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    },
]
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"

# People and sign-in

AUTH_USER_MODEL = "people.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator",
        "OPTIONS": {"user_attributes": ("username", "display_name", "email", "desktop_login")},
    },
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 12},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.ScryptPasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
ACCOUNT_ADAPTER = "yunwei.faces.web.sign_in.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"username", "email"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "email", "password1*", "password2*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_LOGOUT_REDIRECT_URL = LOGIN_URL
ACCOUNT_SESSION_REMEMBER = True  # for SESSION_COOKIE_AGE, also over a restart of the browser
# the lock-out: five wrong passwords for one name, or twenty from one address
ACCOUNT_RATE_LIMITS = {"login": "60/m/ip", "login_failed": "20/m/ip,5/5m/key"}
MFA_ADAPTER = "yunwei.faces.web.sign_in.SecondFactorAdapter"
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes"]
MFA_TOTP_ISSUER = "Yunwei"
MFA_ALLOW_UNVERIFIED_EMAIL = True  # addresses are set by administrators, not proven by their owners

SESSION_COOKIE_AGE = int(timedelta(hours=12).total_seconds())
SESSION_COOKIE_NAME = "yunwei_session"
SESSION_SAVE_EVERY_REQUEST = False
CSRF_FAILURE_VIEW = "yunwei.faces.web.middleware.csrf_failure"
CSRF_COOKIE_NAME = "yunwei_csrf"
LANGUAGE_COOKIE_NAME = "yunwei_language"
# rate limits must hold for all processes and survive a restart: they live in PostgreSQL
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "people_cache",
        "OPTIONS": {"MAX_ENTRIES": 100_000},
    }
}

# What browsers are told

_IS_HTTPS = (SETTINGS.public_url or "").startswith("https://")
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = LANGUAGE_COOKIE_SECURE = _IS_HTTPS
SESSION_COOKIE_HTTPONLY = LANGUAGE_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = LANGUAGE_COOKIE_SAMESITE = "Lax"
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if _IS_HTTPS else None
SECURE_HSTS_SECONDS = int(timedelta(days=365).total_seconds()) if _IS_HTTPS else 0
CSRF_TRUSTED_ORIGINS = _trusted_origins(SETTINGS)
X_FRAME_OPTIONS = "DENY"
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CSP: dict[str, list[str]] = {
    "default-src": [CSP.SELF],
    "script-src": [CSP.SELF],
    "style-src": [CSP.SELF],
    "img-src": [CSP.SELF, "data:"],  # Tabler's drawings in CSS, the QR code of TOTP
    "font-src": [CSP.SELF, "data:"],
    "connect-src": [CSP.SELF],
    "object-src": [CSP.NONE],
    "base-uri": [CSP.NONE],
    "form-action": [CSP.SELF],
    "frame-ancestors": [CSP.NONE],
}

# Words, times, files

LANGUAGES = [("zh-hans", "简体中文"), ("en", "English")]
LANGUAGE_CODE = "zh-hans"
LOCALE_PATHS = [_SOURCE / "locale"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "UTC"  # each request activates the zone of who asks

STATIC_URL = f"/static/{_static_version()}/"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.InMemoryStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}

LOGGING_CONFIG = None  # the process that starts says how it logs
SILENCED_SYSTEM_CHECKS = [
    "security.W004",  # HSTS, secure redirect and cookies follow `public_url`
    "security.W008",
    "security.W012",
    "security.W016",
]
NINJA_PAGINATION_MAX_LIMIT = 1000
