"""Documents with one value changed, for the tests of what is read and what is refused."""

from __future__ import annotations

import json
from typing import Any

from otear.authority.strict_yaml import read_mapping


def document(text: str) -> dict[str, Any]:
    """What a document holds, nothing in it shared: changing one sensor's gimbal changes no other's."""
    whole: dict[str, Any] = json.loads(json.dumps(read_mapping(text)))
    return whole


def with_value(text: str, *path: int | str, to: Any) -> str:
    """A document with one value changed, added, or (None) taken away; as JSON."""
    whole = document(text)
    part: Any = whole
    for step in path[:-1]:
        part = part[step]
    if to is None:
        del part[path[-1]]
    else:
        part[path[-1]] = to
    return json.dumps(whole)
