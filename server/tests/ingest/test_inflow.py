"""All requests together take up no more than there is, and give back what they took."""

from __future__ import annotations

import threading

import pytest
from spanorigin_server.ingest.inflow import Inflow, QueueFull


def test_what_is_taken_is_given_back():
    inflow = Inflow(limit_bytes=10)

    for _ in range(3):
        with inflow.held() as first, inflow.held() as second:
            first.add(6)
            second.add(4)


def test_what_would_be_too_much_is_refused_and_what_was_there_stays():
    inflow = Inflow(limit_bytes=10)

    with inflow.held() as first, inflow.held() as second:
        first.add(6)
        with pytest.raises(QueueFull):
            second.add(5)
        second.add(4)


def test_a_lone_request_may_be_larger_than_all_may_be_together():
    inflow = Inflow(limit_bytes=10)

    with inflow.held() as alone:
        alone.add(8)
        alone.add(100)
        with inflow.held() as other, pytest.raises(QueueFull):
            other.add(1)


def test_a_refused_request_gives_back_too():
    inflow = Inflow(limit_bytes=10)

    with inflow.held() as held:
        held.add(10)
        with pytest.raises(QueueFull), inflow.held() as other:
            other.add(1)

    with inflow.held() as first, inflow.held() as second:
        first.add(5)
        second.add(5)


def test_threads_lose_nothing_to_each_other():
    inflow = Inflow(limit_bytes=10**9)

    def work() -> None:
        for _ in range(20_000):
            with inflow.held() as held:
                held.add(3)

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert inflow._taken_bytes == 0
