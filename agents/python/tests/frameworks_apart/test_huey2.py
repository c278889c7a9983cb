"""Huey 2, which does nothing between its hooks and a task's function: the tests of Huey 3 hold for it, too."""

from test_huey import (  # noqa: F401
    consumer,
    declared,
    test_a_task_is_named_by_its_own_function,
    test_a_task_that_a_hook_refuses_has_no_origin,
    test_each_attempt_at_a_task_has_a_span_and_each_span_its_origin,
)
