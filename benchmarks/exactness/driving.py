"""How the corpus's programs are visited, and what they call: applications in this process, servers on the loopback.

Nothing here is anybody's request: a visit is made without any client that a tool could trace.
"""

from __future__ import annotations

import asyncio
import contextlib
import functools
import http.client
import http.server
import importlib.util
import io
import os
import shutil
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any
from wsgiref.util import setup_testing_defaults

Visit = Callable[..., None]
OPENTELEMETRY = os.environ.get("EXACTNESS_SPANS") == "opentelemetry"
"""Whether the tool under test writes on OpenTelemetry's spans; a few programs have to bring in those themselves."""


def wsgi(application: Any) -> Visit:
    """Visits of a WSGI application, read to their end. Errors are the program's own business."""

    def visit(verb: str, path: str, body: bytes = b"", content_type: str = "text/plain") -> None:
        environ: dict[str, Any] = {"REQUEST_METHOD": verb, "PATH_INFO": path, "wsgi.input": io.BytesIO(body)}
        environ |= {"CONTENT_LENGTH": str(len(body)), "CONTENT_TYPE": content_type, "wsgi.errors": io.StringIO()}
        setup_testing_defaults(environ)
        # A view that fails is one of the cases.
        with contextlib.suppress(Exception):
            answer = application(environ, lambda *_: lambda _: None)
            try:
                list(answer)
            finally:
                getattr(answer, "close", lambda: None)()

    return visit


def asgi(application: Any) -> Visit:
    """Visits of an ASGI application."""

    async def run(verb: str, path: str) -> None:
        asked: list[dict[str, Any]] = [{"type": "http.request", "body": b"", "more_body": False}]
        ended = asyncio.Event()

        async def receive() -> dict[str, Any]:
            if asked:
                return asked.pop()
            await ended.wait()
            return {"type": "http.disconnect"}

        async def send(message: dict[str, Any]) -> None:
            if message["type"] == "http.response.body" and not message.get("more_body"):
                ended.set()

        scope = {"type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": verb, "path": path}
        scope |= {"raw_path": path.encode(), "root_path": "", "query_string": b"", "scheme": "http"}
        scope |= {"headers": [(b"host", b"localhost")], "client": ("127.0.0.1", 1), "server": ("127.0.0.1", 80)}
        await application(scope, receive, send)

    def visit(verb: str, path: str) -> None:
        # An endpoint that fails is one of the cases.
        with contextlib.suppress(Exception):
            asyncio.run(run(verb, path))

    return visit


def traced(application: Any) -> Any:
    """The application in OpenTelemetry's own ASGI middleware, for a framework without an instrumentation."""
    if not OPENTELEMETRY:
        return application
    from opentelemetry.instrumentation.asgi import OpenTelemetryMiddleware

    return OpenTelemetryMiddleware(application)


def litestar_plugins() -> list[Any]:
    """What makes Litestar's spans."""
    if not OPENTELEMETRY:
        return []
    from litestar.plugins.opentelemetry import OpenTelemetryConfig, OpenTelemetryPlugin

    return [OpenTelemetryPlugin(OpenTelemetryConfig())]


@functools.cache
def loop() -> asyncio.AbstractEventLoop:
    """An event loop in a thread of its own, for servers."""
    made = asyncio.new_event_loop()
    threading.Thread(target=made.run_forever, daemon=True).start()
    return made


def _run(coroutine: Any) -> Any:
    return asyncio.run_coroutine_threadsafe(coroutine, loop()).result(30)


def _visits_of(port: int) -> Visit:
    def visit(verb: str, path: str) -> None:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
        connection.request(verb, path)
        connection.getresponse().read()
        connection.close()
        time.sleep(0.02)  # a server may end its span after it has answered

    return visit


def aiohttp_server(application: Any) -> Visit:
    """Visits of an application behind aiohttp's server."""
    from aiohttp import web

    async def start() -> int:
        runner = web.AppRunner(application)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        return int(runner.addresses[0][1])

    return _visits_of(_run(start()))


def tornado_server(make: Callable[[], Any]) -> Visit:
    """Visits of an application behind Tornado's server."""

    async def start() -> int:
        from tornado.httpserver import HTTPServer
        from tornado.netutil import bind_sockets

        sockets = bind_sockets(0, "127.0.0.1")
        HTTPServer(make()).add_sockets(sockets)
        return int(sockets[0].getsockname()[1])

    return _visits_of(_run(start()))


def _grpc_visits_of(port: int) -> Visit:
    """Visits from another process, whose client nobody traces."""
    source = (
        "import grpc, sys\n"
        "with grpc.insecure_channel(sys.argv[1]) as channel:\n"
        "    for line in sys.stdin:\n"
        "        arity, method = line.split()\n"
        "        try:\n"
        "            if arity == 'unary': channel.unary_unary(method)(b'a', timeout=20)\n"
        "            else: list(channel.unary_stream(method)(b'a', timeout=20))\n"
        "        except grpc.RpcError: pass\n"
        "        print('done', flush=True)\n"
    )
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("DD_", "OTEL_"))}
    options: dict[str, Any] = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True, "env": environment}
    client = subprocess.Popen([sys.executable, "-c", source, f"127.0.0.1:{port}"], **options)
    _ended_with_us.append(client)

    def visit(arity: str, method: str) -> None:
        assert client.stdin is not None
        assert client.stdout is not None
        client.stdin.write(f"{arity} {method}\n")
        client.stdin.flush()
        client.stdout.readline()
        time.sleep(0.05)  # the server ends its span after the client has its answer

    return visit


def grpc_server(handlers: list[Any]) -> Visit:
    """Visits of a threaded gRPC server, by ("unary" or "stream", method)."""
    import grpc

    server = grpc.server(ThreadPoolExecutor(2), handlers=handlers)
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    _kept.append(server)
    return _grpc_visits_of(port)


def grpc_aio_server(handlers: list[Any]) -> Visit:
    """Visits of an asyncio gRPC server."""
    import grpc.aio

    async def start() -> int:
        server = grpc.aio.server()
        server.add_generic_rpc_handlers(tuple(handlers))
        port = server.add_insecure_port("127.0.0.1:0")
        await server.start()
        _kept.append(server)
        return int(port)

    return _grpc_visits_of(_run(start()))


def celery_worker(application: Any) -> Callable[[Any], None]:
    """Sends a task with the arguments 1 and 2, and comes back when a worker in a thread of its own has performed it."""
    from celery import signals
    from celery.contrib.testing.worker import start_worker

    application.conf.broker_url = f"redis://127.0.0.1:{_redis_port()}/1"
    application.set_default()
    worker = start_worker(application, pool="solo", perform_ping_check=False, loglevel="critical")
    worker.__enter__()
    _kept.append(worker)
    performed = threading.Event()

    def tell(**_: Any) -> None:
        performed.set()

    signals.task_postrun.connect(tell, weak=False)

    def perform(task: Any) -> None:
        performed.clear()
        task.apply_async((1, 2))
        performed.wait(20)
        time.sleep(0.05)  # who else is told of the end may be told after us

    return perform


def rq_worker() -> Callable[[Any], None]:
    """Enqueues a job with the arguments 1 and 2, and lets a worker in a thread of its own perform it."""
    from rq import Queue, SimpleWorker, Worker
    from rq.timeouts import TimerDeathPenalty

    class OneProcess(SimpleWorker, Worker):
        """Performs jobs without a fork, and is a Worker, which alone the instrumentation knows."""

        death_penalty_class = TimerDeathPenalty

        def _install_signal_handlers(self) -> None:
            """Signals are the main thread's."""

    def perform(function: Any) -> None:
        connection = redis_server()
        queue = Queue("jobs", connection=connection)
        queue.enqueue(function, 1, 2)
        worker = OneProcess([queue], connection=connection)
        thread = threading.Thread(target=worker.work, kwargs={"burst": True, "logging_level": "CRITICAL"})
        thread.start()
        thread.join()

    return perform


def faststream_broker() -> tuple[Any, Callable[[Any], Any], Callable[[str], None]]:
    """A broker of FastStream on a loop in a thread, what runs a coroutine there, and what waits until one was read.

    Subscribers are declared first; the first coroutine starts the broker.
    """
    from faststream import BaseMiddleware
    from faststream.redis import RedisBroker

    read: dict[str, threading.Event] = {}

    class Told(BaseMiddleware):
        async def after_processed(self, *args: Any, **kwargs: Any) -> Any:
            answer = await super().after_processed(*args, **kwargs)
            for event in read.values():
                event.set()
            return answer

    middlewares: list[Any] = [Told]
    if OPENTELEMETRY:
        from faststream.redis.opentelemetry import RedisTelemetryMiddleware

        middlewares.append(RedisTelemetryMiddleware())
    broker = RedisBroker(f"redis://127.0.0.1:{_redis_port()}/2", middlewares=middlewares, logger=None)
    started: list[bool] = []

    async def with_the_broker(coroutine: Any) -> Any:
        if not started:
            started.append(True)
            await broker.start()
        return await coroutine

    def run(coroutine: Any) -> Any:
        read["next"] = threading.Event()
        return _run(with_the_broker(coroutine))

    def wait(_: str) -> None:
        read["next"].wait(10)
        time.sleep(0.1)  # the spans end after the message is processed

    return broker, run, wait


def mcp_visits(server: Any) -> Visit:
    """Requests of MCP's own client, over its transport in memory: ("tool", name), ("prompt", name), ("resource", …)."""
    from mcp import Client

    async def ask(kind: str, name: str) -> None:
        async with Client(server) as client:
            if kind == "tool":
                await client.call_tool(name, {"number": 1})
            elif kind == "prompt":
                await client.get_prompt(name, {"number": "1"})
            else:
                await client.read_resource(name.replace("//", "://"))

    def visit(kind: str, name: str) -> None:
        with contextlib.suppress(Exception):
            asyncio.run(ask(kind, name))

    return visit


_kept: list[Any] = []
_ended_with_us: list[subprocess.Popen[Any]] = []


def end_all() -> None:
    """End the programs that were started here."""
    for process in _ended_with_us:
        process.terminate()
        process.wait()


@functools.cache
def _redis_port() -> int:
    """The port of a Redis of our own. Raises FileNotFoundError where there is none."""
    found = shutil.which("redis-server")
    if found is None:
        raise FileNotFoundError("redis-server is not installed, and the corpus has calls of it: apt-get install redis")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    command = [found, "--port", str(port), "--bind", "127.0.0.1", "--save", "", "--daemonize", "no"]
    _ended_with_us.append(subprocess.Popen(command, stdout=subprocess.DEVNULL))
    for _ in range(1000):
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
            return port
        except OSError:
            time.sleep(0.02)
    raise TimeoutError("redis-server did not come up")


def redis_server() -> Any:
    """A client of the Redis of our own."""
    import redis

    return redis.Redis(port=_redis_port())


@dataclass(frozen=True)
class Services:
    """Where the services are that the programs call."""

    http: str
    grpc: str
    redis_port: int

    def redis(self) -> Any:
        """A client of Redis."""
        return redis_server()


class _Answering(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self.send_response(200)
        self.send_header("Content-Length", "2")
        self.end_headers()
        self.wfile.write(b"ok")

    do_POST = do_GET  # noqa: N815 - http.server asks for it by this name

    def log_message(self, *_: Any) -> None:
        pass


@functools.cache
def services() -> Services:
    """Servers of the loopback, started once."""
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), _Answering)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return Services(f"http://127.0.0.1:{server.server_port}/", _echoing_grpc(), _redis_port())


def _echoing_grpc() -> str:
    if importlib.util.find_spec("grpc") is None:
        return ""
    import grpc

    methods = {
        "Say": grpc.unary_unary_rpc_method_handler(lambda asked, _: asked),
        "List": grpc.unary_stream_rpc_method_handler(lambda asked, _: iter([asked])),
    }
    handler = grpc.method_handlers_generic_handler("echo.Echo", methods)
    server = grpc.server(ThreadPoolExecutor(2), handlers=(handler,))
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    _kept.append(server)
    return f"127.0.0.1:{port}"
