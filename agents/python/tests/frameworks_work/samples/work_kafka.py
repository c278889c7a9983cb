"""Lines that send to Kafka, and one that polls."""


def produce(producer):
    producer.produce("orders", b"1")  # <- produce
    producer.flush(10)


def poll(consumer):
    message = None
    while message is None:
        message = consumer.poll(1)
    return message
