"""Exit origins of Kafka messages: three clients against the cluster that librdkafka brings, over TCP."""

import aiokafka
import confluent_kafka
import pytest
import work_kafka as sample
from opentelemetry.instrumentation.aiokafka import AIOKafkaInstrumentor
from opentelemetry.instrumentation.confluent_kafka import ConfluentKafkaInstrumentor
from opentelemetry.trace import SpanKind
from work_support import origin_at, origin_of


@pytest.fixture(scope="module")
def servers():
    """The address of a cluster that lives in this process."""
    cluster = confluent_kafka.Producer({"bootstrap.servers": "unused", "test.mock.num.brokers": 1})
    brokers = cluster.list_topics(timeout=20).brokers.values()
    yield ",".join(f"{broker.host}:{broker.port}" for broker in brokers)
    cluster.flush(1)


@pytest.fixture
def instrumented(work):
    ConfluentKafkaInstrumentor().instrument(tracer_provider=work.provider)
    yield
    ConfluentKafkaInstrumentor().uninstrument()


def test_a_message_is_named_by_the_line_that_produces_it(work, servers, instrumented):
    sample.produce(confluent_kafka.Producer({"bootstrap.servers": servers}))

    assert origin_of(work.only(SpanKind.PRODUCER)) == origin_at("work_kafka", "produce", "produce", "exit")


def test_a_poll_has_no_handler_and_so_no_origin(work, servers, instrumented):
    sample.produce(confluent_kafka.Producer({"bootstrap.servers": servers}))
    settings = {"bootstrap.servers": servers, "group.id": "shop", "auto.offset.reset": "earliest"}
    consumer = confluent_kafka.Consumer(settings)
    consumer.subscribe(["orders"])

    message = sample.poll(consumer)
    consumer.close()

    assert message.value() == b"1"
    assert {origin_of(span) for span in work.of_kind(SpanKind.CONSUMER)} == {None}


@pytest.mark.filterwarnings("ignore::DeprecationWarning")  # of kafka-python's own, hundreds
def test_kafka_python_names_the_line_that_sends(work, servers):
    import kafka
    from opentelemetry.instrumentation.kafka import KafkaInstrumentor

    KafkaInstrumentor().instrument(tracer_provider=work.provider, skip_dep_check=True)
    # It cannot read the versions that this cluster offers, so it is told one.
    producer = kafka.KafkaProducer(bootstrap_servers=servers, api_version=(2, 0), max_block_ms=3000)
    sample.produce_by_kafka_python(producer)
    producer.close()
    KafkaInstrumentor().uninstrument()

    expected = origin_at("work_kafka", "kafka_python", "produce_by_kafka_python", "exit")
    assert origin_of(work.only(SpanKind.PRODUCER)) == expected


async def test_aiokafka_names_the_line_that_sends(work, servers):
    AIOKafkaInstrumentor().instrument(tracer_provider=work.provider, skip_dep_check=True)
    producer = aiokafka.AIOKafkaProducer(bootstrap_servers=servers)
    await producer.start()
    await sample.produce_by_aiokafka(producer)
    await producer.stop()
    AIOKafkaInstrumentor().uninstrument()

    expected = origin_at("work_kafka", "aiokafka", "produce_by_aiokafka", "exit")
    assert origin_of(work.only(SpanKind.PRODUCER)) == expected
