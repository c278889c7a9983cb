"""What a library's object holds under a name, without running a property or a `__getattr__` of the user's.

Asked by the files beside it that meet a task, a job or a consumer, and have to get from it to the user's function.
"""

from types import FunctionType
from typing import Any

from spanorigin.origin.handler import class_attribute, instance_dictionary


def held(thing: object, name: str) -> Any:
    """The instance's own value, otherwise that of its class as it stands there, otherwise None.

    Static and class methods come as the function in them: it is the one object that lasts, and so the one to remember.
    """
    own = instance_dictionary(thing)
    found = own[name] if name in own else class_attribute(type(thing), name)
    if type(found) in (staticmethod, classmethod):
        inner = found.__func__
        return inner if type(inner) is FunctionType else found
    return found
