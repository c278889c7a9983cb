"""Write the files that follow from the contract: names, wire types, the served OpenAPI document, reference pages.

`python contract/generate.py` writes them; `--check` writes nothing and ends with 1 when one is stale. Run by `make
contract` and by the freshness test. Reads only this folder.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import yaml

CONTRACT = Path(__file__).resolve().parent
ROOT = CONTRACT.parent
NOTICE = "Generated from contract/ by contract/generate.py; edit there."


def rendered() -> dict[Path, str]:
    """Every generated file, by its path, with the text it should have."""
    attributes = _load("attributes.yaml")
    settings = _load("settings.yaml")
    api = _load("query-api.yaml")
    return {
        ROOT / "agents/python/src/spanorigin/names.py": _python_names(attributes),
        ROOT / "server/src/spanorigin_server/names.py": _python_names(attributes),
        ROOT / "server/src/spanorigin_server/openapi.json": json.dumps(api, indent=1, sort_keys=False) + "\n",
        ROOT / "web/src/wire.ts": _typescript_wire(api),
        ROOT / "docs/reference/attributes.md": _attributes_page(attributes),
        ROOT / "docs/reference/settings.md": _settings_page(settings),
    }


def stale_files() -> list[Path]:
    """The generated files that differ from what the contract says now, or are missing."""
    return [path for path, text in rendered().items() if not path.exists() or path.read_text() != text]


def _load(name: str) -> Any:
    return yaml.safe_load((CONTRACT / name).read_text())


def _python_names(attributes: list[dict[str, str]]) -> str:
    lines = [f'"""Names of telemetry attributes. {NOTICE}"""', "", "from typing import Final", ""]
    lines += [f'{row["constant"]}: Final = "{row["name"]}"' for row in attributes]
    return "\n".join(lines) + "\n"


def _typescript_wire(api: dict[str, Any]) -> str:
    schemas = api["components"]["schemas"]
    parts = [f"// {NOTICE}", f"// {api['info']['title']}, version {api['info']['version']}."]
    for name, schema in schemas.items():
        doc = f"/** {schema['description']} */\n" if "description" in schema else ""
        parts.append(f"{doc}export type {name} = {_typescript_type(schema, 0)};")
    return "\n\n".join(parts) + "\n"


def _typescript_type(schema: dict[str, Any], depth: int) -> str:
    """The TypeScript type for the subset of JSON schema that query-api.yaml uses; an unknown form is an error."""
    if "$ref" in schema:
        return str(schema["$ref"].rsplit("/", 1)[1])
    if "oneOf" in schema:
        return " | ".join(_typescript_type(option, depth) for option in schema["oneOf"])
    if "enum" in schema:
        return " | ".join(json.dumps(value) for value in schema["enum"])
    match schema.get("type"):
        case "string":
            return "string"
        case "integer" | "number":
            return "number"
        case "boolean":
            return "boolean"
        case "null":
            return "null"
        case "array" if "prefixItems" in schema:
            return f"readonly [{', '.join(_typescript_type(item, depth) for item in schema['prefixItems'])}]"
        case "array":
            return f"ReadonlyArray<{_typescript_type(schema['items'], depth)}>"
        case "object" if "properties" in schema:
            return _typescript_object(schema, depth)
        case "object":
            return "Readonly<Record<string, unknown>>"
    raise ValueError(f"query-api.yaml uses a schema that the generator does not know: {schema}. Teach it here.")


def _typescript_object(schema: dict[str, Any], depth: int) -> str:
    inner = "  " * (depth + 1)
    required = set(schema.get("required", ()))
    lines = ["{"]
    for name, value in schema["properties"].items():
        if "description" in value:
            lines.append(f"{inner}/** {value['description']} */")
        optional = "" if name in required else "?"
        lines.append(f"{inner}readonly {name}{optional}: {_typescript_type(value, depth + 1)};")
    lines.append("  " * depth + "}")
    return "\n".join(lines)


def _attributes_page(attributes: list[dict[str, str]]) -> str:
    rows = ["| attribute | type | on | written by | meaning |", "|---|---|---|---|---|"]
    rows += [
        f"| `{row['name']}` | {row['type']} | {row['signal']} | {row['writer']} | {row['meaning'].strip()} |"
        for row in attributes
    ]
    return f"<!-- {NOTICE} -->\n# Attributes\n\n" + "\n".join(rows) + "\n"


def _settings_page(settings: list[dict[str, Any]]) -> str:
    titles = {"agent": "The agent", "run": "`spanorigin run`", "server": "The server"}
    parts = [f"<!-- {NOTICE} -->\n# Settings\n\nEnvironment variables, read once at start."]
    for building, title in titles.items():
        rows = ["| variable | default | meaning |", "|---|---|---|"]
        for row in settings:
            if row["building"] == building:
                rows.append(f"| `{row['variable']}` | {_shown_default(row)} | {row['meaning'].strip()}{_bounds(row)} |")
        parts.append(f"## {title}\n\n" + "\n".join(rows))
    return "\n\n".join(parts) + "\n"


def _shown_default(row: dict[str, Any]) -> str:
    if row["default"] in (None, ""):
        return "unset"
    return f"`{row['default']}`" + (f" {row['unit']}" if "unit" in row else "")


def _bounds(row: dict[str, Any]) -> str:
    return f" From {row['minimum']} to {row['maximum']}." if "minimum" in row else ""


def main(arguments: list[str]) -> int:
    if arguments == ["--check"]:
        stale = stale_files()
        for path in stale:
            print(f"stale: {path.relative_to(ROOT)}. Run `make contract` and commit the result.", file=sys.stderr)
        return 1 if stale else 0
    for path, text in rendered().items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
