"""Read expected lines out of samples, so that no test types a line number."""

from pathlib import Path

SAMPLES = Path(__file__).parent.parent / "samples"


def marked_line(file: Path, name: str = "entry") -> int:
    """The one line of `file` that carries the comment `<- name`."""
    lines = file.read_text().splitlines()
    found = [number for number, line in enumerate(lines, 1) if f"<- {name}" in line and _ends(line, name)]
    assert len(found) == 1, f"{file.name} marks {name!r} {len(found)} times"
    return found[0]


def _ends(line: str, name: str) -> bool:
    rest = line.partition(f"<- {name}")[2]
    return not rest or not (rest[0].isalnum() or rest[0] in "_-")
