"""A Flask shop on gevent's own server, everything patched, asked by many greenlets at once. Run as a program.

python case_gevent.py WALKER...: prints a line of JSON, for each walker what each request's spans carried, counted.
"""

from gevent import monkey

monkey.patch_all()

import json  # noqa: E402
import sys  # noqa: E402
import urllib.request  # noqa: E402
from collections import Counter  # noqa: E402
from pathlib import Path  # noqa: E402

import gevent  # noqa: E402
from flask import Flask  # noqa: E402
from gevent.pywsgi import WSGIServer  # noqa: E402
from opentelemetry.instrumentation.flask import FlaskInstrumentor  # noqa: E402


def shop(library):
    app = Flask("gevent")

    @app.get("/pays")
    def pays():  # <- pays
        gevent.sleep(0.001)
        library.call()  # <- paying
        return "ok"

    @app.get("/lists")
    def lists():  # <- lists
        library.call()  # <- listing
        gevent.spawn(library.call).join()
        return "ok"

    return app


def main(walker):
    from exit_support import Agent, Library

    with Agent(walker=walker) as agent:
        app = shop(Library(agent.provider))
        FlaskInstrumentor.instrument_app(app, tracer_provider=agent.provider)
        server = WSGIServer(("127.0.0.1", 0), app, log=None)
        server.start()
        address = f"http://127.0.0.1:{server.server_port}"
        asks = [gevent.spawn(ask, f"{address}/{path}") for path in ["pays", "lists"] * 10]
        gevent.joinall(asks, raise_error=True, timeout=30)
        server.stop()
        assert agent.failures() == {}, agent.failures()
        spans = agent.exporter.get_finished_spans()
        return sorted(Counter(f"{span.name} {span.attributes.get('code.line.number')}" for span in spans).items())


def ask(address):
    with urllib.request.urlopen(address, timeout=20) as answer:
        assert answer.read() == b"ok"


if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "exit"))
    print(json.dumps({walker: main(walker) for walker in sys.argv[1:]}))
