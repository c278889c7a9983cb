"""What the hooks for the libraries of this environment leave behind when they are taken out: nothing."""

import pytest
from work_support import assert_a_hook_goes_in_and_comes_out


@pytest.mark.parametrize(
    ("module", "name", "attribute"),
    [("opentelemetry.instrumentation.arq", None, "_wrap_coroutine"), ("sanic.request.types", "Request", "match_info")],
    ids=["arq", "sanic"],
)
def test_a_hook_goes_in_and_comes_out_and_the_library_is_what_it_was(module, name, attribute):
    assert_a_hook_goes_in_and_comes_out(module, name, attribute)
