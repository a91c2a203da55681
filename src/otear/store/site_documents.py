"""Cues and changes of sites as JSON, as the index keeps them."""

from __future__ import annotations

import json
from dataclasses import asdict, fields
from typing import Any

from otear.domain.authority import SensorKind
from otear.domain.cues import Cue, PlaceErrors
from otear.domain.kinds import CueKind
from otear.domain.places import Ellipse, Place
from otear.evidence.histories import Change, Merged, Seen, Split, Undone

_CHANGES: dict[str, type[Change]] = {"seen": Seen, "merged": Merged, "split": Split, "undone": Undone}


def cue_text(cue: Cue) -> str:
    """A cue as JSON; the same cue gives the same text."""
    return json.dumps(asdict(cue), sort_keys=True)


def cue_from(text: str) -> Cue:
    """The cue that a text from `cue_text` is of."""
    said: dict[str, Any] = json.loads(text)
    errors = {name: tuple(value) for name, value in said["errors"].items()}
    return Cue(
        **{
            **said,
            "kind": CueKind(said["kind"]),
            "place": Place(**said["place"]),
            "ellipse": Ellipse(**said["ellipse"]),
            "errors": PlaceErrors(**errors),
            "sensor": SensorKind(said["sensor"]),
            "pixel": tuple(said["pixel"]),
            "size_px": tuple(said["size_px"]),
        }
    )


def change_text(change: Change) -> str:
    """A change as JSON; the same change gives the same text."""
    what = next(name for name, kind in _CHANGES.items() if type(change) is kind)
    said = {field.name: getattr(change, field.name) for field in fields(change)}
    if isinstance(change, Split):
        said["pieces"] = sorted(change.pieces)
    return json.dumps({"what": what, **said}, sort_keys=True)


def change_from(text: str) -> Change:
    """The change that a text from `change_text` is of."""
    said: dict[str, Any] = json.loads(text)
    kind = _CHANGES[said.pop("what")]
    if kind is Split:
        said["pieces"] = frozenset(said["pieces"])
    return kind(**said)
