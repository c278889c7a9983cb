"""A Django Ninja project in one file; the settings are those of the Django sample, with these URLs."""

import functools

import entry_django  # noqa: F401 - configures Django, which can be done once in a process
from django.http import StreamingHttpResponse
from django.urls import path
from ninja import NinjaAPI, Router
from ninja.security import APIKeyQuery
from web_trail import Seen

api = NinjaAPI(urls_namespace="web-ninja")
router = Router()


class Key(APIKeyQuery):
    param_name = "key"

    def authenticate(self, request, key):
        return key


def logged(view):
    @functools.wraps(view)
    def log(request, *args, **kwargs):
        return view(request, *args, **kwargs)

    return log


@api.get("/items/{int:number}")
def read(request, number: int):  # <- read
    return {"number": number}


@api.put("/items/{int:number}")
def write(request, number: int):  # <- write
    return {"number": number}


@api.get("/decorated")
@logged
def decorated(request):  # <- decorated
    return {}


@api.get("/coroutine")
async def coroutine(request):  # <- coroutine
    return {}


@api.post("/coroutine")
def beside_a_coroutine(request):  # <- beside
    return {}


@api.get("/validates")
def validates(request, count: int):  # <- validates
    return {}


@api.get("/guarded", auth=Key())
def guarded(request):  # <- guarded
    return {}


@api.get("/raises")
def raises(request):  # <- raises
    raise Seen


@api.get("/streams")
def streams(request):  # <- streams
    return StreamingHttpResponse(iter([b"a", b"b"]))


@router.api_operation(["GET", "PATCH"], "/page")
def page(request):  # <- page
    return {}


api.add_router("/router", router)
urlpatterns = [path("api/", api.urls)]
