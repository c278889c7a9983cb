"""Discovery where there is no sys.monitoring, or where nobody asked for it."""

import sys

import pytest
from opentelemetry.sdk.trace import TracerProvider
from spanorigin import agent as house
from spanorigin.settings import Settings


@pytest.fixture
def install():
    def installed(**settings):
        house.install(TracerProvider(shutdown_on_exit=False), settings=Settings(door="off", **settings))
        return house.status()

    yield installed
    house.uninstall()


@pytest.mark.skipif(sys.version_info >= (3, 12), reason="this one has sys.monitoring")
def test_before_3_12_it_says_that_it_cannot(install):
    status = install(discovery=True)

    version = f"{sys.version_info[0]}.{sys.version_info[1]}"
    assert not status.discovery.accepted
    assert status.discovery.reason == f"sys.monitoring came with Python 3.12, and this is {version}"


def test_unless_it_is_asked_for_it_is_not_even_imported(install):
    before = "spanorigin.frameworks.discovery" in sys.modules

    status = install()

    assert status.discovery is None
    assert ("spanorigin.frameworks.discovery" in sys.modules) is before
    assert house._Process.running.discovery is None
