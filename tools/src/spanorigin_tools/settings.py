"""What the environment says to the commands. The one place in the tools that reads it."""

from __future__ import annotations

import os
from collections.abc import Mapping


def token_to_show(environment: Mapping[str, str] = os.environ) -> str:
    """The token that is shown to a server; empty where there is none."""
    return environment.get("SPANORIGIN_TOKEN", "").strip()
