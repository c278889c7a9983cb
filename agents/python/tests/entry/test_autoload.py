"""`opentelemetry-instrument` and install() in code, in child processes, against a real OTLP/HTTP receiver."""

import json

import pytest
from entry_processes import BIN, CLIENT, RUN, assert_named, environment, run_to_its_end

OTEL = BIN / "opentelemetry-instrument"
AUTOLOAD_ALONE = {"spanorigin", "spanorigin.autoload", "spanorigin.model", "spanorigin.settings"}
"""Settings are read in one room, and say their mistakes in the words of another: that is all that being off loads."""


def otel_environment(receiver, **more):
    """OpenTelemetry's own variables, as its users set them, and none of ours but those in `more`."""
    environ = environment(receiver, OTEL_EXPORTER_OTLP_ENDPOINT=receiver.address, **more)
    del environ["SPANORIGIN_ENDPOINT"]
    return {
        **environ,
        "OTEL_EXPORTER_OTLP_PROTOCOL": "http/protobuf",
        "OTEL_METRICS_EXPORTER": "none",
        "OTEL_LOGS_EXPORTER": "none",
    }


@pytest.mark.parametrize("switch", ["SPANORIGIN_ENABLED", "DD_CODE_ORIGIN_FOR_SPANS_ENABLED"])
def test_a_switch_is_all_that_opentelemetry_instrument_needs(receiver, switch):
    done = run_to_its_end([OTEL, "python", "script.py"], otel_environment(receiver, **{switch: "true"}))

    assert done.returncode == 7, done.stderr
    assert_named(receiver.wait_for(CLIENT), "exit", RUN / "script.py", "call", "__main__.<module>")


@pytest.mark.parametrize(
    "more", [{}, {"SPANORIGIN_ENABLED": "false", "DD_CODE_ORIGIN_FOR_SPANS_ENABLED": "true"}], ids=["unset", "false"]
)
def test_without_a_switch_spans_have_no_origin_and_nothing_of_ours_is_there(receiver, more):
    done = run_to_its_end([OTEL, "python", "script.py"], otel_environment(receiver, **more))

    said = json.loads(done.stdout)
    assert set(said["ours"]) <= AUTOLOAD_ALONE
    assert not any(module.startswith("spanorigin") for module in said["finders"])
    attributes, resource = receiver.wait_for(CLIENT)
    assert not [name for name in {**attributes, **resource} if name.startswith(("spanorigin.", "code."))]


def test_without_a_distribution_the_agent_waits_for_the_programs_own_provider(receiver):
    environ = otel_environment(
        receiver, SPANORIGIN_ENABLED="true", OTEL_PYTHON_DISTRO="none", OTEL_PYTHON_CONFIGURATOR="none"
    )

    done = run_to_its_end([OTEL, "python", "own_provider.py"], environ)

    assert done.returncode == 0, done.stderr
    assert_named(receiver.wait_for(CLIENT), "exit", RUN / "own_provider.py", "call", "__main__.<module>")


def test_install_in_code_is_enough(receiver):
    done = run_to_its_end(["python", "in_code.py"], otel_environment(receiver))

    assert done.returncode == 0, done.stderr
    assert_named(receiver.wait_for(CLIENT), "exit", RUN / "in_code.py", "call", "__main__.<module>")


def test_install_in_code_yields_to_a_variable_that_says_false(receiver):
    run_to_its_end(["python", "in_code.py"], otel_environment(receiver, SPANORIGIN_ENABLED="false"))

    attributes, _ = receiver.wait_for(CLIENT)
    assert not [name for name in attributes if name.startswith("code.")]


def test_a_setting_that_means_nothing_leaves_the_program_alone_and_is_told(receiver):
    environ = otel_environment(receiver, SPANORIGIN_ENABLED="perhaps")

    done = run_to_its_end([OTEL, "python", "script.py"], environ)

    assert done.returncode == 7
    assert done.stderr.count("SPANORIGIN_ENABLED is 'perhaps'") == 1
    assert "Traceback" not in done.stderr
    assert receiver.wait_for(CLIENT)


def test_within_spanorigin_run_opentelemetry_instrument_changes_nothing(receiver):
    environ = environment(receiver)

    done = run_to_its_end([BIN / "spanorigin", "run", "--", OTEL, "python", "script.py"], environ)

    assert done.returncode == 7, done.stderr
    assert_named(receiver.wait_for(CLIENT), "exit", RUN / "script.py", "call", "__main__.<module>")
