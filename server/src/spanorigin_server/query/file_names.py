"""What a file with spans is called: by the trace, or by the search and the time up to which it was asked.

Called by the routes that hand out files (`export`, and `life.archive`).
"""

from __future__ import annotations

import re
import time
from typing import Final

from .asked import Asked

_TRACE: Final = re.compile(r"trace_id:([0-9a-f]{32})")
# What every file system and every header takes as it is.
_UNSAFE: Final = re.compile(r"[^A-Za-z0-9_.]+")
_WORDS_MOST: Final = 60
# The end of the year 9999, after which years have five digits.
_LAST_NS: Final = 253_402_300_799 * 10**9


def disposition(question: Asked, suffix: str) -> str:
    """The value of Content-Disposition for a file with the spans of a question."""
    return f'attachment; filename="{file_name(question, suffix)}"'


def file_name(question: Asked, suffix: str) -> str:
    """`trace-4bf92f….csv`, else `spans-service-web-2026-11-22T1204Z.csv`: words of the search, until when in UTC."""
    trace = _TRACE.fullmatch(question.text.strip())
    if trace:
        return f"trace-{trace[1]}.{suffix}"
    # Dots at either end make a hidden file, or none that a system takes.
    words = _UNSAFE.sub("-", question.text)[:_WORDS_MOST].strip("-.")
    until = time.strftime("%Y-%m-%dT%H%MZ", time.gmtime(min(question.end_ns, _LAST_NS) // 10**9))
    return "-".join(part for part in ("spans", words, until) if part) + f".{suffix}"
