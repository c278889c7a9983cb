"""A program whose calls go through modules that lie wherever a test has put them. Run as a program.

python case_layouts.py WALKER,... MODULE...: prints a line of JSON, for each walker and module the file of its exit's
origin: that of the module, which makes the span, or of this program where the module is not the user's own.
"""

import importlib
import json
import os
import sys
from pathlib import Path


def main(walkers, modules):
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import SimpleSpanProcessor
    from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
    from spanorigin import agent
    from spanorigin.settings import Settings

    told = {}
    started_in = Path.cwd()
    for walker in walkers.split(","):
        provider = TracerProvider(shutdown_on_exit=False)
        exporter = InMemorySpanExporter()
        provider.add_span_processor(SimpleSpanProcessor(exporter))
        os.chdir(started_in)
        agent.install(provider, settings=Settings(walker=walker, door="off"))
        loaded = [importlib.import_module(name) for name in modules]
        os.chdir("/")  # whatever was relative stays where it was
        for module in loaded:
            module.ask(provider.get_tracer("x"))
        assert not agent.status().failures, agent.status().failures
        agent.uninstall()
        files = [span.attributes.get("code.file.path") for span in exporter.get_finished_spans()]
        told[walker] = dict(zip(modules, files, strict=True))
    print(json.dumps(told))


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2:])
