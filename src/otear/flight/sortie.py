"""Sorties as documents: read, checked, written."""

from __future__ import annotations

from dataclasses import asdict, replace
from typing import Any

from otear.authority.schema_types import validated
from otear.authority.signatures import canonical, sha256
from otear.authority.strict_yaml import Source, read_mapping
from otear.authority.unarmed import ABOARD, DENIED, refuse_armed
from otear.domain.bilingual import Bilingual
from otear.domain.sortie import Orbit, Sortie, Stare, Strip, Task
from otear.domain.times import utc_text
from otear.flight.sortie_schema import FORMAT, SortieModel

_KINDS = {Strip: "strip", Stare: "stare", Orbit: "orbit"}


def read_sortie(text: str, source: Source = None) -> Sortie:
    """Read a sortie's document, YAML or JSON, as docs/sorties.md describes it.

    `sortie_id` is derived from the canonical form (RFC 8785). Raises `RefusedError` by the rule `unarmed` for a
    document that names anything of a weapon, and `InputError` naming `source` and
    the byte offset or field for all else.
    """
    document = read_mapping(text, source)
    named = "" if source is None else f" {source}"
    refuse_armed(document, Bilingual(f"the sortie{named}", f"la salida{named}"), (*DENIED, *ABOARD))
    read = validated(SortieModel, canonical(document), source).noun("")
    return replace(read, sortie_id=f"s-{sha256(canonical(sortie_document(read)))[:16]}")


def sortie_document(sortie: Sortie) -> dict[str, Any]:
    """The document of a sortie: `read_sortie` of its text makes the same sortie again."""
    document = {
        "format": FORMAT,
        "name": sortie.name,
        "authority": sortie.authority_id,
        "aircraft": sortie.aircraft,
        "sensor": sortie.sensor,
        "purpose": sortie.purpose,
        "depart": utc_text(sortie.depart_us),
        "base": {**asdict(sortie.base), "height_msl_m": sortie.base_msl_m},
        "height_msl_m": sortie.height_msl_m,
        "tasks": [_task(task) for task in sortie.tasks],
    }
    return {key: value for key, value in document.items() if value is not None}


def sortie_text(sortie: Sortie) -> str:
    """The document in canonical JSON."""
    return canonical(sortie_document(sortie)).decode()


def _task(task: Task) -> dict[str, Any]:
    # Lists for tuples: canonical JSON knows no other sequence.
    document: dict[str, Any] = {"kind": _KINDS[type(task)], **asdict(task)}
    return {key: list(value) if isinstance(value, tuple) else value for key, value in document.items()}
