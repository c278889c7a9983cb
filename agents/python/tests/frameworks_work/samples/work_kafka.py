"""Lines that send to Kafka, and one that polls."""


def produce(producer):
    producer.produce("orders", b"1")  # <- produce
    producer.flush(10)


def poll(consumer):
    message = None
    while message is None:
        message = consumer.poll(1)
    return message


def produce_by_kafka_python(producer):
    producer.send("orders", b"1").get(10)  # <- kafka_python


async def produce_by_aiokafka(producer):
    await producer.send_and_wait("orders", b"1")  # <- aiokafka
