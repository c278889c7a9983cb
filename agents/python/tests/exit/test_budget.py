"""The governor in the running agent: the same origins under a clock as without, and figures for whoever asks."""

import json
import subprocess
import sys
import textwrap

import exit_shapes as sample
import pytest
from exit_support import Agent, Library, frame
from opentelemetry.trace import SpanKind
from spanorigin import agent as house
from spanorigin.origin.governor import EVERY

PLAIN = [frame("exit_shapes", "plain", "plain")]


def test_the_spans_that_are_measured_have_the_same_origin(agent, library):
    for _ in range(3 * EVERY):
        sample.plain(library.call)

    assert agent.origins() == [PLAIN] * (3 * EVERY)
    assert len(house._Process.running.governor._samples) == 3
    assert house._Process.running.governor.spent_ns > 0
    assert agent.misses() == agent.failures() == {}


def test_what_is_thinned_out_has_no_origin_and_a_reason(agent, library):
    house._Process.running.governor._thin(1)

    for _ in range(200):
        sample.plain(library.call)

    origins = agent.origins()
    assert 40 < origins.count(PLAIN) < 160
    assert agent.misses() == {"over-budget": origins.count([])}
    assert origins.count(PLAIN) + origins.count([]) == 200
    budget = house.status().budget
    assert not budget.accepted
    assert budget.reason.startswith("one exit in 2 gets its origin")


def test_entries_are_never_thinned_out(agent):
    governor = house._Process.running.governor
    governor._thin(10)
    entries = house._Process.running.processor.open_entries

    for kind in (SpanKind.SERVER, SpanKind.CONSUMER):
        span = agent.provider.get_tracer("t").start_span("x", kind=kind)
        entries.settle()
        assert entries.by_trace[span.context.trace_id]() is span

    assert agent.misses() == {}


def test_a_calm_process_says_that_it_is_within_its_budget(agent):
    assert house.status().budget.accepted
    assert "SPANORIGIN_BUDGET is 1 %" in house.status().budget.reason


def test_the_walkers_cost_is_what_makes_it_thin_out(library, agent):
    """A budget that no walk keeps to: the real clocks are enough to see it."""
    house.uninstall()
    with Agent(budget=0.00001, walker=agent.settings.walker) as tight:
        governor = house._Process.running.governor
        calling = Library(tight.provider)
        for _ in range(200):
            governor._since -= 10**9  # as if a second had passed
            for _ in range(EVERY):
                sample.plain(calling.call)
            if governor.halvings:
                break

        assert governor.halvings > 0
        assert not house.status().budget.accepted


METERED = """
import json
from opentelemetry import metrics, trace
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import InMemoryMetricReader
from opentelemetry.sdk.trace import TracerProvider

import spanorigin

provider = TracerProvider(shutdown_on_exit=False)
trace.set_tracer_provider(provider)
spanorigin.install()
spanorigin.uninstall()
spanorigin.install()
reader = InMemoryMetricReader()
metrics.set_meter_provider(MeterProvider([reader], shutdown_on_exit=False))
tracer = trace.get_tracer("t")

def read():
    found = reader.get_metrics_data()
    data = json.loads(found.to_json()) if found else {}
    scopes = [scope for each in data.get("resource_metrics", []) for scope in each["scope_metrics"]]
    return {
        metric["name"]: [[point["attributes"], point["value"]] for point in metric["data"]["data_points"]]
        for scope in scopes for metric in scope["metrics"]
    }

for _ in range(200):
    tracer.start_span("x", kind=trace.SpanKind.CLIENT).end()
for _ in range(3):
    tracer.start_span("x", kind=trace.SpanKind.CLIENT, attributes={"code.lineno": 1}).end()
while_on = read()
spanorigin.uninstall()
print(json.dumps([while_on, read()]))
"""


def test_the_meter_tells_captures_misses_time_and_thinning(tmp_path):
    pytest.importorskip("opentelemetry.sdk.metrics")
    program = tmp_path / "metered.py"
    program.write_text(textwrap.dedent(METERED))

    done = subprocess.run([sys.executable, program], capture_output=True, text=True, timeout=60, check=False)

    assert done.returncode == 0, done.stderr
    assert done.stderr == ""  # no warning of an instrument made twice
    while_on, after = json.loads(done.stdout)
    assert while_on["spanorigin.agent.captures"] == [[{}, 200]]
    assert while_on["spanorigin.agent.misses"] == [[{"reason": "set-by-the-program"}, 3]]
    assert while_on["spanorigin.agent.time"][0][1] > 0
    assert while_on["spanorigin.agent.thinning"] == [[{}, 1]]
    assert after == {}
