"""Capture is turned on and off while the program runs; off is not installed, and nobody notices."""

import subprocess
import sys
import threading

import pytest
import spanorigin
from flask import Flask
from live_support import Shop
from opentelemetry.sdk.trace import ConcurrentMultiSpanProcessor, TracerProvider
from spanorigin import agent as house
from spanorigin.running import Joined
from spanorigin.settings import Settings
from spanorigin.switches import Wish

BOTH = {"entry", "exit"}


@pytest.fixture(params=["synchronous", "concurrent", "another make"])
def shop(request):
    def made(kind):
        if kind == "concurrent":
            return TracerProvider(active_span_processor=ConcurrentMultiSpanProcessor(2), shutdown_on_exit=False)
        return TracerProvider(shutdown_on_exit=False)

    provider = made(request.param)
    if request.param == "another make":
        provider._active_span_processor = _Own(provider._active_span_processor)
    with Shop(provider) as shop:
        yield shop


class _Own:
    """A vendor's list of processors."""

    def __init__(self, inner):
        self._inner = inner

    def __getattr__(self, name):
        return getattr(self._inner, name)


def put_in():
    """What of ours stands in a process where it would cost something."""
    return (
        Flask.__dict__["ensure_sync"],
        [finder for finder in sys.meta_path if type(finder).__module__.startswith("spanorigin")],
    )


@pytest.mark.parametrize(
    ("wish", "expected"),
    [
        (Wish(enabled=False), set()),
        (Wish(entry=False), {"exit"}),
        (Wish(exit=False), {"entry"}),
        (Wish(entry=False, exit=False), set()),
        (Wish(), BOTH),
    ],
    ids=["all", "entries", "exits", "both", "none"],
)
def test_each_switch_takes_its_own_and_gives_it_back(shop, wish, expected):
    assert shop.ask() == BOTH

    house.switch(wish)
    assert shop.ask() == expected
    assert shop.ask() == expected

    house.switch(Wish(True, True, True))
    assert shop.ask() == BOTH


def test_off_is_not_installed():
    bare = Flask.__dict__["ensure_sync"]
    with Shop() as shop:
        every = shop.provider._active_span_processor
        ours = every.on_start
        hook = Flask.__dict__["ensure_sync"]
        assert hook is not bare
        for _ in range(3):
            spanorigin.switch(False)
            assert put_in() == (bare, [])
            assert "on_start" not in vars(every)

            spanorigin.switch(True)
            assert every.on_start.__code__ is ours.__code__
            assert Flask.__dict__["ensure_sync"].__wrapped__ is bare


def test_without_entries_no_framework_is_touched_and_without_exits_a_call_reaches_no_walker():
    bare = Flask.__dict__["ensure_sync"]
    with Shop() as shop:
        spanorigin.switch(entry=False)
        assert Flask.__dict__["ensure_sync"] is bare

        spanorigin.switch(entry=True, exit=False)
        processor = house._Process.running.processor
        asked = []
        processor.on_start = lambda span, parent_context=None: asked.append(span.kind.name)
        shop.ask()

    assert asked == ["SERVER"]


def test_a_request_in_flight_goes_on_as_the_switches_stand_when_its_spans_start(shop):
    shop.during = lambda: spanorigin.switch(False)
    assert shop.ask() == {"entry"}

    # Switched on too late for its handler, in time for its call.
    shop.during = lambda: spanorigin.switch(True)
    assert shop.ask() == {"exit"}

    shop.during = lambda: None
    assert shop.ask() == BOTH


def test_threads_in_flight_notice_without_a_restart():
    with Shop() as shop:
        started, switched, seen = threading.Event(), threading.Event(), []

        def work():
            started.set()
            switched.wait(20)
            with shop.tracer.start_as_current_span("call", kind=house.trace.SpanKind.CLIENT):
                pass
            seen.append(shop.origins())

        thread = threading.Thread(target=work)
        thread.start()
        started.wait(20)
        spanorigin.switch(False)
        switched.set()
        thread.join()

    assert seen == [set()]


def test_requests_are_answered_alike_while_switches_go_to_and_fro():
    """Every request of four threads is answered, and none of the agent's rooms counts a failure."""
    with Shop() as shop:
        ends = threading.Event()
        answers = []

        def work():
            client = shop.app.test_client()
            while not ends.is_set():
                answers.append(client.get("/").data)

        threads = [threading.Thread(target=work) for _ in range(4)]
        for thread in threads:
            thread.start()
        wishes = [Wish(enabled=False), Wish(enabled=True), Wish(entry=False), Wish(exit=False), Wish(True, True, True)]
        while len(answers) < 300:
            for wish in wishes:
                house.switch(wish)
        ends.set()
        for thread in threads:
            thread.join()

        assert set(answers) == {b"home"}
        assert house.status().failures == {}
        shop.origins()
        assert shop.ask() == BOTH


def test_what_the_environment_forbids_stays_off_whoever_asks(monkeypatch):
    monkeypatch.setenv("SPANORIGIN_EXIT", "false")
    with Shop() as shop:
        house.uninstall()
        house.install(shop.provider, settings=Settings.from_environment())

        positions = house.switch(Wish(exit=True), "the server", remote=True)

        assert (positions.exit.accepted, positions.exit.reason) == (False, "SPANORIGIN_EXIT says false")
        assert shop.ask() == {"entry"}


def test_the_status_says_how_the_switches_stand_and_forgetting_restores_them():
    with Shop() as shop:
        house.switch(Wish(entry=False), "the server", remote=True)
        assert house.status().capture.entry.reason == "switched off by the server"
        assert shop.ask() == {"exit"}

        house.forget_remote()
        assert house.status().capture.entry.accepted
        assert shop.ask() == BOTH


def test_a_provider_that_joins_while_capture_is_off_is_left_alone_until_it_is_on():
    with Shop() as first:
        spanorigin.switch(False)
        second = Shop()
        house.install(second.provider, settings=first.settings)
        assert second.ask() == set()

        spanorigin.switch(True)

        assert (first.ask(), second.ask()) == (BOTH, BOTH)


def test_a_provider_that_refuses_is_counted_and_harms_nobody():
    with Shop() as shop:

        class Refusing:
            def hold(self, processor):
                raise LookupError

        house._Process.running.joined.append(Joined(shop.provider, Refusing(), lambda: None))
        positions = house.switch(Wish(exit=False))
        house._Process.running.joined.pop()

        assert not positions.exit.accepted
        assert house.status().failures == {"switch": 1}


FORKING = """
import os, sys, threading, time
from opentelemetry.sdk.trace import TracerProvider
import spanorigin
from spanorigin import agent
from spanorigin.settings import Settings
spanorigin.install(TracerProvider(shutdown_on_exit=False), settings=Settings(door="off"))
over = threading.Event()
def switch():
    while not over.is_set():
        spanorigin.switch(False)
        spanorigin.switch(True)
thread = threading.Thread(target=switch)
thread.start()
for number in range(40):
    pid = os.fork()
    if pid == 0:
        # Whole, and not held by a thread that is not here.
        answered = spanorigin.switch(True) is not None and agent.status().capture.enabled.accepted
        os._exit(0 if answered else 1)
    assert os.waitpid(pid, 0)[1] == 0, number
over.set()
thread.join()
print("well")
"""


def test_a_process_that_forks_while_it_is_switched_has_children_that_can_be_switched():
    done = subprocess.run([sys.executable, "-W", "ignore", "-c", FORKING], capture_output=True, text=True, timeout=60)

    assert (done.stdout.strip(), done.stderr) == ("well", "")


def test_without_an_installation_there_is_nothing_to_switch():
    assert spanorigin.switch(True) is None
    assert house.forget_remote() is None
