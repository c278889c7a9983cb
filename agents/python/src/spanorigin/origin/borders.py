"""The files at which an exit walk ends: what lies beyond them launched the code, but did not ask for its calls.

Read by `agent`, which adds what `frameworks` declares, and handed to the walker as data. Matched against the end of
a path, and only for files that are not the user's own. Decision 0014 says why by file and not by function.
"""

from __future__ import annotations

import os
from typing import Final

# The standard library's by their whole path: its names are common ones.
_LIBRARY: Final = os.path.dirname(os.__file__).replace(os.sep, "/")  # noqa: PTH120

EVENT_LOOPS: Final = (
    f"{_LIBRARY}/asyncio/events.py",
    f"{_LIBRARY}/asyncio/base_events.py",
    f"{_LIBRARY}/asyncio/runners.py",
    "uvloop/__init__.py",
    "anyio/_backends/_asyncio.py",
    "anyio/_backends/_trio.py",
    "trio/_core/_run.py",
    "trio/_threads.py",
    "curio/kernel.py",
    "tornado/ioloop.py",
    "twisted/internet/base.py",
    "twisted/internet/asyncioreactor.py",
    "gevent/hub.py",
    "gevent/greenlet.py",
    "eventlet/hubs/hub.py",
    "eventlet/greenthread.py",
)

THREADS_AND_POOLS: Final = (
    f"{_LIBRARY}/threading.py",
    f"{_LIBRARY}/concurrent/futures/thread.py",
    f"{_LIBRARY}/concurrent/futures/process.py",
    f"{_LIBRARY}/multiprocessing/process.py",
    f"{_LIBRARY}/multiprocessing/pool.py",
    "gevent/threadpool.py",
    f"{_LIBRARY}/sched.py",
)

SERVERS: Final = (
    f"{_LIBRARY}/socketserver.py",
    f"{_LIBRARY}/http/server.py",
    f"{_LIBRARY}/wsgiref/handlers.py",
    f"{_LIBRARY}/wsgiref/simple_server.py",
    "uvicorn/main.py",
    "uvicorn/server.py",
    "hypercorn/run.py",
    "werkzeug/serving.py",
    "waitress/channel.py",
    "waitress/server.py",
    "cheroot/server.py",
    "gunicorn/app/base.py",
    "gunicorn/arbiter.py",
    "gevent/pywsgi.py",
    "grpc/_server.py",
    "celery/app/trace.py",
    "kombu/mixins.py",
    "rq/worker.py",
    "apscheduler/executors/base.py",
)

LAUNCHERS: Final = EVENT_LOOPS + THREADS_AND_POOLS + SERVERS
