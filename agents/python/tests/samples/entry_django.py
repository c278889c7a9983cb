"""A Django project in one file, with REST framework: a view of every kind."""

import functools

from django.conf import settings

if not settings.configured:
    settings.configure(
        SECRET_KEY="only for tests",
        ROOT_URLCONF=__name__,
        ALLOWED_HOSTS=["*"],
        DEBUG=False,
        DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"}},
        INSTALLED_APPS=["django.contrib.auth", "django.contrib.contenttypes", "rest_framework"],
        MIDDLEWARE=["entry_django.AnswersEarly", "django.middleware.common.CommonMiddleware"],
        REST_FRAMEWORK={"UNAUTHENTICATED_USER": None, "DEFAULT_AUTHENTICATION_CLASSES": []},
        LOGGING_CONFIG=None,
        TEMPLATES=[
            {"BACKEND": "django.template.backends.django.DjangoTemplates", "DIRS": [], "APP_DIRS": False},
        ],
    )

import django

django.setup()

from django.http import HttpResponse, HttpResponseRedirect, JsonResponse, StreamingHttpResponse  # noqa: E402
from django.urls import include, path  # noqa: E402
from django.utils.decorators import method_decorator  # noqa: E402
from django.views import View  # noqa: E402
from django.views.decorators.csrf import csrf_exempt  # noqa: E402
from django.views.decorators.http import require_GET  # noqa: E402
from django.views.generic import RedirectView, TemplateView  # noqa: E402
from rest_framework.decorators import action, api_view  # noqa: E402
from rest_framework.permissions import BasePermission  # noqa: E402
from rest_framework.response import Response  # noqa: E402
from rest_framework.routers import SimpleRouter  # noqa: E402
from rest_framework.serializers import Serializer  # noqa: E402
from rest_framework.views import APIView  # noqa: E402
from rest_framework.viewsets import ModelViewSet, ViewSet  # noqa: E402


class AnswersEarly:
    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        return self.get_response(request)

    def process_view(self, request, view, args, kwargs):
        return HttpResponse("early") if request.headers.get("X-Early") else None


def audited(view):
    def inner(request, *args, **kwargs):
        return view(request, *args, **kwargs)

    return inner


def wrapped(view):
    @functools.wraps(view)
    def inner(request, *args, **kwargs):
        return view(request, *args, **kwargs)

    return inner


def function(request, number):  # <- function
    return HttpResponse(str(number))


@require_GET
@csrf_exempt
@wrapped
def decorated(request):  # <- decorated
    return HttpResponse("ok")


@audited
def without_wraps(request):  # <- without_wraps
    return HttpResponse("ok")


async def coroutine(request):  # <- coroutine
    return HttpResponse("ok")


def raises(request):  # <- raises
    raise LookupError("no such order")


def streams(request):  # <- streams
    return StreamingHttpResponse(iter([b"a", b"b"]))


def redirects(request):  # <- redirects
    return HttpResponseRedirect("/decorated")


class Orders(View):
    def get(self, request):  # <- orders_get
        return JsonResponse({})

    @method_decorator(csrf_exempt)
    def post(self, request):  # <- orders_post
        return JsonResponse({})


class Guarded(View):
    def dispatch(self, request, *args, **kwargs):
        return super().dispatch(request, *args, **kwargs)

    def get(self, request):  # <- guarded_get
        return JsonResponse({})


class Everything(View):
    def dispatch(self, request, *args, **kwargs):  # <- everything
        return JsonResponse({})


class AsyncOrders(View):
    async def get(self, request):  # <- async_orders_get
        return JsonResponse({})


@method_decorator(csrf_exempt, name="dispatch")
class About(RedirectView):  # <- about
    url = "/decorated"


class ApiOrders(APIView):
    def get(self, request):  # <- api_orders_get
        return Response([])

    def put(self, request):  # <- api_orders_put
        raise LookupError("no such order")


class Nobody(BasePermission):
    def has_permission(self, request, view):
        return False


class ForNobody(APIView):
    permission_classes = [Nobody]  # noqa: RUF012

    def get(self, request):  # <- for_nobody
        return Response([])


@api_view(["GET", "POST"])
@wrapped
def api_function(request):  # <- api_function
    return Response([])


class Carts(ViewSet):
    def list(self, request):  # <- carts_list
        return Response([])

    def retrieve(self, request, pk):  # <- carts_retrieve
        return Response([])

    @action(detail=True, methods=["post"])
    def pay(self, request, pk):  # <- carts_pay
        return Response([])


class Users(ModelViewSet):  # <- users
    serializer_class = Serializer

    def get_queryset(self):
        return []

    def filter_queryset(self, queryset):
        return queryset


router = SimpleRouter()
router.register("carts", Carts, basename="cart")
router.register("users", Users, basename="user")

urlpatterns = [
    path("function/<int:number>", function),
    path("decorated", decorated),
    path("without-wraps", without_wraps),
    path("coroutine", coroutine),
    path("raises", raises),
    path("streams", streams),
    path("redirects", redirects),
    path("partial", functools.partial(function, number=3)),
    path("orders", csrf_exempt(Orders.as_view())),
    path("audited-orders", audited(Orders.as_view())),
    path("guarded", Guarded.as_view()),
    path("everything", Everything.as_view()),
    path("async-orders", AsyncOrders.as_view()),
    path("about", About.as_view()),
    path("a-librarys-own", TemplateView.as_view(template_name="none.html")),
    path("api/orders", ApiOrders.as_view()),
    path("api/for-nobody", ForNobody.as_view()),
    path("api/function", api_function),
    path("nested/", include([path("deep/", include([path("function/<int:number>", function)]))])),
    path("api/", include(router.urls)),
]
