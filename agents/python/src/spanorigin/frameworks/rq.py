"""RQ: the function of the job that a worker performs.

A job finds its function when it is asked for `func`, which may import the module, and calls it at once. Asking any
earlier would import or unpickle before RQ does, so the hook waits for RQ to ask.
"""

from collections.abc import Callable
from types import ModuleType
from typing import Any

from spanorigin.frameworks.hooks import Announcer, Framework


def _put_in(module: ModuleType, announcer: Announcer) -> None:
    def make(original: Callable[..., Any]) -> Callable[..., Any]:
        def func(self: Any) -> Any:
            function = original(self)
            try:
                # Whoever looks at a job that is not being performed does not handle it.
                if function is not None and module.get_current_job() is self:
                    announcer.handler(function, None)
            except Exception as error:
                announcer.failed(error)
            return function

        return func

    announcer.replace_property(module.Job, "func", make)


FRAMEWORK = Framework("rq", {"rq.job": _put_in}, borders=("/rq/worker.py", "/rq/worker/base.py"))
