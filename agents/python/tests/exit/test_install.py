"""Putting the agent on a provider, taking it away, and what it says of itself."""

import subprocess
import sys
import threading

import exit_shapes as sample
import pytest
import spanorigin
from exit_support import HERE, Agent, Library, frame, frames_of
from opentelemetry import trace
from opentelemetry.sdk.trace import ConcurrentMultiSpanProcessor, SpanProcessor, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import INVALID_SPAN, NonRecordingSpan, SpanContext, SpanKind, TraceFlags, set_span_in_context
from spanorigin import agent as house
from spanorigin.model import InstallError, SettingError
from spanorigin.origin.serving import SWEPT_FROM
from spanorigin.settings import Settings

SETTINGS = Settings(exclude=(f"{HERE}/*",))
PLAIN = [frame("exit_shapes", "plain", "plain")]


@pytest.fixture(autouse=True)
def _nothing_stays_installed():
    yield
    house.uninstall()


def made_provider(**options):
    provider = TracerProvider(shutdown_on_exit=False, **options)
    exporter = InMemorySpanExporter()
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    return provider, exporter


def origins(exporter):
    finished = exporter.get_finished_spans()
    exporter.clear()
    return [frames_of(span) for span in finished]


def test_install_answers_what_it_did():
    provider, _ = made_provider()

    installation = spanorigin.install(provider, settings=SETTINGS)

    assert installation.active
    assert installation.settings is SETTINGS
    assert installation.walker
    assert installation.attaching.startswith("directly")
    assert house.status().installation is installation


def test_processors_that_were_there_before_see_the_origin_at_the_start_of_a_span():
    class Looking(SpanProcessor):
        seen = None

        def on_start(self, span, parent_context=None):
            self.seen = dict(span.attributes)

    provider, looking = TracerProvider(shutdown_on_exit=False), Looking()
    provider.add_span_processor(looking)
    spanorigin.install(provider, settings=SETTINGS)

    sample.plain(Library(provider).call)

    assert looking.seen["code.line.number"] == PLAIN[0].line


def test_installing_twice_is_installing_once():
    provider, exporter = made_provider()

    first = spanorigin.install(provider, settings=SETTINGS)
    assert spanorigin.install(provider, settings=SETTINGS) is first
    sample.plain(Library(provider).call)

    assert origins(exporter) == [PLAIN]
    spanorigin.uninstall()
    assert "on_start" not in vars(provider._active_span_processor)


def test_a_second_provider_joins():
    (first, first_exporter), (second, second_exporter) = made_provider(), made_provider()
    spanorigin.install(first, settings=SETTINGS)
    spanorigin.install(second, settings=SETTINGS)

    for provider in (first, second):
        sample.plain(Library(provider).call)

    assert (origins(first_exporter), origins(second_exporter)) == ([PLAIN], [PLAIN])


def test_uninstall_leaves_the_provider_as_it_was_and_install_works_again():
    provider, exporter = made_provider()
    before = provider._active_span_processor._span_processors
    resource = provider.resource
    library = Library(provider)

    for _ in range(2):
        spanorigin.install(provider, settings=SETTINGS)
        sample.plain(library.call)
        spanorigin.uninstall()
        sample.plain(library.call)

        assert origins(exporter) == [PLAIN, []]
        assert provider._active_span_processor._span_processors == before
        assert "on_start" not in vars(provider._active_span_processor)
        assert provider.resource == resource
    assert house.status().installation is None


def test_uninstall_without_install_does_nothing():
    spanorigin.uninstall()

    assert house.status() == house.Status(None)


def test_other_settings_are_refused_while_the_agent_runs():
    provider, _ = made_provider()
    spanorigin.install(provider, settings=SETTINGS)

    with pytest.raises(InstallError, match=r"other settings.*uninstall\(\) first.*\[already-installed\]"):
        spanorigin.install(provider, settings=Settings(max_frames=1))


def test_without_an_sdk_provider_the_message_says_what_to_do():
    with pytest.raises(
        InstallError, match=r"no OpenTelemetry SDK tracer provider.*set_tracer_provider.*\[no-tracer-provider\]"
    ):
        spanorigin.install(trace.NoOpTracerProvider())


@pytest.mark.parametrize("variable", ["SPANORIGIN_ENABLED", "DD_CODE_ORIGIN_FOR_SPANS_ENABLED"])
def test_a_switch_that_says_false_wins_over_the_call(monkeypatch, variable):
    monkeypatch.setenv(variable, "false")
    provider, exporter = made_provider()

    installation = spanorigin.install(provider)
    sample.plain(Library(provider).call)

    assert (installation.active, installation.reason) == (False, f"{variable} says false")
    assert origins(exporter) == [[]]
    assert house.status().installation is None


def test_settings_that_mean_nothing_are_refused_before_anything_is_put_in_place(monkeypatch):
    monkeypatch.setenv("SPANORIGIN_MAX_FRAMES", "many")
    provider, _ = made_provider()

    with pytest.raises(SettingError):
        spanorigin.install(provider)

    assert "on_start" not in vars(provider._active_span_processor)


def test_a_provider_that_runs_its_processors_in_a_pool_still_has_the_callers_origin():
    provider, exporter = made_provider(active_span_processor=ConcurrentMultiSpanProcessor(2))
    library = Library(provider)
    spanorigin.install(provider, settings=SETTINGS)

    sample.plain(library.call)
    spanorigin.uninstall()
    sample.plain(library.call)

    assert origins(exporter) == [PLAIN, []]
    assert "on_start" not in vars(provider._active_span_processor)
    provider.shutdown()


def test_a_provider_of_another_make_gets_the_processor_in_its_own_way():
    class Wrapping(trace.TracerProvider):
        """As vendors wrap the SDK's."""

        def __init__(self):
            self.inner, self.exporter = made_provider()

        def get_tracer(self, *arguments, **options):
            return self.inner.get_tracer(*arguments, **options)

        def add_span_processor(self, processor):
            self.inner.add_span_processor(processor)

    provider = Wrapping()
    spanorigin.install(provider, settings=SETTINGS)

    sample.plain(Library(provider).call)
    spanorigin.uninstall()
    sample.plain(Library(provider).call)

    assert origins(provider.exporter) == [PLAIN, []]


def test_the_status_tells_verdicts_with_their_reasons():
    with Agent() as agent:
        sample.plain(Library(agent.provider).call)
        files = house.status().files

    assert files[sample.__file__].accepted
    assert any(not verdict.accepted and "exclude" in verdict.reason for verdict in files.values())


def entry_span_for(span):
    return house._Process.running.processor.open_entries.span_for(span)


def start(tracer, kind, parent=None, name="span"):
    context = set_span_in_context(parent) if parent is not None else None
    return tracer.start_span(name, context=context, kind=kind)


@pytest.fixture
def tracer():
    provider, _ = made_provider()
    spanorigin.install(provider, settings=SETTINGS)
    return provider.get_tracer("tests")


@pytest.mark.parametrize("kind", [SpanKind.SERVER, SpanKind.CONSUMER])
def test_the_entry_span_of_a_request_is_its_local_root_from_anywhere_below(tracer, kind):
    remote = NonRecordingSpan(SpanContext(77, 78, is_remote=True, trace_flags=TraceFlags(1)))
    root = start(tracer, kind, remote)
    child = start(tracer, SpanKind.INTERNAL, root)
    grandchild = start(tracer, SpanKind.CLIENT, child)

    assert [entry_span_for(span) for span in (root, child, grandchild)] == [root] * 3


def test_there_is_no_entry_span_without_a_request_after_it_and_for_spans_not_recorded(tracer):
    alone = start(tracer, SpanKind.INTERNAL)
    root = start(tracer, SpanKind.SERVER)
    child = start(tracer, SpanKind.INTERNAL, root)
    root.end()

    assert [entry_span_for(span) for span in (alone, child, root, INVALID_SPAN)] == [None] * 4


def test_of_two_open_requests_in_one_trace_only_a_direct_child_knows_its_own(tracer):
    remote = NonRecordingSpan(SpanContext(77, 78, is_remote=True, trace_flags=TraceFlags(1)))
    first, second = start(tracer, SpanKind.SERVER, remote), start(tracer, SpanKind.SERVER, remote)
    child = start(tracer, SpanKind.INTERNAL, first)
    grandchild = start(tracer, SpanKind.INTERNAL, child)

    assert (entry_span_for(child), entry_span_for(grandchild)) == (first, None)
    second.end()
    assert entry_span_for(grandchild) is first


def test_requests_that_never_end_are_not_kept_alive(tracer):
    import gc
    import weakref

    references = [weakref.ref(start(tracer, SpanKind.SERVER)) for _ in range(5)]
    gc.collect()

    assert [reference() for reference in references] == [None] * 5


def test_many_requests_of_one_trace_at_once_are_all_found(tracer):
    """A service that calls itself from many threads, where a lost update would show."""
    remote = NonRecordingSpan(SpanContext(77, 78, is_remote=True, trace_flags=TraceFlags(1)))
    wrong = []

    def work():
        for _ in range(200):
            root = start(tracer, SpanKind.SERVER, remote)
            child = start(tracer, SpanKind.INTERNAL, root)
            if entry_span_for(child) is not root:
                wrong.append(child)
            root.end()

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert wrong == []


def test_requests_that_are_over_are_swept_out(tracer):
    kept = [start(tracer, SpanKind.SERVER) for _ in range(5 * SWEPT_FROM)]
    still_open = kept[::100]
    for span in kept:
        if span not in still_open:
            span.end()

    for _ in range(20 * SWEPT_FROM):
        start(tracer, SpanKind.SERVER).end()

    entries = house._Process.running.processor.open_entries
    entries.settle()
    assert len(entries.by_trace) <= 2 * SWEPT_FROM
    for span in still_open:
        assert entry_span_for(start(tracer, SpanKind.INTERNAL, start(tracer, SpanKind.INTERNAL, span))) is span


def in_a_child(code):
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True, timeout=60)
    return done.stdout.strip()


def test_importing_the_package_starts_nothing_and_imports_no_sdk():
    code = (
        "import sys, threading, spanorigin\n"
        "print(threading.active_count(), [m for m in sys.modules if m.startswith(('opentelemetry', 'spanorigin.'))])"
    )

    assert in_a_child(code) == "1 []"


def test_installing_imports_no_framework_and_no_library():
    code = (
        "import sys\n"
        "from opentelemetry.sdk.trace import TracerProvider\n"
        "before = set(sys.modules)\n"
        "import spanorigin; spanorigin.install(TracerProvider())\n"
        "new = {module.split('.')[0] for module in set(sys.modules) - before}\n"
        "print(sorted(new - set(sys.stdlib_module_names) - {'spanorigin', 'opentelemetry'}))"
    )

    assert in_a_child(code) == "[]"
