"""JSON that can be written in one way only (RFC 8785), for values of text, whole numbers, lists and ASCII keys."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from otear.errors import InputError

# Python's own encoder writes what RFC 8785 asks for as long as the keys are ASCII and no number is a float, five times
# as fast as the library; a test holds the two together.
_ENCODER = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), sort_keys=True)


def canonical_json(value: Any) -> bytes:
    """The one way to write a value. Raises `InputError` for text that is not Unicode (half of a surrogate pair)."""
    try:
        return _ENCODER.encode(value).encode("utf-8")
    except UnicodeEncodeError as error:
        raise InputError(
            "holds text that is not valid Unicode (half of a surrogate pair)", remedy="Write the text anew"
        ) from error


def from_canonical(data: bytes, *, source: str | Path | None = None, offset: int | None = None) -> Any:
    """The value that these bytes are the canonical JSON of. Raises `InputError` for any other bytes."""
    try:
        value = json.loads(data.decode("utf-8"))
        canonical = canonical_json(value)
    except InputError as error:
        raise InputError(error.problem, source=source, offset=offset, remedy=error.remedy) from error
    except (ValueError, RecursionError) as error:
        raise InputError(
            "is not JSON in UTF-8", source=source, offset=offset, remedy="Give the bytes as they were written"
        ) from error
    if canonical != data:
        raise InputError(
            "is JSON in other bytes than the canonical ones",
            source=source,
            offset=offset,
            remedy="Write it as RFC 8785 says: keys in order, no spaces, each key once",
        )
    return value


def checked_keys(value: Any, keys: frozenset[str], field: str | None = None) -> dict[str, Any]:
    """The value, if it is an object with exactly these keys. Raises `InputError` naming the key that is wrong."""
    remedy = f"Give exactly the keys {', '.join(sorted(keys))}"
    if not isinstance(value, dict):
        raise InputError("is not a JSON object", field=field, remedy=remedy)
    for key in sorted(value.keys() ^ keys):
        problem = f"has no {key!r}" if key in keys else f"has an unknown key: {key!r:.40}"
        raise InputError(problem, field=field, remedy=remedy)
    return value


def checked_text(value: dict[str, Any], key: str) -> str:
    """The text under this key. Raises `InputError` naming the key where there is something else."""
    text = value[key]
    if not isinstance(text, str):
        raise InputError(f"{text!r:.40} is not text", field=key, remedy="Write it in quotation marks")
    return text
