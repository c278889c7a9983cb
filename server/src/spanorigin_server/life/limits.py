"""How long and how much a data folder keeps: what the options say, and otherwise what was chosen in the UI.

The routes that show and change it, as contract/query-api.yaml describes them; mounted by `app`, kept by `retention`. An
option of the command line or a variable wins, since whoever runs the server must be able to rely on it (decision 0213).
"""

from __future__ import annotations

import os
import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import msgspec
from starlette.routing import Route

from spanorigin_server.access.gate import WHAT
from spanorigin_server.answers import Refused, answering, body_as, check_parameters, json_answer
from spanorigin_server.records import StoreFailed

if TYPE_CHECKING:
    from pathlib import Path

    from starlette.requests import Request
    from starlette.responses import Response

    from spanorigin_server.store.upkeep import Upkeep
    from spanorigin_server.workers import Workers

FILE_NAME: Final = "retention.json"
DAYS_MOST: Final = 36_500
GIGABYTES_MOST: Final = 1_000_000
_GIBIBYTE: Final = 1024**3
_BODY_MOST: Final = 1024


@dataclass(frozen=True, slots=True)
class Limits:
    """What a data folder may keep; None where there is no limit."""

    days: int | None = None
    bytes: int | None = None


class _Chosen(msgspec.Struct, forbid_unknown_fields=True):
    """As it is in the file and in a request; null where all is kept."""

    keep_days: int | None = None
    keep_gb: int | None = None


class KeptLimits:
    """The limits of one data folder. May be used from any thread; the file is replaced whole, or not at all."""

    def __init__(self, folder: Path, by_option: Limits) -> None:
        self._file = folder / FILE_NAME
        self._by_option = by_option
        self._lock = threading.Lock()

    @property
    def fixed(self) -> list[str]:
        """The limits that an option has set."""
        given = {"keep_days": self._by_option.days, "keep_gb": self._by_option.bytes}
        return [name for name, value in given.items() if value is not None]

    def now(self) -> Limits:
        """Raises StoreFailed when the file cannot be read: nothing is removed on a guess."""
        chosen = self._read()
        chosen_bytes = None if chosen.keep_gb is None else chosen.keep_gb * _GIBIBYTE
        option = self._by_option
        return Limits(
            chosen.keep_days if option.days is None else option.days,
            chosen_bytes if option.bytes is None else option.bytes,
        )

    def choose(self, keep_days: int | None, keep_gb: int | None) -> None:
        """Raises Refused for what an option has fixed, StoreFailed when it cannot be written."""
        with self._lock:
            before = self._read()
            asked = {"keep_days": keep_days, "keep_gb": keep_gb}
            for name in self.fixed:
                if asked[name] != _in_units(self.now())[name]:
                    raise Refused(
                        f"{name} was given when the server was started, so it is changed there: by the option "
                        f"--{name.replace('_', '-')} or the variable SPANORIGIN_{name.upper()}.",
                        slug="retention-fixed",
                        status=409,
                    )
                asked[name] = getattr(before, name)
            self._write(_Chosen(**asked))

    def _read(self) -> _Chosen:
        try:
            return msgspec.json.decode(self._file.read_bytes(), type=_Chosen)
        except FileNotFoundError:
            return _Chosen()
        except (OSError, msgspec.DecodeError) as error:
            message = f"{self._file}, which says how long spans are kept, cannot be read: {error}. Mend or remove it."
            raise StoreFailed(message, slug="retention-unreadable") from None

    def _write(self, chosen: _Chosen) -> None:
        draft = self._file.with_suffix(".draft")
        try:
            with draft.open("wb") as file:
                file.write(msgspec.json.encode(chosen))
                file.flush()
                os.fsync(file.fileno())
            draft.replace(self._file)
        except OSError as error:
            message = f"{self._file} cannot be written: {error.strerror}. Nothing was changed."
            raise StoreFailed(message, slug="retention-not-written") from None


def routes(limits: KeptLimits, upkeep: Upkeep, workers: Workers) -> list[Route]:
    """The routes under /api/v1/retention."""

    async def show(request: Request) -> Response:
        check_parameters(request, ())
        return json_answer(await workers.run(lambda: _answer(limits, upkeep)))

    async def change(request: Request) -> Response:
        check_parameters(request, ())
        chosen = await body_as(
            request,
            _Chosen,
            most=_BODY_MOST,
            what="limit",
            remedy="Send JSON with keep_days and keep_gb, whole numbers or null for no limit.",
            slug="retention-unreadable",
        )
        for name, value, most in (
            ("keep_days", chosen.keep_days, DAYS_MOST),
            ("keep_gb", chosen.keep_gb, GIGABYTES_MOST),
        ):
            if value is not None and not 1 <= value <= most:
                message = f"{name} is {value}, but it is a whole number from 1 to {most}, or null to keep all."
                raise Refused(message, slug="retention-out-of-range")
        upkeep.check_is_ours()
        await workers.run(lambda: limits.choose(chosen.keep_days, chosen.keep_gb))
        answer = await workers.run(lambda: _answer(limits, upkeep))
        request.scope["state"][WHAT] = f"keep_days {answer['keep_days']}, keep_gb {answer['keep_gb']}"
        return json_answer(answer)

    return [
        Route("/api/v1/retention", answering(show), methods=["GET"]),
        Route("/api/v1/retention", answering(change), methods=["PUT"]),
    ]


def _in_units(limits: Limits) -> dict[str, int | None]:
    return {"keep_days": limits.days, "keep_gb": None if limits.bytes is None else limits.bytes // _GIBIBYTE}


def _answer(limits: KeptLimits, upkeep: Upkeep) -> dict[str, Any]:
    days = upkeep.days()
    return {
        **_in_units(limits.now()),
        "fixed": limits.fixed,
        "days": [{"day": day.name, "spans": day.spans, "bytes": day.bytes} for day in days],
    }
