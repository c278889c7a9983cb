"""Make the samples importable as a user's modules are, and this folder's helpers with them."""

import sys
from pathlib import Path

HERE = Path(__file__).parent

for folder in (HERE, HERE.parent / "samples"):
    if str(folder) not in sys.path:
        sys.path.insert(0, str(folder))
