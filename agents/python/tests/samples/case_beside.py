"""A program that a debugger, a profiler or a coverage tool may run beside the agent. Run as a program.

python case_beside.py WALKER: prints a line of JSON, the origins of an entry, an exit and a gathered exit.
python case_beside.py off: makes the same spans without the agent.
"""

import asyncio
import json
import sys
from pathlib import Path


def pays(call):
    total = 0
    for amount in (1, 2):
        total += amount
        call()  # <- pays
    return total


async def gathers(async_call):
    await asyncio.gather(async_call(), async_call())  # <- gathers


def handler(call):
    def view():  # <- view
        return str(pays(call))

    return view


def make_spans(provider, library):
    from flask import Flask
    from opentelemetry.instrumentation.flask import FlaskInstrumentor

    app = Flask("beside")
    app.add_url_rule("/", view_func=handler(library.call))
    FlaskInstrumentor.instrument_app(app, tracer_provider=provider)
    assert app.test_client().get("/").data == b"3"
    asyncio.run(gathers(library.async_call))


def main(walker):
    from exit_support import Agent, Library

    agent = Agent(walker="auto" if walker == "off" else walker)
    library = Library(agent.provider)
    if walker == "off":
        make_spans(agent.provider, library)
    else:
        with agent:
            make_spans(agent.provider, library)
            assert agent.failures() == {}, agent.failures()
    spans = [dict(span.attributes) for span in agent.exporter.get_finished_spans()]
    print(json.dumps([[held.get("code.line.number"), held.get("spanorigin.frames")] for held in spans]))


if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "exit"))
    main(*sys.argv[1:])
