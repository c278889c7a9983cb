SECRET_KEY = "only for tests"
DEBUG = True
ROOT_URLCONF = "backoffice.urls"
MIDDLEWARE = ["django.middleware.common.CommonMiddleware"]
DATABASES = {"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"}}
WSGI_APPLICATION = "backoffice.wsgi.application"
