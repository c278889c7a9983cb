"""Operations of Django Ninja, in the Django of on_django.py."""

import functools

import on_django
from django.http import StreamingHttpResponse
from django.urls import clear_url_caches, path
from ninja import NinjaAPI, Router
from ninja.security import APIKeyQuery

api = NinjaAPI(urls_namespace="corpus")
router = Router()


class Key(APIKeyQuery):
    param_name = "key"

    def authenticate(self, request, key):
        return key


def careful(operation):
    @functools.wraps(operation)
    def checked(request, *args, **kwargs):
        return operation(request, *args, **kwargs)

    return checked


@api.get("/item/{int:number}")
def read(request, number: int):  # <- entry GET /ninja/item/7: read
    return number


@api.put("/item/{int:number}")
def write(request, number: int):  # <- entry PUT /ninja/item/7: write
    return number


@api.get("/wrapped")
@careful
def wrapped(request):  # <- entry GET /ninja/wrapped: wrapped
    return "ok"


@api.get("/awaited")
async def awaited(request):  # <- entry GET /ninja/awaited: awaited
    return "ok"


@api.get("/counted")
def counted(request, count: int):  # <- entry GET /ninja/counted: counted
    return count


@api.get("/guarded", auth=Key())
def guarded(request):  # <- entry GET /ninja/guarded: guarded
    return "ok"


@api.get("/fails")
def fails(request):  # <- entry GET /ninja/fails: fails
    raise ValueError


@api.get("/streamed")
def streamed(request):  # <- entry GET /ninja/streamed: streamed
    return StreamingHttpResponse(iter([b"o", b"k"]))


@router.api_operation(["GET", "PATCH"], "/page")
def page(request):  # <- entry GET /ninja/router/page: page <- entry PATCH /ninja/router/page: page
    return "ok"


api.add_router("/router", router)
on_django.urlpatterns.append(path("ninja/", api.urls))
clear_url_caches()
visit = on_django.visit

# Nobody's: <- entry GET /ninja/missing: none <- entry DELETE /ninja/item/7: none
