"""Views of Django and of REST framework: functions, classes, generic ones, viewsets."""

import functools

import django

django.setup()

from django.core.wsgi import get_wsgi_application
from django.http import HttpResponse, StreamingHttpResponse
from django.urls import include, path
from django.utils.decorators import method_decorator
from django.views import View
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET
from django.views.generic import RedirectView
from driving import wsgi
from rest_framework import mixins, serializers, viewsets
from rest_framework.decorators import action, api_view
from rest_framework.response import Response
from rest_framework.routers import SimpleRouter
from rest_framework.views import APIView


def middleware(get_response):
    def answer(request):
        # No view came to run: <- entry GET /early: none
        return HttpResponse("early") if request.path == "/early" else get_response(request)

    return answer


def careless(view):
    def checked(*args, **kwargs):
        return view(*args, **kwargs)

    return checked


def plain(request):  # <- entry GET /plain: plain <- entry GET /nested/plain: plain
    return HttpResponse("ok")


@require_GET
def wrapped(request):  # <- entry GET /wrapped: wrapped
    return HttpResponse("ok")


@careless
def unwrapped(request):  # <- entry GET /unwrapped: unwrapped
    return HttpResponse("ok")


async def awaited(request):  # <- entry GET /awaited: awaited
    return HttpResponse("ok")


def streamed(request):  # <- entry GET /streamed: streamed
    return StreamingHttpResponse(iter(["o", "k"]))


def fails(request):  # <- entry GET /fails: fails
    raise ValueError


def partly(request, what):  # <- entry GET /partial: partly
    return HttpResponse(what)


class Order(View):
    def get(self, request):  # <- entry GET /order: Order.get <- entry HEAD /order: Order.get
        return HttpResponse("ok")

    def post(self, request):  # <- entry POST /order: Order.post
        return HttpResponse("ok")


class Special(Order):
    def post(self, request):  # <- entry POST /special: Special.post
        return super().post(request)


class Guarded(View):
    def dispatch(self, request, *args, **kwargs):
        return super().dispatch(request, *args, **kwargs)

    def get(self, request):  # <- entry GET /guarded: Guarded.get
        return HttpResponse("ok")


@method_decorator(csrf_exempt, name="dispatch")
class Decorated(View):
    def get(self, request):  # <- entry GET /decorated: Decorated.get
        return HttpResponse("ok")

    @method_decorator(csrf_exempt)
    def post(self, request):  # <- entry POST /decorated: Decorated.post
        return HttpResponse("ok")


class AwaitedOrder(View):
    async def get(self, request):  # <- entry GET /awaited-order: AwaitedOrder.get
        return HttpResponse("ok")


class Away(RedirectView):  # <- entry GET /away: Away.get
    url = "/plain"


class CallableView:
    def __call__(self, request):  # <- entry GET /callable: CallableView.__call__
        return HttpResponse("ok")


@api_view(["GET"])
def by_function(request):  # <- entry GET /rest/function: by_function
    return Response("ok")


class ByClass(APIView):
    def get(self, request):  # <- entry GET /rest/class: ByClass.get
        return Response("ok")

    def put(self, request):  # <- entry PUT /rest/class: ByClass.put
        return Response("ok")


class Things(viewsets.ViewSet):
    def list(self, request):  # <- entry GET /rest/things/: Things.list
        return Response([])

    def retrieve(self, request, pk):  # <- entry GET /rest/things/1/: Things.retrieve
        return Response(pk)

    @action(detail=True)
    def state(self, request, pk):  # <- entry GET /rest/things/1/state/: Things.state
        return Response("ok")


class Nothing(serializers.Serializer):
    pass


class Listed(mixins.ListModelMixin, viewsets.GenericViewSet):  # <- entry GET /rest/listed/: Listed.list
    serializer_class = Nothing
    queryset = ()

    def get_queryset(self):
        return ()


router = SimpleRouter()
router.register("things", Things, basename="things")
router.register("listed", Listed, basename="listed")

nested = [path("plain", plain, name="nested-plain")]

urlpatterns = [
    path("plain", plain),
    path("wrapped", wrapped),
    path("unwrapped", unwrapped),
    path("awaited", awaited),
    path("streamed", streamed),
    path("fails", fails),
    path("partial", functools.partial(partly, what="ok")),
    path("order", Order.as_view()),
    path("special", Special.as_view()),
    path("guarded", Guarded.as_view()),
    path("decorated", Decorated.as_view()),
    path("awaited-order", AwaitedOrder.as_view()),
    path("away", Away.as_view()),
    path("callable", CallableView()),
    path("early", plain),
    path("nested/", include(nested)),
    path("rest/function", by_function),
    path("rest/class", ByClass.as_view()),
    path("rest/", include(router.urls)),
]

visit = wsgi(get_wsgi_application())

# Nobody's: <- entry GET /missing: none
