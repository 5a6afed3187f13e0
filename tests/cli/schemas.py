"""Holds what the receiver writes and prints to the schemas that users read, docs/schemas."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator
from programs import REPOSITORY

FOLDER = REPOSITORY / "docs/schemas"


@cache
def validator(name: str) -> Draft202012Validator:
    schema = json.loads((FOLDER / f"{name}.schema.json").read_bytes())
    Draft202012Validator.check_schema(schema)
    return Draft202012Validator(schema)


def faults(name: str, document: Any) -> list[str]:
    return [f"{fault.json_path}: {fault.message}" for fault in validator(name).iter_errors(document)]


def check_output(name: str, document: dict[str, Any]) -> None:
    assert faults(name, document) == []


def check_records(storage: Path) -> None:
    """Every summary and every reason that the receiver may have written; links are somebody else's."""
    for name, pattern in {"summary": "summaries/[0-9]*/[0-9]*/[0-9]*/*.json", "rejection": "rejected/*.reason.json"}.items():
        for place in storage.glob(pattern):
            if place.is_file() and not any(part.is_symlink() for part in [place, *place.parents[:4]]):
                assert faults(name, json.loads(place.read_bytes())) == [], place
