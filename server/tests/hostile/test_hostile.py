"""Whatever comes in at any door: no answer is a failure of ours, nothing sound is lost or doubled, memory is bounded.

A hundred examples of each kind in a run of the tests. `make fuzz` goes on for FUZZ_MINUTES with each, from a number
of its own; what it finds is seen again with the FUZZ_SEED and FUZZ_FIRST that it names.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from .campaign import Campaign, Kind
from .files import ImportFiles
from .http_bytes import Octets
from .questions import Parameters, QueryText
from .spans_in import Datadog, OtlpGrpc, OtlpJson, OtlpProtobuf

KINDS: tuple[Kind, ...] = (
    OtlpProtobuf(),
    OtlpJson(),
    OtlpGrpc(),
    Datadog(),
    QueryText(),
    Parameters(),
    Octets(),
    ImportFiles(),
)
EXAMPLES = int(os.environ.get("FUZZ_EXAMPLES", "100"))
SECONDS = float(os.environ.get("FUZZ_MINUTES", "0")) * 60
SEED = int(os.environ.get("FUZZ_SEED", "1"))
FIRST = int(os.environ.get("FUZZ_FIRST", "0"))


@pytest.mark.parametrize("kind", KINDS, ids=[kind.name for kind in KINDS])
def test_hostile_input_is_refused_or_stored_and_harms_nobody(kind: Kind, tmp_path: Path):
    report = Campaign(kind, tmp_path / "spans", SEED, FIRST).run(EXAMPLES, SECONDS)

    print(report.line())
    assert not report.complaints, f"{report.line()}; FUZZ_SEED={SEED}\n" + "\n".join(report.complaints)
