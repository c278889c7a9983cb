"""The preview of every origin of the shop shows the very line, marked, as it stands in the file."""

from .expected import PROJECT


def text_of(tokens):
    return "".join(text for _, text in tokens).rstrip("\n")


def test_each_frame_of_each_origin_shows_its_line(demo, traces):
    seen = {}
    for span in demo.server.search("@_dd.code_origin.type:*"):
        for number, frame in enumerate(span["origin"]["frames"]):
            seen.setdefault((frame["path"], frame["line"]), (span, number))
    assert len(seen) > 60

    for (path, line), (span, number) in seen.items():
        source = demo.server.source(span, frame=number)
        preview = source["preview"]
        assert preview, f"{path}:{line}: {source['missing']}"
        real = (PROJECT / path).read_text().splitlines()[line - 1]
        assert (preview["path"], preview["marked_line"]) == (path, line)
        assert text_of(preview["lines"][line - preview["first_line"]]) == real


def test_the_preview_is_as_wide_as_was_asked(demo, traces):
    (span, *_) = demo.server.search("@code.function.name:storefront.checkout.check_out")

    narrow, wide = (demo.server.source(span, context=context)["preview"] for context in (0, 8))

    assert len(narrow["lines"]) == 1
    assert len(wide["lines"]) == 17


def test_code_is_highlighted(demo, traces):
    (span, *_) = demo.server.search("@code.function.name:storefront.checkout.check_out")

    (line,) = demo.server.source(span, context=0)["preview"]["lines"]

    assert [css for css, text in line if text == "def"] == ["k"]
    assert [css for css, text in line if text == "check_out"] == ["nf"]


def test_a_span_without_an_origin_has_a_reason_instead_of_lines(demo, traces):
    (span, *_) = demo.server.search("kind:internal")

    source = demo.server.source(span)

    assert (source["frame"], source["preview"]) == (None, None)
    assert source["missing"]["slug"] == "span-without-origin"
    assert source["missing"]["remedy"]


def test_a_frame_that_an_origin_does_not_have_is_refused(demo, traces):
    (span, *_) = demo.server.search("@code.function.name:storefront.checkout.check_out kind:server")

    status, error = demo.server.refusal("/api/v1/source", trace_id=span["trace_id"], span_id=span["span_id"], frame=1)

    assert (status, error["slug"]) == (404, "frame-not-found")
