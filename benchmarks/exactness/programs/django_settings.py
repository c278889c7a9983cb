"""Settings of the program on_django.py."""

ROOT_URLCONF = "on_django"
ALLOWED_HOSTS = ["*"]
SECRET_KEY = "not one"
MIDDLEWARE = ["on_django.middleware"]
INSTALLED_APPS = ["django.contrib.contenttypes", "django.contrib.auth", "rest_framework"]
DATABASES = {"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"}}
REST_FRAMEWORK = {"DEFAULT_AUTHENTICATION_CLASSES": [], "UNAUTHENTICATED_USER": None}
DEFAULT_AUTO_FIELD = "django.db.models.AutoField"
