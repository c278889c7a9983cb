"""The attributes that mean something to the store, each under all the names that senders have for it.

Filled by `statements` into commands/store_spans.sql, where each meaning is a column: `http_route` is the text of that
attribute on a span, '' when it has none. The attributes are found by numbers, each name being compared once.
"""

from __future__ import annotations

from typing import Final

from spanorigin_server import names

# Where a span carries two of the names, the one that comes first on the span counts.
KNOWN: Final[dict[str, tuple[str, ...]]] = {
    "code_file": (names.CODE_FILE_PATH, names.OLD_CODE_FILEPATH),
    "code_line": (names.CODE_LINE_NUMBER, names.OLD_CODE_LINENO),
    "code_function": (names.CODE_FUNCTION_NAME,),
    # Rust's tracing knows no function, only the module.
    "code_namespace": (names.OLD_CODE_NAMESPACE, "code.module.name"),
    "old_function": (names.OLD_CODE_FUNCTION,),
    "origin_type": (names.ORIGIN_TYPE,),
    "origin_frames": (names.ORIGIN_FRAMES,),
    "datadog_type": (names.DATADOG_TYPE,),
    "resource_name": ("resource.name",),
    "http_status": ("http.response.status_code", "http.status_code"),
    "http_method": ("http.request.method", "http.method"),
    "http_route": ("http.route", "url.template"),
    "url_full": ("url.full", "http.url"),
    "url_path": ("url.path", "http.target"),
    "server_address": ("server.address", "net.peer.name"),
    "server_port": ("server.port", "net.peer.port"),
    "db_summary": ("db.query.summary",),
    "db_operation": ("db.operation.name", "db.operation"),
    "db_collection": ("db.collection.name", "db.sql.table"),
    "db_query": ("db.query.text", "db.statement"),
    "rpc_method": ("rpc.method",),
    "rpc_service": ("rpc.service",),
    "messaging_destination": ("messaging.destination.name",),
    "messaging_operation": ("messaging.operation.name", "messaging.operation"),
}

# Senders write these as texts or as numbers.
_NUMBERS: Final = ("code_line", "http_status", "server_port")

_NUMBERED: Final = {name: number for number, names_of in enumerate(KNOWN.values(), 1) for name in names_of}


def _column(meaning: str, number: int) -> str:
    place = f"indexOf(known, {number})"
    if meaning in _NUMBERS:
        return f"spanorigin_number(texts[{place}], wholes[{place}], numbers[{place}]) AS {meaning}"
    return f"texts[{place}] AS {meaning}"


def _column_of_map(meaning: str, names_of: tuple[str, ...]) -> str:
    """The same where a span's attributes are one map of texts, `attributes`."""
    found = [f"attributes['{name}']" for name in names_of]
    text = found[0] if len(found) == 1 else f"arrayFirst(text -> text != '', [{', '.join(found)}])"
    return f"toUInt32OrZero({text}) AS {meaning}" if meaning in _NUMBERS else f"{text} AS {meaning}"


# What the .sql files call these by.
FRAGMENTS: Final = {
    "known_names": ", ".join(f"'{name}'" for name in _NUMBERED),
    "known_numbers": ", ".join(str(number) for number in _NUMBERED.values()),
    "known_columns": ",\n            ".join(_column(meaning, number) for number, meaning in enumerate(KNOWN, 1)),
    "known_columns_of_map": ",\n            ".join(_column_of_map(*known) for known in KNOWN.items()),
}
