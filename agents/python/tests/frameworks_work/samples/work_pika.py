"""Consumers of a blocking channel of pika, and the lines that publish."""

import functools


def done(channel, method):
    channel.basic_ack(method.delivery_tag)
    channel.stop_consuming()


def audited(handler):
    @functools.wraps(handler)
    def inner(*args, **kwargs):
        return handler(*args, **kwargs)

    return inner


def function(channel, method, properties, body):  # <- function
    done(channel, method)


@audited
def decorated(channel, method, properties, body):  # <- decorated
    done(channel, method)


def with_shelf(shelf, channel, method, properties, body):  # <- partial
    assert shelf == "shelf"
    done(channel, method)


partial = functools.partial(with_shelf, "shelf")


class Consumer:
    def on_message(self, channel, method, properties, body):  # <- method
        done(channel, method)

    def __call__(self, channel, method, properties, body):  # <- object
        done(channel, method)


def raises(channel, method, properties, body):  # <- raises
    done(channel, method)
    raise LookupError("no such order")


def answers(channel, method, properties, body):  # <- answers
    channel.basic_publish("", properties.reply_to, body)  # <- answer
    done(channel, method)


def publish(channel, queue, properties=None):
    channel.basic_publish("", queue, b"1", properties)  # <- publish


def work(channel):
    channel.start_consuming()


def read(channel, queue):
    for method, _, _ in channel.consume(queue, inactivity_timeout=20):
        channel.basic_ack(method.delivery_tag)
        channel.cancel()
