"""The line of your own code that each OpenTelemetry span comes from.

    import spanorigin

    spanorigin.install()

Importing does nothing; install() puts origins on the spans of the OpenTelemetry SDK's tracer provider.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from opentelemetry.trace import TracerProvider

    from spanorigin.running import Installation
    from spanorigin.settings import Settings
    from spanorigin.switches import Positions

__all__ = ["__version__", "install", "switch", "uninstall"]
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


def switch(enabled: bool | None = None, *, entry: bool | None = None, exit: bool | None = None) -> Positions | None:
    """Turn capture on or off, as a whole, of entries or of exits, for spans that start from now on; None leaves it.

    What is off is taken out. A variable that says false wins over it, and so does whoever spoke from outside the
    process (`spanorigin capture`). The answer is how the switches stand then, each with its reason; None where nothing
    is installed.
    """
    from spanorigin import agent
    from spanorigin.switches import Wish

    return agent.switch(Wish(enabled, entry, exit))
