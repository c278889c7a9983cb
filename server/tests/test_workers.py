"""Questions run in few threads: those that read many spans fewer still, one by one while ingest is at its limit."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator

import pytest
from spanorigin_server.answers import Refused
from spanorigin_server.workers import LONG_AT_ONCE, Workers


class Questions:
    """Questions that run until they are let go, and how many run."""

    def __init__(self, *, is_pressed: bool = False, waiting_limit: int = 64) -> None:
        self.is_pressed = is_pressed
        self.workers = Workers(waiting_limit=waiting_limit, is_pressed=lambda: self.is_pressed)
        self.running = 0
        self._ends: list[threading.Event] = []
        self._changed = threading.Condition()

    def ask_long(self) -> asyncio.Task[int]:
        end = threading.Event()
        self._ends.append(end)
        number = len(self._ends)

        def question() -> int:
            with self._changed:
                self.running += 1
            assert end.wait(30)
            with self._changed:
                self.running -= 1
            return number

        return asyncio.create_task(self.workers.run_long(question))

    def let_go(self, number: int) -> None:
        self._ends[number - 1].set()

    async def settles_at(self, running: int) -> bool:
        """Do exactly so many run, once all that can begin have begun?"""
        for _ in range(500):
            await asyncio.sleep(0.01)
            if self.running == running:
                # One more that should not be there would come now.
                await asyncio.sleep(0.05)
                return self.running == running
        return False

    def close(self) -> None:
        for end in self._ends:
            end.set()
        self.workers.close()


@pytest.fixture
async def questions() -> AsyncIterator[Questions]:
    made = Questions()
    yield made
    made.close()


async def test_of_long_questions_few_run_at_once_and_all_are_answered(questions: Questions):
    asked = [questions.ask_long() for _ in range(5)]
    assert await questions.settles_at(LONG_AT_ONCE)

    for number in range(1, 6):
        questions.let_go(number)

    assert await asyncio.gather(*asked) == [1, 2, 3, 4, 5]


async def test_short_questions_do_not_wait_for_long_ones(questions: Questions):
    asked = [questions.ask_long() for _ in range(5)]
    assert await questions.settles_at(LONG_AT_ONCE)

    assert await asyncio.wait_for(questions.workers.run(lambda: "a trace"), 10) == "a trace"
    assert not any(task.done() for task in asked)


async def test_while_ingest_is_at_its_limit_long_questions_run_one_by_one(questions: Questions):
    questions.is_pressed = True
    asked = [questions.ask_long() for _ in range(4)]
    assert await questions.settles_at(1)

    questions.let_go(1)
    assert await asked[0] == 1
    assert await questions.settles_at(1)

    questions.is_pressed = False
    questions.let_go(2)
    assert await asked[1] == 2
    assert await questions.settles_at(2), "it is over, so that both that are left run"


async def test_a_reader_who_goes_away_waits_no_more_and_blocks_nobody(questions: Questions):
    asked = [questions.ask_long() for _ in range(LONG_AT_ONCE + 2)]
    assert await questions.settles_at(LONG_AT_ONCE)

    gone, last = asked[-2:]
    gone.cancel()
    asked[0].cancel()
    await asyncio.sleep(0)
    assert questions.workers.asked == LONG_AT_ONCE
    # The engine goes on with a question that it has begun: its place is taken until it is through.
    assert await questions.settles_at(LONG_AT_ONCE)
    questions.let_go(1)
    questions.let_go(LONG_AT_ONCE + 2)

    assert await asyncio.wait_for(last, 10) == LONG_AT_ONCE + 2


async def test_a_failing_question_gives_its_place_back(questions: Questions):
    def fails() -> None:
        raise ValueError("not today")

    for _ in range(LONG_AT_ONCE + 1):
        with pytest.raises(ValueError, match="not today"):
            await asyncio.wait_for(questions.workers.run_long(fails), 10)


async def test_too_many_long_questions_are_refused_and_the_rest_answered():
    questions = Questions(waiting_limit=0)
    asked = [questions.ask_long() for _ in range(4)]
    assert await questions.settles_at(LONG_AT_ONCE)

    with pytest.raises(Refused, match="busy") as refusal:
        await questions.workers.run_long(lambda: None)
    for number in range(1, 5):
        questions.let_go(number)

    assert refusal.value.status == 503
    assert await asyncio.gather(*asked) == [1, 2, 3, 4]
    questions.close()


async def test_who_waits_while_the_server_stops_is_told_so(questions: Questions):
    asked = [questions.ask_long() for _ in range(LONG_AT_ONCE + 1)]
    assert await questions.settles_at(LONG_AT_ONCE)
    for number in range(1, LONG_AT_ONCE + 1):
        questions.let_go(number)
    # Waits for those that run, as the server does at its end.
    questions.workers.close()

    with pytest.raises(Refused, match="stopping") as refusal:
        await asyncio.wait_for(asked[-1], 10)
    assert refusal.value.status == 503
