"""What the tests of this folder share: the marked origin of a sample, and an event loop beside the test."""

import asyncio
import threading
from contextlib import contextmanager
from pathlib import Path

from entry_support import marked_line
from web_trail import Seen

SAMPLES = Path(__file__).parent / "samples"


def marked_origin(sample, mark, function):
    """What `origin_of` gives for the place that `sample`, a module, marks with the comment `<- mark`."""
    file = Path(sample.__file__)
    return (str(file), marked_line(file, mark), f"{sample.__name__}.{function}", "entry")


@contextmanager
def loop_in_a_thread():
    """Runs coroutines on a loop of its own thread: `run(coroutine)` gives their result."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()

    def run(coroutine):
        return asyncio.run_coroutine_threadsafe(coroutine, loop).result(20)

    try:
        yield run
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()


def assert_stack_is_without_us(sample):
    """The last error that a handler of `sample` raised had no frame of the agent's below it."""
    files, Seen.files = Seen.files, ()
    assert files[0] == sample.__file__
    assert [file for file in files if "/src/spanorigin/" in file] == []
