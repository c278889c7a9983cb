"""The first span of a file tells which content of it runs, as git names it; the spans after it tell nothing."""

import os
import subprocess
import sys
import time

import pytest
from export_support import Merging, Spans, attributes_of, entry_at, exit_at, spans_of
from opentelemetry.exporter.otlp.proto.common._internal import trace_encoder
from opentelemetry.sdk.trace import SpanLimits
from opentelemetry.trace import SpanKind
from spanorigin.export import Files
from spanorigin.export.files import AGAIN_AFTER_S, LARGEST_BYTES, git_name
from spanorigin.export.path import SMALLEST_BATCH


class Clock:
    now = 1000.0

    def __call__(self):
        return self.now


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def source(tmp_path):
    """Writes a file of the program that will run, and says its path."""

    def write(name, content=b"def load(): ...\n"):
        place = tmp_path / name
        place.write_bytes(content)
        return str(place)

    return write


@pytest.fixture
def telling(clock):
    """An export path that tells files, as the agent installs it; `begin()` once the files are written."""
    made = []

    def begin(is_users=lambda path: True, smallest_batch=SMALLEST_BATCH, since_ns=None):
        since_ns = time.time_ns() + 10**9 if since_ns is None else since_ns
        merging = Merging(smallest_batch, Files(is_users, since_ns=since_ns, clock=clock))
        made.append(merging)
        return merging

    yield begin
    for each in made:
        each.path.uninstall()


def told(spans):
    """What each span of a batch tells of files, as exporters send it, a line each; None for one that tells nothing."""
    return told_in(trace_encoder.encode_spans(spans).SerializeToString())


def told_in(body):
    found = [dict(attributes_of(span)).get("spanorigin.files") for span in spans_of(body)]
    return [each and "\n".join(value.string_value for value in each.values) for each in found]


def test_the_name_is_the_one_that_git_gives(tmp_path):
    for content in (b"", b"a\n", b"caf\xe9\r\nno end of line", bytes(range(256)) * 300):
        (tmp_path / "file").write_bytes(content)
        said = subprocess.run(
            ["git", "hash-object", "--no-filters", str(tmp_path / "file")], capture_output=True, text=True, check=True
        )

        assert git_name(content) == said.stdout.strip()


def test_the_first_span_of_a_file_tells_its_content_and_no_other_does(telling, source):
    orders, views = source("orders.py"), source("views.py", b"def cart(): ...\n")
    telling()
    made = Spans()
    spans = [made.span(exit_at(orders, line=line)) for line in (3, 3, 5)] + [
        made.span(entry_at(views), kind=SpanKind.SERVER)
    ]

    first, second = told(spans), told(spans)

    assert first == [
        f"{git_name(b'def load(): ...' + bytes([10]))} {orders}",
        None,
        None,
        f"{git_name(b'def cart(): ...' + bytes([10]))} {views}",
    ]
    assert second == [None] * 4


def test_the_files_of_outer_frames_and_of_datadogs_form_are_told_too(telling, source):
    inner, outer = source("in ner.py", b"1"), source("out:er.py", b"2")
    telling()
    made = Spans()
    frames = {**exit_at(inner), "spanorigin.frames": f"{inner}:300 shop.load\n{outer}:7 shop.cart"}
    datadog = source("datadog.py", b"3")
    tags = {
        "_dd.code_origin.type": "exit",
        "_dd.code_origin.frames.0.file": datadog,
        "_dd.code_origin.frames.0.line": "4",
    }

    found = told([made.span(frames), made.span(tags), made.span(frames)])

    assert found == [f"{git_name(b'1')} {inner}\n{git_name(b'2')} {outer}", f"{git_name(b'3')} {datadog}", None]


def test_a_lone_span_tells_and_is_sent_plainly_from_then_on(telling, source):
    path = source("orders.py")
    merging = telling()
    made = Spans()
    span = made.span(exit_at(path))

    found = [told([span]) for _ in range(3)]

    assert [each[0] is not None for each in found] == [True, False, False]
    assert merging.path.batches_merged == 1
    assert not merging.failures


def test_all_else_that_is_sent_stays_the_same_to_the_byte(telling, source):
    merging = telling(smallest_batch=1)
    made = Spans()
    spans = [made.span(exit_at(source(f"{n}.py")), {"a": 1}, {"b": 2}) for n in range(5)]
    trace_encoder.encode_spans(spans)

    again = trace_encoder.encode_spans(spans).SerializePartialToString()

    assert merging.path.batches_merged == 2
    assert again == merging.plain(spans)


def test_files_are_told_again_after_a_while_since_spans_may_be_lost(telling, source, clock):
    path = source("orders.py")
    telling()
    span = Spans().span(exit_at(path))
    expected = told([span])

    for wait_s in (*AGAIN_AFTER_S, AGAIN_AFTER_S[-1]):
        clock.now += wait_s - 1
        assert told([span]) == [None]
        clock.now += 1
        assert told([span]) == expected != [None]


def test_what_is_told_again_is_what_was_read_first(telling, source, clock):
    path = source("orders.py", b"old")
    telling()
    span = Spans().span(exit_at(path))
    expected = told([span])
    source("orders.py", b"new")
    clock.now += AGAIN_AFTER_S[0]

    assert told([span]) == expected == [f"{git_name(b'old')} {path}"]


def test_a_file_written_after_the_process_began_is_not_told_even_with_an_older_time(telling, source):
    path = source("orders.py")
    os.utime(path, (1, 1))  # as copying tools do; when it was changed is still known
    merging = telling(since_ns=time.time_ns() - 60 * 10**9)

    assert told([Spans().span(exit_at(path))]) == [None]
    assert merging.path.files.refused == {"changed-since-start": 1}


def test_no_file_is_opened_that_is_not_the_users_own(telling, source, monkeypatch):
    path = source("secret.txt")
    telling(is_users=lambda path: False)
    monkeypatch.setattr(os, "open", lambda *_: pytest.fail("opened"))

    assert told([Spans().span(exit_at(path))]) == [None]


def test_what_cannot_be_read_is_counted_and_the_spans_go_on(telling, source, tmp_path):
    large, folder, pipe = source("large.py", b"x" * (LARGEST_BYTES + 1)), tmp_path / "folder.py", tmp_path / "pipe.py"
    folder.mkdir()
    os.mkfifo(pipe)
    merging = telling()
    made = Spans()
    paths = [large, str(folder), str(pipe), str(tmp_path / "gone.py"), "nul\0.py"]

    found = told([made.span(exit_at(path)) for path in paths])

    assert found == [None] * len(paths)
    assert merging.path.files.refused == {"too-large": 1, "unreadable": 4}
    assert not merging.failures
    assert merging.path.verdict.accepted


def test_one_batch_reads_a_bounded_amount_and_the_rest_comes_with_later_ones(telling, source):
    paths = [source(f"{number}.py", b"%d" % number * (LARGEST_BYTES // 3)) for number in range(10)]
    telling()
    made = Spans()
    spans = [made.span(exit_at(path)) for path in paths]
    trace_encoder.encode_spans([made.span(exit_at("/nowhere.py")) for _ in range(3)])  # proves the path, tells nothing

    tellings = [told(spans) for _ in range(5)]

    by_batch = [sum(line is not None for line in batch) for batch in tellings]
    assert sum(by_batch) == len(paths)
    assert max(by_batch) <= 4
    assert by_batch[-1] == 0


def test_a_span_without_room_for_another_attribute_is_left_as_it_is(telling, source):
    path = source("orders.py")
    telling()
    full = Spans(span_limits=SpanLimits(max_span_attributes=4))
    cut = Spans(span_limits=SpanLimits(max_span_attribute_length=len(path)))

    assert told([full.span(exit_at(path))]) == [None]
    assert told([cut.span(exit_at(path, line=9))]) == [None]


def test_a_name_that_is_broken_breaks_nothing(telling, source):
    merging = telling(is_users=lambda path: 1 / 0)
    span = Spans().span(exit_at(source("orders.py")))

    assert told([span] * SMALLEST_BATCH) == [None] * SMALLEST_BATCH
    assert [type(failure) for failure in merging.failures] == [ZeroDivisionError]


PROGRAM = """
import sys
import spanorigin
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.trace import SpanKind

provider = TracerProvider()
provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter(endpoint=sys.argv[1])))
spanorigin.install(provider)
provider.get_tracer("one").start_span("GET", kind=SpanKind.CLIENT).end()
provider.shutdown()
"""


def test_a_program_of_one_span_has_told_its_file_before_it_ends(http_receiver, source):
    path = source("program.py", PROGRAM.encode())

    done = subprocess.run([sys.executable, path, http_receiver.endpoint], capture_output=True, text=True, timeout=60)

    assert done.returncode == 0, done.stderr
    [body] = http_receiver.bodies
    assert told_in(body) == [f"{git_name(PROGRAM.encode())} {path}"]
