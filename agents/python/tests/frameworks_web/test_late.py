"""Applications that were made before the agent came."""

import spanorigin
import web_litestar
from entry_support import Capture, ask, origin_of, serving_asgi
from litestar.plugins.opentelemetry import OpenTelemetryConfig, OpenTelemetryPlugin
from web_support import marked_origin


def test_a_litestar_application_names_its_functions():
    late = Capture()
    plugin = OpenTelemetryPlugin(OpenTelemetryConfig(tracer_provider=late.provider))
    app = web_litestar.application([plugin])
    spanorigin.install(late.provider)

    with serving_asgi(app) as address:
        ask(address + "/orders")

    assert origin_of(late.entry_span()) == marked_origin(web_litestar, "show", "Orders.show")
    spanorigin.uninstall()
