"""The route that shows the code around a frame of a span's origin, as contract/query-api.yaml describes it."""

from __future__ import annotations

from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from spanorigin_server.answers import Refused, answering, check_parameters, hex_id, json_answer, whole_number
from spanorigin_server.reason import Reason
from spanorigin_server.store.contents import Process, ToldContents
from spanorigin_server.store.reader import Reader, Row
from spanorigin_server.workers import Workers

from .preview import CONTEXT_LIMIT, Frame, Previewer

_NO_ORIGIN = Reason(
    "span-without-origin",
    "The span has no origin, so there is no code to show.",
    "Open the span: missing_origin says why it has none.",
)


def routes(reader: Reader, told: ToldContents, previewer: Previewer, workers: Workers) -> list[Route]:
    """The route under /api/v1 that shows source."""

    async def source(request: Request) -> Response:
        check_parameters(request, ("trace_id", "span_id", "frame", "context"))
        trace_id = hex_id(request.query_params.get("trace_id"), "trace_id", 32)
        span_id = hex_id(request.query_params.get("span_id"), "span_id", 16)
        number = whole_number(request, "frame", default=0, low=0, high=63)
        context = whole_number(request, "context", default=5, low=0, high=CONTEXT_LIMIT)

        def work() -> dict[str, Any]:
            row = reader.span(trace_id, span_id)
            if row is None:
                message = f"No span {span_id} of trace {trace_id} is stored. It may still be on its way."
                raise Refused(message, slug="span-not-found", status=404)
            return _source(told, previewer, row, number, context)

        return json_answer(await workers.run(work), may_be_kept=True)

    return [Route("/api/v1/source", answering(source), methods=["GET"])]


def _source(told: ToldContents, previewer: Previewer, row: Row, number: int, context: int) -> dict[str, Any]:
    frames = _frames(row)
    if not frames:
        return {"frame": None, "preview": None, "missing": _NO_ORIGIN}
    if number >= len(frames):
        message = f"The span's origin has no frame {number}: it has {len(frames)}, counted from 0."
        raise Refused(message, slug="frame-not-found", status=404)
    frame = frames[number]
    process = Process(row["service"], row["version"], row["commit"], row["resource"])
    blob = told.of(process, frame.file, row["start_ns"])
    found = previewer.preview(frame, row["repository"], row["commit"], context, row["service"], blob)
    if isinstance(found, Reason):
        return {"frame": frame, "preview": None, "missing": found}
    return {"frame": frame, "preview": found, "missing": None}


def _frames(row: Row) -> list[Frame]:
    if row["origin_type"] == "none":
        return []
    if row["origin_frames"]:
        return [Frame(**frame) for frame in row["origin_frames"]]
    return [Frame(row["origin_file"], row["origin_path"], row["origin_line"], row["origin_function"])]
