"""Actors of every kind that Dramatiq knows."""

import functools

import dramatiq
from dramatiq.brokers.redis import RedisBroker
from dramatiq.middleware import AsyncIO

tried = []


def declare(port):
    """The actors by name, on a broker that keeps its messages in the Redis at a port."""
    broker = RedisBroker(host="127.0.0.1", port=port, db=3)
    broker.add_middleware(AsyncIO())
    dramatiq.set_broker(broker)

    def audited(actor):
        @functools.wraps(actor)
        def inner(*args, **kwargs):
            return actor(*args, **kwargs)

        return inner

    @dramatiq.actor
    def function(number):  # <- function
        assert number == 1

    @dramatiq.actor
    @audited
    def decorated(number):  # <- decorated
        assert number == 1

    @dramatiq.actor
    async def coroutine(number):  # <- coroutine
        assert number == 1

    @dramatiq.actor(max_retries=1, min_backoff=1, max_backoff=1)
    def retried(number):  # <- retried
        tried.append(number)
        if len(tried) == 1:
            raise LookupError("no such order")

    class Monthly(dramatiq.GenericActor):
        class Meta:
            abstract = True

    class Report(Monthly):
        def perform(self, number):  # <- perform
            assert number == 1

    class Inherited(Report.__class__):
        pass

    return broker, {
        "function": function,
        "decorated": decorated,
        "coroutine": coroutine,
        "retried": retried,
        "perform": Report,
        "inherited": Inherited,
    }
