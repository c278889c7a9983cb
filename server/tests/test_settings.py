"""Settings are rows of the contract; options win over variables, and variables over defaults."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml
from spanorigin_server.records import StartRefused
from spanorigin_server.settings import MEBIBYTE, VARIABLES, SidePort, Variable, read

CONTRACT = Path(__file__).parents[2] / "contract" / "settings.yaml"


def test_the_code_has_the_contracts_rows_and_defaults():
    rows = [row for row in yaml.safe_load(CONTRACT.read_text()) if row["building"] == "server"]

    expected = {
        row["variable"]: Variable(row["variable"], str(row["default"]), row.get("minimum"), row.get("maximum"))
        for row in rows
    }
    assert expected == VARIABLES


def test_the_defaults():
    settings = read([], {})

    assert (settings.host, settings.port, settings.body_limit_bytes) == ("127.0.0.1", 4318, 32 * MEBIBYTE)
    assert settings.data == Path.home() / ".spanorigin"
    assert settings.repositories is None
    assert not settings.opens_browser


def test_variables_are_read():
    settings = read(
        [],
        {
            "SPANORIGIN_HOST": "::1",
            "SPANORIGIN_PORT": "5000",
            "SPANORIGIN_DATA": "/spans",
            "SPANORIGIN_MAX_BODY_MB": "2",
            "SPANORIGIN_REPOSITORIES": "/a, /b,",
        },
    )

    assert (settings.host, settings.port, settings.data) == ("::1", 5000, Path("/spans"))
    assert settings.body_limit_bytes == 2 * MEBIBYTE
    assert settings.repositories == (Path("/a"), Path("/b"))


def test_options_win_over_variables():
    environment = {"SPANORIGIN_PORT": "5000", "SPANORIGIN_DATA": "/a", "SPANORIGIN_REPOSITORIES": "/a"}

    settings = read(["--port", "0", "--data", "/b", "--repo", "/b", "--repo", "/c", "--open"], environment)

    assert (settings.port, settings.data, settings.repositories) == (0, Path("/b"), (Path("/b"), Path("/c")))
    assert settings.opens_browser


def test_the_other_ports_have_defaults_and_can_be_off():
    assert (read([], {}).grpc, read([], {}).datadog) == (SidePort(4317, False), SidePort(8126, False))
    assert read(["--grpc-port", "off"], {"SPANORIGIN_DATADOG_PORT": "off"}).grpc is None
    assert read([], {"SPANORIGIN_DATADOG_PORT": "off"}).datadog is None
    assert read(["--datadog-port", "9126"], {"SPANORIGIN_DATADOG_PORT": "off"}).datadog == SidePort(9126, True)


def test_where_the_main_port_is_a_free_one_so_are_the_others_unless_they_were_asked_for():
    settings = read(["--port", "0", "--grpc-port", "5317"], {})

    assert (settings.grpc, settings.datadog) == (SidePort(5317, True), SidePort(0, False))


def test_tokens_are_demanded_on_loopback_where_it_is_asked_for():
    assert not read([], {}).demands_tokens_here
    assert read(["--auth"], {}).demands_tokens_here
    assert read([], {"SPANORIGIN_AUTH": "true"}).demands_tokens_here
    with pytest.raises(StartRefused, match="true or false"):
        read([], {"SPANORIGIN_AUTH": "maybe"})


@pytest.mark.parametrize("text", ["spans.example.com", "ftp://spans.example.com", "https://", "https://a?b"])
def test_a_public_address_that_is_none_is_refused(text: str):
    assert read(["--public-url", "https://spans.example.com/"], {}).public_url == "https://spans.example.com"
    with pytest.raises(StartRefused, match="begins with http"):
        read([], {"SPANORIGIN_PUBLIC_URL": text})


@pytest.mark.parametrize("text", ["many", "-1", "65536", "4318.0", "٤٣١٨", " "])
def test_a_number_that_is_none_is_refused_with_its_bounds(text: str):
    with pytest.raises(StartRefused, match="from 0 to 65535"):
        read([], {"SPANORIGIN_PORT": text})
