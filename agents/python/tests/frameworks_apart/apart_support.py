"""What tests of this folder share: an ASGI server that runs a lifespan, and Temporal's server and worker."""

import sys
import threading
import uuid
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path

import uvicorn
from entry_support import wait_for
from exit_services import free_port, program, running


@contextmanager
def serving_asgi(app):
    """The application behind uvicorn with its lifespan, which Sanic needs; gives its address."""
    server = uvicorn.Server(uvicorn.Config(app, host="127.0.0.1", port=0, log_level="critical", lifespan="on"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    wait_for(lambda: server.started)
    yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    server.should_exit = True
    thread.join()


@contextmanager
def running_temporal():
    """The address of a development server of Temporal's, which keeps everything in memory."""
    port = free_port()
    command = [program("temporal", Path(sys.executable).parent), "server", "start-dev", "--headless"]
    command += ["--ip", "127.0.0.1", "--port", str(port), "--log-level", "never"]
    with running(command, port):
        yield f"127.0.0.1:{port}"


@asynccontextmanager
async def working(client, **what):
    """A worker of Temporal's on a queue of its own; gives the queue."""
    from temporalio.worker import Worker

    queue = uuid.uuid4().hex
    with ThreadPoolExecutor(1) as threads:
        async with Worker(client, task_queue=queue, activity_executor=threads, **what):
            yield queue
