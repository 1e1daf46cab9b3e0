"""The JSON Schema of a policy file, for editors; committed as docs/policy.schema.json."""

from __future__ import annotations

import json

from veilflow.policy.model import Policy

__all__ = ["schema_text"]


def schema_text() -> str:
    """The schema as indented JSON text that ends in a newline; a test holds the file current."""
    schema = Policy.model_json_schema(mode="validation", by_alias=True)
    schema["$schema"] = "https://json-schema.org/draft/2020-12/schema"
    schema["title"] = "Veilflow policy"
    return json.dumps(schema, indent=2, sort_keys=True) + "\n"


def _write() -> None:
    import pathlib

    pathlib.Path("docs/policy.schema.json").write_text(schema_text(), encoding="utf-8")


if __name__ == "__main__":
    _write()
