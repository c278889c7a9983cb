"""A whole server for each module of tests that wants one."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from .whole import Whole, whole_server


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Whole]:
    with whole_server(tmp_path_factory.mktemp("spans")) as server:
        yield server
