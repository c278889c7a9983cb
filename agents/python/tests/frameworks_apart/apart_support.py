"""What tests of this folder share: an ASGI server that runs an application's lifespan."""

import threading
from contextlib import contextmanager

import uvicorn
from entry_support import wait_for


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
