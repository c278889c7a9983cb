"""What the docs name is there: commands that parse, options, variables, targets of make, files behind links."""

from __future__ import annotations

import argparse
import re
import shlex
from collections.abc import Iterator
from importlib.metadata import entry_points
from pathlib import Path

import pytest
import spanorigin.command
import spanorigin_server.command
import yaml

ROOT = Path(__file__).resolve().parent.parent
PAGES = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")])
LINKING = sorted({*PAGES, *ROOT.glob("decisions/*.md"), *ROOT.glob("*/README.md"), *ROOT.glob("examples/*/README.md")})
# Whole lines of a block, and what stands between backticks within a line.
WRITTEN = re.compile(r"(?:^ *(?:[A-Z_]+=(?:\$\(|\S+ +))?|`|^\| `)(spanorigin(?:-server)? [^`\n]*)", re.MULTILINE)


class Parsed(BaseException):
    """The command's words were understood; it is not run."""


def commands() -> Iterator[tuple[str, str]]:
    """Each command of ours that a page shows, and the page's name. What explains it stands behind # or two spaces."""
    for page in PAGES:
        if page.name == "CHANGELOG.md":
            continue
        for found in WRITTEN.findall(page.read_text()):
            yield page.name, re.split(r"\s+#|\s{2,}|\)\s|…", found)[0].strip(" )")


COMMANDS = {command for _, command in commands()}
# `spanorigin token add` in a sentence is a name too.
NAMED = sorted(command for command in COMMANDS if re.fullmatch(r"\S+ (\S+|token (add|list|revoke))", command))
SHOWN = sorted(COMMANDS - set(NAMED))


def main_of(program: str):
    return spanorigin.command.main if program == "spanorigin" else spanorigin_server.command.main


@pytest.fixture
def parsers(monkeypatch: pytest.MonkeyPatch) -> list[argparse.ArgumentParser]:
    """Those that were asked to parse; none of them lets its command run."""
    asked: list[argparse.ArgumentParser] = []
    parse = argparse.ArgumentParser.parse_args

    def parse_only(parser, arguments=None, namespace=None):
        asked.append(parser)
        parse(parser, arguments, namespace)
        raise Parsed

    monkeypatch.setattr(argparse.ArgumentParser, "parse_args", parse_only)
    return asked


def names_of(program: str) -> set[str]:
    registered = {point.name for point in entry_points(group="spanorigin.commands")}
    own = {"run", "doctor", "capture", "--help", "--version"}
    return registered | own if program == "spanorigin" else registered - {"up", "search"}


@pytest.mark.parametrize("command", SHOWN)
def test_a_command_of_the_docs_is_understood(command: str, parsers):
    program, *words = shlex.split(command.replace("PID", "4242"))
    assert words[0] in names_of(program)

    with pytest.raises(Parsed):
        main_of(program)(words)


@pytest.mark.parametrize("command", NAMED)
def test_a_command_that_the_docs_name_is_there(command: str):
    program, name = command.split()[:2]
    assert name in names_of(program) or (program == "spanorigin-server" and name.startswith("--"))


def options_of(parser: argparse.ArgumentParser) -> set[str]:
    found: set[str] = set()
    for action in parser._actions:
        found |= set(action.option_strings)
        if isinstance(action, argparse._SubParsersAction):
            found |= {option for inner in action.choices.values() for option in options_of(inner)}
    return found


def test_an_option_that_the_docs_name_is_one_of_some_command(parsers):
    # What each needs so that it comes to parse.
    samples = {
        "token": ["list"],
        "capture": ["on"],
        "run": ["true"],
        **{name: ["x"] for name in ("backup", "restore", "export", "import")},
    }
    for name in sorted(names_of("spanorigin") - {"--help", "--version"}):
        with pytest.raises(Parsed):
            spanorigin.command.main([name, *samples.get(name, [])])
    ours = {option for parser in parsers for option in options_of(parser)}
    ours |= set(re.findall(r'"(--[a-z-]+)"', (ROOT / "examples/shop/demo.py").read_text()))
    # pip's, and uWSGI's.
    ours |= {"--user", "--target", "--enable-threads"}

    named = {(page.name, option) for page in PAGES for option in re.findall(r"`(--[a-z][a-z-]*)", page.read_text())}

    assert len(ours) > 30
    assert sorted((page, option) for page, option in named if option not in ours) == []


def test_a_variable_that_the_docs_name_is_a_setting():
    settings = {row["variable"] for row in yaml.safe_load((ROOT / "contract/settings.yaml").read_text())}
    # Those of the browser tests are read there alone.
    e2e = "".join(file.read_text() for file in (ROOT / "e2e").glob("*.py"))
    ours = settings | set(re.findall(r'environ\.get\("(SPANORIGIN_\w+)"', e2e))

    named = {
        (page.name, name) for page in PAGES for name in re.findall(r"\bSPANORIGIN_[A-Z_]*[A-Z]\b", page.read_text())
    }

    assert len(settings) > 30
    assert sorted((page, name) for page, name in named if name not in ours) == []


def test_a_target_of_make_that_the_docs_name_is_there():
    targets = set(re.findall(r"^([a-z][a-z0-9-]*):", (ROOT / "Makefile").read_text(), re.MULTILINE))

    named = {
        (page.name, name) for page in PAGES for name in re.findall(r"(?:`|^)make ([a-z0-9-]+)", page.read_text(), re.M)
    }

    assert sorted((page, name) for page, name in named if name not in targets) == []


def anchors(page: Path) -> set[str]:
    """The anchors that a forge makes of a page's headings."""
    headings = re.findall(r"^#+ (.+)$", page.read_text(), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", heading.replace("`", "").lower()).replace(" ", "-") for heading in headings}


def test_links_lead_to_files_and_headings_that_are_there():
    broken = []
    for page in LINKING:
        for target in re.findall(r"\]\(([^)\s]+)\)", page.read_text()):
            if re.match(r"[a-z]+:", target):
                continue
            file, _, anchor = target.partition("#")
            place = (page.parent / file).resolve() if file else page
            if not place.exists() or (anchor and anchor not in anchors(place)):
                broken.append(f"{page.relative_to(ROOT)}: {target}")

    assert broken == []


def test_a_decision_has_one_number_and_every_number_that_is_named_is_one():
    decisions = sorted((ROOT / "decisions").glob("[0-9]*.md"))
    numbers = [path.name[:4] for path in decisions]
    sources = [
        path for folder in ("agents/python/src", "server/src", "tools/src") for path in (ROOT / folder).rglob("*.py")
    ]

    named = {
        (path.relative_to(ROOT).as_posix(), number)
        for path in [*PAGES, *decisions, *sources]
        for number in re.findall(r"\bdecisions? (\d{4})\b", path.read_text())
    }

    assert len(numbers) == len(set(numbers))
    assert [path.name for path in decisions if not path.read_text().startswith(f"# {path.name[:4]} ")] == []
    assert sorted((path, number) for path, number in named if number not in numbers) == []
