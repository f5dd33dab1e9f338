"""Django's settings, from `haihe.workspace.config`. Safe by default; nothing here needs editing."""

from datetime import timedelta
from importlib import resources
from pathlib import Path

from haihe.workspace.config import Office

OFFICE = Office.read()
BASE_DIR = OFFICE.home
SECRET_KEY = OFFICE.secret_key()
DEBUG = False
ALLOWED_HOSTS = list(OFFICE["HOSTS"])
CSRF_TRUSTED_ORIGINS = list(OFFICE["ORIGINS"])

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "haihe.workspace.audit",
    "haihe.workspace.units",
    "haihe.workspace.frame",
    "haihe.workspace.jobs",
    "haihe.workspace.intake",
    "haihe.workspace.data",
    "haihe.workspace.scenarios",
    "haihe.workspace.studies",
    "haihe.workspace.papers",
    "haihe.workspace.duties",
    "haihe.workspace.problems",
    "haihe.workspace.chains",
    "haihe.workspace.months",
    "haihe.workspace.projects",
    "haihe.workspace.rounds",
    "haihe.workspace.meetings",
    "haihe.workspace.plans",
    "haihe.workspace.neighbours",
    "haihe.workspace.dashboards",
    "haihe.workspace.office",
    "haihe.workspace.api",
    "haihe.workspace.keeping",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "haihe.workspace.frame.middleware.headers",
    "haihe.workspace.frame.middleware.language",
    "haihe.workspace.frame.names.once",
    "haihe.workspace.api.problems.answers",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "haihe.workspace.frame.middleware.Guard",
    "haihe.workspace.office.passwords.PasswordFirst",
]

ROOT_URLCONF = "haihe.workspace.urls"
WSGI_APPLICATION = "haihe.workspace.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "haihe.workspace.frame.layout.context",
            ],
            "builtins": ["haihe.workspace.frame.templatetags.haihe"],
            "string_if_invalid": "",
        },
    }
]

DATABASES = {"default": OFFICE.database() | {"ATOMIC_REQUESTS": False}}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
AUTH_USER_MODEL = "units.Person"
AUTHENTICATION_BACKENDS = ["django.contrib.auth.backends.ModelBackend"]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
    "django.contrib.auth.hashers.ScryptPasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in (
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
        "NumericPasswordValidator",
    )
]
LOGIN_URL = "office:sign-in"
LOGIN_REDIRECT_URL = "office:start"

SESSION_ENGINE = "haihe.workspace.units.sessions"
SESSION_COOKIE_AGE = int(timedelta(hours=OFFICE["SESSION_HOURS"]).total_seconds())
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = OFFICE["HTTPS"]
CSRF_COOKIE_SAMESITE = "Lax"
CSRF_FAILURE_VIEW = "haihe.workspace.frame.failures.forged"
SESSION_SERIALIZER = "django.contrib.sessions.serializers.JSONSerializer"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
SECURE_HSTS_SECONDS = 31_536_000 if OFFICE["HTTPS"] else 0
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if OFFICE["HTTPS"] else None

LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", "中文"), ("en", "English")]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "Asia/Shanghai"

STATIC_URL = "static/"
STATIC_ROOT = OFFICE.home / "static"
STATICFILES_DIRS = [("figures", Path(str(resources.files("haihe.figures"))) / "static")]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "haihe.workspace.frame.files.HashedFiles"},
}
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = False
WHITENOISE_ALLOW_ALL_ORIGINS = False
CACHES = {"default": {"BACKEND": "django.core.cache.backends.db.DatabaseCache", "LOCATION": "haihe_cache"}}

DATA_UPLOAD_MAX_MEMORY_SIZE = (OFFICE["UPLOAD_MB"] + 1) * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 5000
FILE_UPLOAD_PERMISSIONS = 0o600
SILENCED_SYSTEM_CHECKS: list[str] = []

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "line": {
            "()": "haihe.workspace.frame.logs.OneLine",
            "format": "{asctime} {levelname} {name} {message}",
            "style": "{",
        }
    },
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
    "loggers": {
        "django": {"handlers": ["stderr"], "level": "WARNING", "propagate": False},
        "haihe": {"handlers": ["stderr"], "level": "INFO", "propagate": False},
    },
}
