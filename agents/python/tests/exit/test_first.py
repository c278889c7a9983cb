"""Where the agent stands among the span processors of a provider: before all, and in nobody's way."""

import pytest
from opentelemetry.sdk.trace import (
    ConcurrentMultiSpanProcessor,
    SpanProcessor,
    SynchronousMultiSpanProcessor,
    TracerProvider,
)
from spanorigin.providers import _only_passes_on, place_in


class Seen(SpanProcessor):
    """Writes down what it is told, and by which names."""

    def __init__(self, name, log):
        self._name, self._log = name, log

    def on_start(self, span, *positional, **named):
        self._log.append((self._name, "start", span.name, len(positional), sorted(named)))

    def on_end(self, span):
        self._log.append((self._name, "end", span.name))


@pytest.fixture(params=[SynchronousMultiSpanProcessor, lambda: ConcurrentMultiSpanProcessor(1)], ids=["list", "pool"])
def provider(request):
    made = TracerProvider(active_span_processor=request.param(), shutdown_on_exit=False)
    yield made
    made.shutdown()


def start(provider, name="x"):
    return provider.get_tracer("first").start_span(name)


def test_we_are_told_before_all_others_and_of_starts_alone(provider):
    log = []
    provider.add_span_processor(Seen("theirs", log))
    place_in(provider).hold(Seen("ours", log))
    provider.add_span_processor(Seen("later", log))

    start(provider).end()

    assert [entry[:2] for entry in log] == [
        ("ours", "start"),
        ("theirs", "start"),
        ("later", "start"),
        ("theirs", "end"),
        ("later", "end"),
    ]


def test_the_others_are_told_as_the_sdk_tells_them(provider):
    log, place = [], place_in(provider)
    provider.add_span_processor(Seen("theirs", log))

    start(provider)
    place.hold(Seen("ours", []))
    start(provider)
    place.hold(None)
    start(provider)

    assert log[0] == log[1] == log[2]


def test_what_another_raises_reaches_whom_it_always_reached():
    class Failing(SpanProcessor):
        def on_start(self, span, parent_context=None):
            raise LookupError("theirs")

    provider = TracerProvider(shutdown_on_exit=False)
    provider.add_span_processor(Failing())
    place_in(provider).hold(Seen("ours", []))

    with pytest.raises(LookupError, match="theirs"):
        start(provider)


def test_a_tracer_made_before_us_is_seen_too(provider):
    log, tracer = [], provider.get_tracer("early")
    place_in(provider).hold(Seen("ours", log))

    tracer.start_span("x")

    assert len(log) == 1


def test_out_again_nothing_is_left(provider):
    place, log = place_in(provider), []
    before = dict(vars(provider._active_span_processor))

    place.hold(Seen("ours", log))
    place.hold(Seen("another of ours", log))
    start(provider)
    place.hold(None)
    place.hold(None)
    start(provider)

    assert [entry[0] for entry in log] == ["another of ours"]
    assert vars(provider._active_span_processor) == before


def test_behind_somebody_else_who_came_later_we_stay_and_do_nothing(provider):
    place, log, every = place_in(provider), [], provider._active_span_processor
    provider.add_span_processor(Seen("theirs", log))
    place.hold(Seen("ours", log))
    ours = every.on_start

    def later(span, parent_context=None):
        log.append(("later",))
        ours(span, parent_context=parent_context)

    every.on_start = later
    for held, expected in ((None, ["later", "theirs"]), (Seen("ours", log), ["later", "ours", "theirs"])):
        place.hold(held)
        log.clear()
        start(provider)

        assert [entry[0] for entry in log] == expected


class WithMore(SynchronousMultiSpanProcessor):
    """Does more than to pass spans on."""

    def on_start(self, span, parent_context=None):
        self.seen = [*getattr(self, "seen", ()), span.name]
        super().on_start(span, parent_context=parent_context)


def test_one_that_does_more_than_to_pass_spans_on_goes_on_doing_it():
    every, log = WithMore(), []
    provider = TracerProvider(active_span_processor=every, shutdown_on_exit=False)
    provider.add_span_processor(Seen("theirs", log))
    place_in(provider).hold(Seen("ours", log))

    start(provider)

    assert every.seen == ["x"]
    assert [entry[0] for entry in log] == ["ours", "theirs"]
    assert not _only_passes_on(every)


def test_a_loop_that_somebody_put_in_the_sdks_place_goes_on_being_run(monkeypatch):
    log, sdks = [], SynchronousMultiSpanProcessor.on_start

    def watched(self, span, parent_context=None):
        log.append("watched")
        sdks(self, span, parent_context)

    monkeypatch.setattr(SynchronousMultiSpanProcessor, "on_start", watched)
    provider = TracerProvider(shutdown_on_exit=False)
    place_in(provider).hold(Seen("ours", []))

    start(provider)

    assert log == ["watched"]


def test_the_sdks_loop_is_known():
    """A canary: when an SDK passes spans on in another way, a span costs one call more until we know it."""
    assert _only_passes_on(SynchronousMultiSpanProcessor())
