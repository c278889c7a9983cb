"""A source file's bytes as text. Asked by `preview` for lines around a frame, and by `files` for whole files."""

from __future__ import annotations

import io
import tokenize

from .snapshot import Unreadable


def text_of(content: bytes) -> str:
    """A source file as text: UTF-8, else what the file says of itself, else Latin-1. Raises Unreadable if binary."""
    if b"\0" in content[:8192]:
        raise Unreadable("it is binary")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        pass
    try:
        encoding, _ = tokenize.detect_encoding(io.BytesIO(content).readline)
        return content.decode(encoding)
    except (SyntaxError, UnicodeDecodeError, LookupError):
        return content.decode("latin-1")
