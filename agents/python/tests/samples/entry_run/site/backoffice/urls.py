import os

from django.db import connection
from django.http import JsonResponse
from django.urls import path


def home(request):  # <- home
    with connection.cursor() as cursor:
        cursor.execute("select 1")  # <- call
    return JsonResponse({"pid": os.getpid()})


urlpatterns = [path("", home)]
