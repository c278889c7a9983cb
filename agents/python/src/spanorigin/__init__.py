"""The line of your own code that each OpenTelemetry span comes from.

    import spanorigin

    spanorigin.install()

Importing does nothing; install() puts origins on the spans of the OpenTelemetry SDK's tracer provider.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from opentelemetry.trace import TracerProvider

    from spanorigin.agent import Installation
    from spanorigin.settings import Settings

__all__ = ["__version__", "install", "uninstall"]
__version__: Final = "0.1.0"


def install(provider: TracerProvider | None = None, *, settings: Settings | None = None) -> Installation:
    """Give the spans of `provider` their origins from now on; without one, those of the global provider.

    Repeating it changes nothing. SPANORIGIN_ENABLED=false wins over it. Raises spanorigin.model.SettingError for a
    variable that means nothing and spanorigin.model.InstallError where there is no SDK provider to install into.
    """
    from spanorigin import agent

    return agent.install(provider, settings=settings)


def uninstall() -> None:
    """Take away all that install() put in place."""
    from spanorigin import agent

    agent.uninstall()
