"""Handlers in every disguise. The line that an entry origin names is marked `# <- NAME`."""

import functools
from collections.abc import Callable
from types import SimpleNamespace

import wrapt

RAN: list[str] = []
"""What ran of the user's code; the tests want it empty."""


def plain(request):  # <- plain
    return request


async def coroutine(request):  # <- coroutine
    return request


def wrapping(function):
    @functools.wraps(function)
    def inner(*args, **kwargs):
        return function(*args, **kwargs)

    return inner


def bare(function):
    def inner(*args, **kwargs):
        return function(*args, **kwargs)

    return inner


def bare_with_request(function):
    def inner(request, *args, **kwargs):
        if request is None:
            raise PermissionError
        return function(request.user, *args, **kwargs)

    return inner


def bare_async(function):
    async def inner(*args, **kwargs):
        return await function(*args, **kwargs)

    return inner


def configured(path, *, methods=()):
    del path, methods
    return wrapping


class Decorator:
    def __init__(self, function):
        self.function = function

    def __call__(self, *args, **kwargs):
        return self.function(*args, **kwargs)


@wrapping
def wrapped(request):  # <- wrapped
    return request


@bare
def wrapped_without_wraps(request):  # <- wrapped_without_wraps
    return request


@bare_with_request
def wrapped_with_request(request):  # <- wrapped_with_request
    return request


@bare_async
async def wrapped_async(request):  # <- wrapped_async
    return request


@Decorator
def wrapped_by_object(request):  # <- wrapped_by_object
    return request


@wrapt.decorator
def by_wrapt(wrapped, instance, args, kwargs):
    return wrapped(*args, **kwargs)


@by_wrapt
def wrapped_by_wrapt(request):  # <- wrapped_by_wrapt
    return request


@functools.lru_cache(maxsize=8)
def cached(request):  # <- cached
    return request


@wrapping
@configured(
    "/pay",
    methods=[
        "POST",  # a comment with def in it
    ],
)
# a comment between
@bare
async def stacked(
    request,
):  # the def line is the one above: marked by its name in the test
    return request


anonymous = lambda request: request  # noqa: E731 <- anonymous

decorated_lambda = wrapping(
    lambda request: request  # <- decorated_lambda
)


def one_liner(request): return request  # <- one_liner  # fmt: skip


@wrapping
def only_a_docstring(request):  # <- only_a_docstring
    """Nothing else."""


def factory(helper: Callable[[], str]):
    def made(*args, **kwargs):  # <- made
        return helper() + str(args) + str(kwargs)

    return made


def helper():
    return "helped"


made = factory(helper)


def two_helpers(first, second):
    def made_of_two(*args, **kwargs):  # <- made_of_two
        first(*args, **kwargs)
        return second(*args, **kwargs)

    return made_of_two


made_of_two = two_helpers(plain, helper)


def looping(request):  # <- looping
    return request


looping.__wrapped__ = looping


class Controller:
    def method(self, request):  # <- method
        return request

    @staticmethod
    def static(request):  # <- static
        return request

    @classmethod
    def of_class(cls, request):  # <- of_class
        return request

    @wrapping
    def decorated(self, request):  # <- decorated
        return request


class Callable_:
    def __call__(self, request):  # <- callable_object
        return request


class Hostile:
    """Says when any of its code runs."""

    def __getattr__(self, name):
        RAN.append(f"__getattr__ {name}")
        raise AttributeError(name)

    def __getattribute__(self, name):
        RAN.append(f"__getattribute__ {name}")
        return object.__getattribute__(self, name)

    def __eq__(self, other):
        RAN.append("__eq__")
        return True

    def __hash__(self):
        RAN.append("__hash__")
        return 1

    def __bool__(self):
        RAN.append("__bool__")
        return False

    def __len__(self):
        RAN.append("__len__")
        return 0

    @property
    def __wrapped__(self):
        RAN.append("__wrapped__")
        return self

    @property
    def __class__(self):
        RAN.append("__class__")
        return int

    @property
    def __dict__(self):
        RAN.append("__dict__")
        return {}

    def __call__(self, request):  # <- hostile
        return request


class HostileMeta(type):
    def __getattribute__(cls, name):
        RAN.append(f"metaclass {name}")
        return type.__getattribute__(cls, name)

    def __instancecheck__(cls, instance):
        RAN.append("__instancecheck__")
        return True


class HostileVerbs(metaclass=HostileMeta):
    def get(self, request):  # <- hostile_get
        return request


class Verbs:
    def get(self, request):  # <- verb_get
        return request

    @wrapping
    def post(self, request):  # <- verb_post
        return request


class InheritedVerbs(Verbs):
    def delete(self, request):  # <- verb_delete
        return request


def outer():
    def nested(request):  # <- nested
        return request

    return nested


nested = outer()
partial = functools.partial(functools.partial(plain, 1), 2)
tuple_of_urls = ([], "admin", "admin")
namespace = SimpleNamespace(__wrapped__=plain)
