"""Find the user's own function behind what a framework calls a handler.

Asked by `origin.entry` at first sight of each handler: a function under decorators, a partial, a bound method, a
callable object, or a class whose methods are named for verbs. Nothing of the user's runs here. Attributes come out of
instance and class dictionaries and C slots, never through `getattr`; nothing is hashed or compared but by identity.
"""

import dis
import functools
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from types import CodeType, FunctionType, GetSetDescriptorType, MemberDescriptorType, MethodType, ModuleType
from typing import Any

from spanorigin.model import Refusal

# Twice the deepest stack of decorators met in real projects; the seen-set alone would let a chain grow without end.
_STEPS = 64
_VERBS = ("get", "post", "put", "patch", "delete", "head", "query", "trace")
_HAS_ARGS, _HAS_KWARGS = 0x04, 0x08

# Several frameworks make a view function from a class and leave the class on it under one of these names; a viewset
# leaves the map from verb to method as well.
_MADE_FROM = ("view_class", "cls")
_VERB_TO_METHOD = "actions"
# What a class runs for every verb when it has no method for each.
_DISPATCHERS = ("dispatch_request", "dispatch")


@dataclass(frozen=True, slots=True)
class DeclaredHandler:
    """A user's class that handles `method` by code it inherits from a library: the class itself is the user's line."""

    owner: type
    method: str


Resolved = FunctionType | DeclaredHandler | Refusal


def user_function(handler: object, verb: str | None, is_users: Callable[[str], bool]) -> Resolved:
    """The innermost function of the user's own that `handler` leads to for `verb` (lower case).

    Decorators are seen through by `__wrapped__`; without it, a wrapper that passes its `*args, **kwargs` on to the
    one function it holds. In doubt it is the function at hand if that is the user's own, otherwise a Refusal with the
    reason. `is_users` says whether a file is the user's. Raises nothing for any object; loops end.
    """
    found: FunctionType | DeclaredHandler | None = None
    following: object
    reason = "the framework handed over no function"
    seen: set[int] = set()
    current: Any = handler
    while current is not None and id(current) not in seen and len(seen) < _STEPS:
        seen.add(id(current))
        kind = type(current)
        if kind is FunctionType:
            file_name = current.__code__.co_filename
            if is_users(file_name):
                found = current
            else:
                reason = f"{current.__qualname__} lies in {file_name}, which is not the user's own"
            following, verb = _behind_function(current, verb, is_users)
        elif issubclass(kind, type):
            following, name = _method_for(current, verb, is_users)
            if name is None:
                return Refusal("verb-without-method", f"{_name_of(current)} has no method for {verb}")
            if name != "options" and is_users(_file_of_class(current)):
                found = DeclaredHandler(current, name)
        else:
            following = _behind_object(current, is_users)
            if following is None:
                reason = f"a {_name_of(kind)} leads to no Python function"
        current = following
    return found or Refusal("handler-not-users-own", reason)


def _behind_function(
    function: FunctionType, verb: str | None, is_users: Callable[[str], bool]
) -> tuple[object, str | None]:
    """What `function` is a wrapper of, or None when it stands for itself; and the verb or method asked for there."""
    attributes = function.__dict__
    if verb is not None:
        for name in _MADE_FROM:
            owner = attributes.get(name)
            if owner is not None and issubclass(type(owner), type):
                return owner, _action(attributes.get(_VERB_TO_METHOD), verb)
    wrapped = attributes.get("__wrapped__")
    if wrapped is not None:
        return wrapped, verb
    if function.__closure__ is None:
        return None, verb
    return _forwarded(function.__code__, dict(_cells(function)), is_users), verb


def _action(actions: object, verb: str) -> str:
    """The method that a viewset's map names for `verb`; the verb itself where there is no map."""
    if type(actions) is not dict:
        return verb
    named = actions.get(verb) or (actions.get("get") if verb == "head" else None)
    # Not in the map: a name that no class has, so that the refusal says so.
    return named if type(named) is str else f"{verb} (no action)"


def _behind_object(thing: object, is_users: Callable[[str], bool]) -> object:
    """The next callable behind an object that is neither a plain function nor a class; None when there is none."""
    kind = type(thing)
    if kind is MethodType:
        return thing.__func__  # type: ignore[attr-defined]
    for wrapper in (staticmethod, classmethod):
        if issubclass(kind, wrapper):
            return wrapper.__dict__["__func__"].__get__(thing)
    if issubclass(kind, functools.partial):
        return functools.partial.__dict__["func"].__get__(thing)
    own = instance_dictionary(thing)
    if issubclass(kind, functools.partialmethod):
        return own.get("func")
    wrapped = own.get("__wrapped__")
    if wrapped is None:
        wrapped = _from_c_slot(thing, "__wrapped__")
    if wrapped is not None:
        return wrapped
    call = class_attribute(kind, "__call__")
    if type(call) is FunctionType:
        held = {name: value for name, value in own.items() if type(name) is str}
        # An object that decorates without functools.update_wrapper: `self.f(*args, **kwargs)`.
        return _forwarded(call.__code__, held, is_users) or call
    return call if type(call) in (MethodType, staticmethod, classmethod) else None


def _method_for(owner: type, verb: str | None, is_users: Callable[[str], bool]) -> tuple[object, str | None]:
    """The method of `owner` that answers `verb`, and its name; (None, None) when the class does not answer it."""
    if verb is None:
        return None, None
    allowed = class_attribute(owner, "http_method_names")
    is_listed = type(allowed) in (list, tuple) and any(type(name) is str and name == verb for name in allowed)
    if verb in _VERBS and allowed is not None and not is_listed:
        return None, None
    for name in (verb, "get") if verb == "head" else (verb,):
        method = class_attribute(owner, name)
        if method is not None:
            return method, name
    if any(class_attribute(owner, name) is not None for name in _VERBS):
        return None, None
    for name in _DISPATCHERS:
        method = class_attribute(owner, name)
        if type(method) is FunctionType and is_users(method.__code__.co_filename):
            return method, name
    return None, None


def _forwarded(code: CodeType, held: dict[str, object], is_users: Callable[[str], bool]) -> object:
    """The one function among `held` that `code` is the wrapper of, or None in doubt.

    A wrapper of the user's own has to pass its `*args, **kwargs` on to it: a handler made by a factory holds its
    helpers in the same way, and calls them with something else. A library's wrapper is no answer by itself, so the
    one function of the user's that it holds is.
    """
    functions = {name: value for name, value in held.items() if _is_function_like(value)}
    if len(functions) != 1:
        return None
    (name, function), *_ = functions.items()
    if not is_users(code.co_filename):
        leads_to = _plain_function(function)
        return function if leads_to is not None and is_users(leads_to.__code__.co_filename) else None
    return function if name in names_called_with_everything(code) else None


def names_called_with_everything(code: CodeType) -> set[str]:
    """Closure and attribute names that take part in a call to which `code` passes both its `*args` and `**kwargs`."""
    if not (code.co_flags & _HAS_ARGS and code.co_flags & _HAS_KWARGS):
        return set()
    first = code.co_argcount + code.co_kwonlyargcount
    stars = {code.co_varnames[first], code.co_varnames[first + 1]}
    named: set[str] = set()
    passed: set[str] = set()
    callees: set[str] = set()
    for instruction in dis.get_instructions(code):
        operation, value = instruction.opname, instruction.argval
        if operation.startswith("LOAD_"):
            # 3.12 and later load two locals at once and give both names.
            for name in value if type(value) is tuple else (value,):
                if name in stars:
                    passed.add(name)
                elif operation.startswith(("LOAD_DEREF", "LOAD_ATTR", "LOAD_METHOD")):
                    named.add(name)
        elif operation == "CALL_FUNCTION_EX" and passed == stars:
            callees |= named
        elif operation.startswith(("POP_TOP", "STORE_", "RETURN")):
            named, passed = set(), set()
    return callees


def _cells(function: FunctionType) -> Iterator[tuple[str, object]]:
    for name, cell in zip(function.__code__.co_freevars, function.__closure__ or (), strict=False):
        try:
            yield name, cell.cell_contents
        except ValueError:  # not filled yet
            continue


def _is_function_like(value: object) -> bool:
    kind = type(value)
    return kind in (FunctionType, MethodType) or issubclass(kind, (functools.partial, staticmethod, classmethod))


def _plain_function(value: object) -> FunctionType | None:
    for _ in range(_STEPS):
        if type(value) is FunctionType:
            return value
        if value is None or not _is_function_like(value):
            return None
        value = _behind_object(value, lambda _: False)
    return None


def class_attribute(owner: type, name: str) -> Any:
    """What the class or one of its bases holds under `name`, without descriptors and without the user's metaclass."""
    for base in type.__dict__["__mro__"].__get__(owner):
        members = type.__dict__["__dict__"].__get__(base)
        if name in members:
            return members[name]
    return None


def instance_dictionary(thing: object) -> dict[str, Any]:
    """The object's own attributes; empty when it has none, or when its class answers `__dict__` by code of its own."""
    slot = class_attribute(type(thing), "__dict__")
    if type(slot) not in (GetSetDescriptorType, MemberDescriptorType):
        return {}
    found = slot.__get__(thing)
    return found if type(found) is dict else {}


def _from_c_slot(thing: object, name: str) -> object:
    """An attribute that a C type keeps in a slot of its own; Python-made properties are never run."""
    if class_attribute(type(thing), "__wrapped_factory__") is not None:
        return None  # a lazy proxy would call the user's factory
    slot = class_attribute(type(thing), name)
    if type(slot) not in (GetSetDescriptorType, MemberDescriptorType):
        return None
    try:
        return slot.__get__(thing)
    except (AttributeError, ValueError):  # never filled
        return None


def _file_of_class(owner: type) -> str:
    module_name = class_attribute(owner, "__module__")
    module = sys.modules.get(module_name) if type(module_name) is str else None
    file_name = module.__dict__.get("__file__") if type(module) is ModuleType else None
    return file_name if type(file_name) is str else "<unknown>"


def _name_of(owner: type) -> str:
    return str(type.__dict__["__name__"].__get__(owner))
