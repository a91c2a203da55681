"""From an aircraft document to an `Aircraft`: unarmed, or not at all."""

from __future__ import annotations

import difflib
from dataclasses import asdict
from typing import Any

from otear.authority.schema_types import Closed, validated
from otear.authority.signatures import canonical, sha256
from otear.authority.strict_yaml import Source, field_path, read_mapping
from otear.authority.unarmed import ABOARD, DENIED, refuse_armed
from otear.domain.aircraft import Aircraft
from otear.domain.bilingual import Bilingual
from otear.errors import InputError
from otear.flight.schema import FORMAT, PARTS, AircraftModel


def read_aircraft(text: str, source: Source = None) -> Aircraft:
    """Read an aircraft's document, YAML or JSON, as docs/aircraft.md describes it.

    `aircraft_id` is derived from the canonical form (RFC 8785): the same document, however written, is the same
    aircraft. Raises `RefusedError` by the rule `unarmed` for a document that names anything of a weapon, whatever it
    says of it, and `InputError` naming `source` and the byte offset or field for everything else that does not fit.
    """
    document = read_mapping(text, source)
    named = "" if source is None else f" {source}"
    refuse_armed(
        document,
        Bilingual(f"the aircraft document{named}", f"el documento de la aeronave{named}"),
        (*DENIED, *ABOARD),
    )
    _refuse_unknown_keys(document, AircraftModel, (), source)
    content = canonical(document)
    return validated(AircraftModel, content, source).noun(f"c-{sha256(content)[:16]}")


def aircraft_text(aircraft: Aircraft) -> str:
    """The document of an aircraft in canonical JSON: `read_aircraft` makes the same aircraft of it again."""
    parts = asdict(aircraft, dict_factory=lambda pairs: {key: value for key, value in pairs if value is not None})
    del parts["aircraft_id"]
    return canonical({"format": FORMAT, **parts}).decode()


def _refuse_unknown_keys(value: Any, model: type[Closed], path: tuple[int | str, ...], source: Source) -> None:
    """Raises `InputError` for the first key that `model` and its parts do not have, with the nearest that they do."""
    if isinstance(value, list):
        for place, item in enumerate(value):
            _refuse_unknown_keys(item, model, (*path, place), source)
    elif isinstance(value, dict):
        for key, item in value.items():
            if key not in model.model_fields:
                nearest = difflib.get_close_matches(key, model.model_fields, 1, cutoff=0.0)[0]
                raise InputError(
                    "is no key of an aircraft document there",
                    source=source,
                    field=field_path((*path, key)),
                    remedy=f"The nearest that is: {nearest}; docs/aircraft.md lists them all",
                )
            if key in PARTS:
                _refuse_unknown_keys(item, PARTS[key], (*path, key), source)
