"""A program that ends by itself, with a code of its own."""

import json
import sqlite3
import sys

with sqlite3.connect(":memory:") as connection:
    connection.cursor().execute("select 1")  # <- call

print(
    json.dumps(
        {
            "ours": sorted(name for name in sys.modules if name.split(".")[0] == "spanorigin"),
            "traced": "opentelemetry.sdk" in sys.modules,
            "finders": [type(finder).__module__ for finder in sys.meta_path],
            "set_by_sitecustomize": getattr(sys, "set_by_sitecustomize", None),
        }
    )
)
sys.exit(7)
