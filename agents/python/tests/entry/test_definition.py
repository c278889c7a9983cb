"""The line of a `def`: what is plain to see agrees with Python's parser, and all else is left to the tokenizer."""

import ast
import os
import types
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from spanorigin.origin import definition

SIMPLE = [
    "@wrapped",
    "@app.get('/a')",
    '@app.route("/a/<int:n>", methods=ALLOWED)  # as the old one',
    "@ app.tool( )",
    '@app.get("#")',
    '@app.get("""/a""")',
    '@app.get("(", \')\', r"[")',
]
OTHERS = [
    "@app.get(\n    '/a',\n)",
    "@app.get('''\ndef not_this(): pass\n''')",
    '@app.get("""\n@nor_this\n""")',
    "@app.get('\\\ndef')",
    "@app.get([1, {2: (3,)}])",
    "@app.get('it\\'s')",
    "@app.get('größe')",
    "@(lambda f: f)",
    "@first if first else second",
    "@make(1)(2)",
    "@table['get'](\n    'def x(',\n)",
    "@app.get( # def x():\n)",
]
BETWEEN = ["", "# def not_me():", "    # indented", "\f"]
DEFS = [
    "def handler(): pass",
    "async def handler(): pass",
    "async  def handler(): pass",
    "def handler(\n    a=1,\n): pass",
]


def written(folder, source, encoding="utf-8"):
    file = folder / "handlers.py"
    file.write_bytes(source.encode(encoding))
    definition._recent.clear()
    return str(file)


def expected_and_first(source):
    [function] = [
        node for node in ast.walk(ast.parse(source)) if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef))
    ]
    return function.lineno, min([function.lineno, *(node.lineno for node in function.decorator_list)])


@settings(max_examples=80, deadline=None)
@given(
    st.lists(st.sampled_from(SIMPLE + OTHERS + BETWEEN), max_size=5),
    st.sampled_from(DEFS),
    st.sampled_from(["\n", "\r\n"]),
)
def test_a_line_that_is_plain_to_see_is_the_parsers(tmp_path_factory, above, definition_line, end):
    source = "\n".join(["x = 1", "", *above, definition_line, ""]).replace("\n", end)
    line, first = expected_and_first(source)

    found = definition._simple_def_line(written(tmp_path_factory.getbasetemp(), source), first)

    assert found in (line, None)


@pytest.mark.parametrize("decorator", SIMPLE)
@pytest.mark.parametrize("definition_line", DEFS)
def test_simple_decorators_need_no_tokenizer(tmp_path, decorator, definition_line):
    source = "\n".join(["x = 1", decorator, "# why", "@wrapped", "", definition_line, ""])
    line, first = expected_and_first(source)

    assert definition._simple_def_line(written(tmp_path, source), first) == line


@pytest.mark.parametrize("decorator", OTHERS)
def test_other_decorators_are_left_to_the_tokenizer_which_finds_the_line(tmp_path, decorator):
    source = f"x = 1\n{decorator}\ndef handler():\n    pass\n"
    line, first = expected_and_first(source)
    file = written(tmp_path, source)
    [code] = [
        constant
        for constant in compile(source, file, "exec").co_consts
        if getattr(constant, "co_name", "") == "handler"
    ]

    assert definition._simple_def_line(file, first) is None
    assert definition.def_line(types.FunctionType(code, {"__name__": "handlers"})) == line


def test_a_file_in_another_encoding_is_read_by_the_tokenizer(tmp_path):
    source = "# coding: shift-jis\n@app.get('表')\ndef handler(): pass\n"
    file = written(tmp_path, source, "shift-jis")

    assert definition._simple_def_line(file, 2) is None


def test_a_file_that_is_written_anew_is_read_anew(tmp_path):
    file = written(tmp_path, "@wrapped\ndef handler(): pass\n")
    assert definition._simple_def_line(file, 1) == 2

    Path(file).write_text("@wrapped\n@wrapped\ndef handler(): pass\n")
    os.utime(file, ns=(1, 1))

    assert definition._simple_def_line(file, 1) == 3


@pytest.mark.parametrize("name", ["<string>", "", "\0", "/no/such/file.py", "."])
def test_what_cannot_be_read_is_not_plain_to_see(name):
    assert definition._simple_def_line(name, 1) is None


def test_few_sources_are_kept(tmp_path):
    for number in range(3 * definition._FILES_KEPT):
        file = tmp_path / f"f{number}.py"
        file.write_text("def handler(): pass\n")
        assert definition._simple_def_line(str(file), 1) == 1

    assert len(definition._recent) <= definition._FILES_KEPT
