"""The corpus under spanorigin."""

from __future__ import annotations

from on_opentelemetry import Spans


class _Ours(Spans):
    def origins(self, kind: str) -> list[tuple[str, int, str] | None]:
        """Our names carry the module, which for a program is the file's."""
        return [place and (place[0], place[1], place[2].partition(".")[2]) for place in super().origins(kind)]


def switched_on() -> Spans:
    """As `spanorigin run` does: instrumentations first, then the agent, then the program."""
    import spanorigin

    spans = _Ours()
    spans.instrument()
    spanorigin.install(spans.provider)
    return spans
