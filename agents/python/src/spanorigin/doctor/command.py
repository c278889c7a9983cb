"""The commands that look at processes and switch them: `spanorigin doctor` and `spanorigin capture`.

Called by `spanorigin.command`. Speaks to the terminal; the other files of this folder find, and lay out.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from spanorigin.doctor import asking, environment, live
from spanorigin.doctor.layout import Block, Page, as_text
from spanorigin.model import UserError
from spanorigin.settings import process_environment

_PARTS: Final[Mapping[str, tuple[str, ...]]] = {
    "all": ("enabled", "entry", "exit"),
    "entries": ("entry",),
    "exits": ("exit",),
}


class WishError(UserError):
    """A capture command that does not say of which processes."""


def doctor(argv: Sequence[str]) -> int:
    """Print what the agent does here, in a command's environment or in live processes, and why.

    Returns 0 when nothing is wrong, 1 when there are problems.
    """
    ours, command = _apart(argv)
    parser = argparse.ArgumentParser(
        prog="spanorigin doctor",
        usage="spanorigin doctor [--json] [--file PATH] [PID ...] [-- COMMAND [ARGUMENT ...]]",
        description="Say what is on and why, what is missing, and where spans would go: in this environment, in that "
        "of a command, or in running processes.",
        epilog="Examples: spanorigin doctor · spanorigin doctor 4242 · spanorigin doctor -- gunicorn shop.wsgi",
    )
    parser.add_argument("--json", action="store_true", help="for programs")
    parser.add_argument("--file", action="append", default=[], metavar="PATH", help="is this file my own? repeatable")
    parser.add_argument("pids", nargs="*", type=int, metavar="PID", help="a process that runs with spanorigin")
    options = parser.parse_args(ours)
    if options.pids and command:
        parser.error("give process ids or a command, not both")
    environ = process_environment()
    if options.pids:
        return _live(options.pids, options.file, environ, as_json=options.json)
    report = environment.examine(command, environ, Path.cwd(), files=options.file)
    running = asking.neighbours(environ)
    if options.json:
        data = environment.as_data(report)
        data["processes"] = [{"pid": each.pid, "error": each.error, **each.said} for each in running]
        print(json.dumps(data, indent=2))
    else:
        page = environment.page(report)
        block = Block("Running with spanorigin", [_neighbour(each) for each in running])
        _show(Page(page.title, page.below_title, page.problems, page.hints, [block, *page.blocks]))
    return 1 if report.problems else 0


def capture(argv: Sequence[str]) -> int:
    """Switch capture of live processes. Returns 0 when all did as wished, 1 when one did not."""
    parser = argparse.ArgumentParser(
        prog="spanorigin capture",
        usage="spanorigin capture on|off|reset [entries|exits] PID ... | --all",
        description="Turn capture on or off in running processes, for spans that start from now on; or leave it to the "
        "program and its variables again (reset).",
        epilog="`spanorigin doctor` lists the processes. A variable that says false cannot be overruled.",
    )
    parser.add_argument("wish", choices=("on", "off", "reset"))
    parser.add_argument("words", nargs="*", metavar="entries|exits|PID")
    parser.add_argument("--all", action="store_true", help="every process of this user that answers")
    options = parser.parse_args(argv)
    parts = [word for word in options.words if word in _PARTS]
    rest = [word for word in options.words if word not in _PARTS]
    if not all(word.isdecimal() for word in rest) or len(parts) > 1:
        parser.error("after on, off or reset come `entries` or `exits`, and the ids of processes")
    environ = process_environment()
    pids = [each.pid for each in asking.neighbours(environ)] if options.all else [int(word) for word in rest]
    if not pids:
        raise WishError(
            "No process was named, and none is switched without being named. "
            + (
                "None of this user's processes answers: see `spanorigin doctor`."
                if options.all
                else "Give process ids, which `spanorigin doctor` lists, or --all."
            ),
            slug="no-process-named",
        )
    wanted = options.wish == "on"
    names = _PARTS[parts[0] if parts else "all"]
    # Off as a whole is one switch; on as a whole means that entries and exits are.
    wish = {"enabled": False} if not wanted and len(names) > 1 else dict.fromkeys(names, wanted)
    if wanted:
        wish["enabled"] = True
    request: dict[str, Any] = {"ask": "capture", "wish": wish, "who": f"spanorigin capture ({_user()})"}
    if options.wish == "reset":
        request = {"ask": "capture", "wish": {}, "forget": True}
    is_granted = True
    for pid in pids:
        try:
            positions = asking.ask(pid, request, environ)["capture"]
        except asking.AskError as error:
            # The others are switched all the same: a worker may have ended just now.
            print(f"spanorigin: {error}", file=sys.stderr)
            is_granted = False
            continue
        print(f"{pid}  " + "; ".join(_position(label, positions[name]) for label, name in _SHOWN))
        is_granted &= options.wish == "reset" or all(
            positions[name]["accepted"] is value for name, value in wish.items() if name in positions
        )
    return 0 if is_granted else 1


_SHOWN: Final = (("entries", "entry"), ("exits", "exit"))


def _apart(argv: Sequence[str]) -> tuple[list[str], list[str]]:
    """Our own arguments and the command: what comes after `--`, or from the first word on that cannot be ours."""
    words = list(argv)
    skip = False
    for number, word in enumerate(words):
        if word == "--":
            return words[:number], words[number + 1 :]
        if not skip and not word.startswith("-") and not word.isdecimal():
            return words[:number], words[number:]
        skip = word == "--file"
    return words, []


def _live(pids: Sequence[int], files: Sequence[str], environ: Mapping[str, str], *, as_json: bool) -> int:
    request = {"ask": "report", "files": [str(Path(file).absolute()) for file in files]}
    reports = [asking.ask(pid, request, environ) for pid in pids]
    found = [live.problems(report) for report in reports]
    if as_json:
        data: list[dict[str, Any]] = [
            {**report, "problems": [{"words": each.words, "remedy": each.remedy} for each in problems]}
            for report, problems in zip(reports, found, strict=True)
        ]
        print(json.dumps(data[0] if len(data) == 1 else data, indent=2))
    else:
        for number, report in enumerate(reports):
            if number:
                print("\n")
            _show(live.page(report))
    return 1 if any(found) or not all(report.get("installed") for report in reports) else 0


def _neighbour(each: asking.Neighbour) -> tuple[str, str]:
    if each.error:
        return str(each.pid), each.error
    command = " ".join(each.said.get("command", ()))
    service = each.said.get("service")
    return str(each.pid), f"{command}{f'  (service {service})' if service else ''}"


def _position(label: str, verdict: Mapping[str, Any]) -> str:
    return f"{label} {'on' if verdict['accepted'] else 'off'}: {verdict['reason']}"


def _show(page: Page) -> None:
    """Print a page as the terminal can show it."""
    out = sys.stdout
    environ = process_environment()
    is_terminal = out.isatty()
    colour = is_terminal and not environ.get("NO_COLOR") and environ.get("TERM") != "dumb"
    width = shutil.get_terminal_size().columns if is_terminal else 0
    text = as_text(page, width=width, colour=colour)
    # A terminal of another encoding shows a question mark, and the command goes on.
    encoding = out.encoding or "utf-8"
    try:
        print(text.encode(encoding, "replace").decode(encoding), flush=True)
    except BrokenPipeError:
        # Whoever read has seen enough, as `head` has; what is left must not be written at exit either.
        os.dup2(os.open(os.devnull, os.O_WRONLY), out.fileno())


def _user() -> str:
    """The name of whoever runs this command."""
    try:
        import pwd

        return pwd.getpwuid(os.getuid()).pw_name
    except (ImportError, KeyError):
        return "somebody"
