"""The commands that work on what a server keeps: `spanorigin backup`, `restore`, `export`, `import` and `delete`.

All but `restore` ask a running server, so that they work on another machine's too; the token is SPANORIGIN_TOKEN.
"""

from __future__ import annotations

import os
import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Callable, Sequence
from datetime import datetime
from http.client import HTTPException, HTTPResponse
from pathlib import Path
from typing import Final
from urllib.parse import urlencode

from spanorigin_server.records import ServerError
from spanorigin_server.settings import data_folder, token_to_show

from .asking import DEFAULT_SERVER, Asking, Unanswered
from .importing import entries_of, sent
from .restore import restore as restored

REFUSED: Final = 2
FORMS: Final = ("otlp-json", "otlp", "parquet")
_FORMS_BY_ENDING: Final = {".otlp": "otlp", ".pb": "otlp", ".parquet": "parquet"}
_TIMES: Final = "Times are such as 2026-11-22 or 2026-11-22T13:00:00Z, or nanoseconds since 1970."
_PIECE_BYTES: Final = 1024 * 1024


def main(arguments: Sequence[str]) -> int:
    """The command that the first argument names; 0, or 2 when it was refused."""
    return COMMANDS[arguments[0]](arguments[1:])


def backup(arguments: Sequence[str] | None = None) -> int:
    """Write a running server's backup to a file."""
    parser = ArgumentParser(
        prog="spanorigin backup", description="Write everything that a running server keeps to a file."
    )
    parser.add_argument("file", metavar="FILE", help="where to, such as spans.tar; it must not be there yet")
    _add_server(parser)
    return _doing(parser, arguments, _backup)


def restore(arguments: Sequence[str] | None = None) -> int:
    """Put a backup into a data folder on which no server runs."""
    parser = ArgumentParser(prog="spanorigin restore", description="Put a backup into an empty data folder.")
    parser.add_argument("file", metavar="FILE", help="what `spanorigin backup` wrote")
    parser.add_argument("--data", metavar="DIR", help="the data folder (default: ~/.spanorigin)")
    return _doing(parser, arguments, _restore)


def export(arguments: Sequence[str] | None = None) -> int:
    """Write spans to a file that other programs read."""
    parser = ArgumentParser(
        prog="spanorigin export", description="Write spans to a file that other programs read.", epilog=_TIMES
    )
    parser.add_argument("file", metavar="FILE", help="where to; it must not be there yet")
    parser.add_argument(
        "--as", dest="form", choices=FORMS, help="what to write (default: by the file's ending, or otlp-json)"
    )
    parser.add_argument("--query", metavar="TEXT", default="", help="which spans, as in the UI's search (default: all)")
    parser.add_argument("--from", dest="start", metavar="TIME", help="spans that begin at this time or later")
    parser.add_argument("--to", dest="end", metavar="TIME", help="spans that begin before this time (default: now)")
    _add_server(parser)
    return _doing(parser, arguments, _export)


def import_(arguments: Sequence[str] | None = None) -> int:
    """Send files of OTLP to a server."""
    parser = ArgumentParser(
        prog="spanorigin import",
        description="Send files of OTLP to a server: JSON lines or protobuf, as `spanorigin export` and the "
        "Collector's file exporter write them, compressed or not. Spans that are stored already are stored once more.",
    )
    parser.add_argument("files", metavar="FILE", nargs="+")
    parser.add_argument(
        "--start", metavar="N", type=int, default=1, help="begin with this entry of the file (default: 1)"
    )
    _add_server(parser)
    return _doing(parser, arguments, _import)


def delete(arguments: Sequence[str] | None = None) -> int:
    """Delete spans for good."""
    parser = ArgumentParser(prog="spanorigin delete", description="Delete spans for good.", epilog=_TIMES)
    parser.add_argument("--trace", metavar="ID", action="append", help="this trace; may be given more than once")
    parser.add_argument("--service", metavar="NAME", help="the spans of this service")
    parser.add_argument(
        "--before", metavar="TIME", help="of the service, spans that began before this time (default: now)"
    )
    parser.add_argument("--yes", action="store_true", help="do not ask first")
    _add_server(parser)
    return _doing(parser, arguments, _delete)


COMMANDS: Final[dict[str, Callable[[Sequence[str] | None], int]]] = {
    "backup": backup,
    "restore": restore,
    "export": export,
    "import": import_,
    "delete": delete,
}


def _add_server(parser: ArgumentParser) -> None:
    parser.add_argument(
        "--server", metavar="URL", default=DEFAULT_SERVER, help=f"which server (default: {DEFAULT_SERVER})"
    )


def _doing(parser: ArgumentParser, arguments: Sequence[str] | None, what: Callable[[Namespace], None]) -> int:
    try:
        what(parser.parse_args(arguments))
    except ServerError as refusal:
        print(f"spanorigin: {refusal.message} [{refusal.slug}]", file=sys.stderr)
        return REFUSED
    return 0


def _asking(options: Namespace) -> Asking:
    return Asking(options.server, token_to_show())


def _backup(options: Namespace) -> None:
    file = Path(options.file)
    with _asking(options).ask("GET", "/api/v1/backup") as answer:
        size = written_whole(answer, file)
    print(f"The backup is in {file}, {size / 1e6:,.1f} MB. 'spanorigin restore {file} --data DIR' puts it back.")


def _restore(options: Namespace) -> None:
    folder = data_folder(options.data)
    manifest = restored(Path(options.file), folder)
    print(f"{manifest.spans:,} spans are restored into {folder}. Start the server on it: spanorigin up --data {folder}")


def _export(options: Namespace) -> None:
    file = Path(options.file)
    form = options.form or _FORMS_BY_ENDING.get(file.suffix, "otlp-json")
    parameters = {"as": form, "q": options.query, "from": str(_time_ns(options.start, 0))}
    if options.end is not None:
        parameters["to"] = str(_time_ns(options.end, 0))
    with _asking(options).ask("GET", f"/api/v1/archive?{urlencode(parameters)}") as answer:
        size = written_whole(answer, file)
    print(f"The spans are in {file}, {size / 1e6:,.1f} MB of {form}.")


def _import(options: Namespace) -> None:
    asking = _asking(options)
    for name in options.files:
        done = sent(asking, entries_of(Path(name)), options.start)
        refused = f"; {done.refused:,} were refused, their ids being none" if done.refused else ""
        others = f"; {done.others:,} entries hold no spans and were passed over" if done.others else ""
        print(f"{done.spans:,} spans of {name} were sent in {done.entries:,} requests{refused}{others}.")


def _delete(options: Namespace) -> None:
    if bool(options.trace) == bool(options.service) or (options.before and not options.service):
        raise ServerError(
            "Say what to delete: --trace ID, once or more, or --service NAME, and then --before TIME if you like.",
            slug="delete-what",
        )
    asked: dict[str, object] = {"trace_ids": options.trace} if options.trace else {"service": options.service}
    if options.before is not None:
        asked["before"] = str(_time_ns(options.before, 0))
    asking = _asking(options)
    if not options.yes:
        spans = asking.ask_json("/api/v1/deletions", asked | {"is_rehearsal": True})["spans"]
        if not sys.stdin.isatty():
            raise ServerError(f"That would delete {spans:,} spans. Give --yes to do it.", slug="delete-what")
        if input(f"Delete {spans:,} spans for good? [y/N] ").strip().lower() not in ("y", "yes"):
            print("Nothing was deleted.")
            return
    print(f"{asking.ask_json('/api/v1/deletions', asked)['spans']:,} spans are deleted.")


def _time_ns(text: str | None, default: int) -> int:
    if text is None:
        return default
    if text.isascii() and text.isdigit():
        return int(text)
    try:
        # Without a time zone it is this machine's.
        return int(datetime.fromisoformat(text).timestamp() * 10**6) * 1000
    except ValueError:
        raise ServerError(
            f"{text!r} is no time. Give one such as 2026-11-22 or 2026-11-22T13:00:00Z, or nanoseconds since 1970.",
            slug="time-unreadable",
        ) from None


def written_whole(answer: HTTPResponse, file: Path) -> int:
    """Write an answer to a new file, which has its name only once it is whole; its size in bytes."""
    draft = file.with_name(file.name + ".draft")
    said = answer.headers.get("content-length")
    size = 0
    try:
        if file.exists():
            raise FileExistsError(17, "there is a file of that name already", str(file))
        with draft.open("wb") as opened:
            while piece := answer.read(_PIECE_BYTES):
                opened.write(piece)
                size += len(piece)
            opened.flush()
            os.fsync(opened.fileno())
        if said is not None and size != int(said):
            raise Unanswered(
                f"The server stopped after {size:,} of {said} bytes. Ask again.", slug="server-stopped-short"
            )
        draft.rename(file)
    except HTTPException as error:
        draft.unlink(missing_ok=True)
        raise Unanswered(
            f"The server stopped in the midst ({error!r}). Ask again.", slug="server-stopped-short"
        ) from None
    except OSError as error:
        draft.unlink(missing_ok=True)
        raise ServerError(
            f"{file} cannot be written: {error.strerror or error}. Name another file, or make room.",
            slug="file-not-written",
        ) from None
    except BaseException:
        draft.unlink(missing_ok=True)
        raise
    return size


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
