"""The commands that work on what a server keeps: `spanorigin backup` and `restore`.

All but `restore` ask a running server, so that they work on another machine's too; the token is SPANORIGIN_TOKEN.
"""

from __future__ import annotations

import os
import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Callable, Sequence
from http.client import HTTPException, HTTPResponse
from pathlib import Path
from typing import Final

from spanorigin_server.records import ServerError
from spanorigin_server.settings import data_folder, token_to_show

from .asking import DEFAULT_SERVER, Asking, Unanswered
from .restore import restore as restored

REFUSED: Final = 2
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


COMMANDS: Final[dict[str, Callable[[Sequence[str] | None], int]]] = {"backup": backup, "restore": restore}


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
