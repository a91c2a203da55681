"""The ground that forecasts are made for: areas with their keys and shapes, the states they lie in, and their files."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import shapely

from otear.errors import InputError, NotFoundError
from otear.forecast.areas import Areas, read_areas
from otear.forecast.readers.values import STATES
from otear.store.workspace import Workspace
from otear.workflow.files import file_sha256

_SEAM_DEG = 0.004
"""About 400 m: gaps between outlines that were simplified one by one are narrower."""


@dataclass(frozen=True)
class AreaFile:
    """A file of boundaries: what people call it, where its bytes are, and their SHA-256."""

    name: str
    path: Path
    sha256: str


@dataclass(frozen=True, eq=False)
class Ground:
    """`areas` are what is forecast, `states` what they lie in, `state_of` the key of each area's state (n,).

    `state_file` is None where the outlines of the states are those of their areas put together.
    """

    areas: Areas
    states: Areas
    state_of: tuple[str, ...]
    area_file: AreaFile
    state_file: AreaFile | None

    @property
    def files(self) -> tuple[AreaFile, ...]:
        """Its files, that of the areas first."""
        return (self.area_file,) if self.state_file is None else (self.area_file, self.state_file)

    @property
    def mexican(self) -> bool:
        """Whether the keys are INEGI's."""
        return set(self.states.keys) <= set(STATES)


def ground_of(workspace: Workspace, paths: Sequence[Path]) -> Ground:
    """The ground of one or two files; without any that of the forecast that was made last.

    Of two files the one whose keys are INEGI's of states gives the outlines of the states. Raises `InputError` for
    files that are no such areas, `NotFoundError` where none are named and none are kept.
    """
    if paths:
        return _ground([AreaFile(path.name, path, file_sha256(_there(path))) for path in paths])
    row = workspace.records.latest_forecast()
    if row is None:
        raise NotFoundError(
            "no boundaries are kept here yet", field="--areas", remedy="Name a GeoJSON file of areas with --areas"
        )
    return kept_ground(workspace, row.document)


def kept_ground(workspace: Workspace, document: dict[str, dict[str, str] | None]) -> Ground:
    """The ground of a kept forecast, by its document. Raises `NotFoundError` where a file is gone."""
    said = [file for file in (document["areas"], document["states"]) if file is not None]
    return _ground([AreaFile(file["name"], workspace.records.source(file["sha256"]), file["sha256"]) for file in said])


def _there(path: Path) -> Path:
    if not path.is_file():
        raise InputError("is no file", source=path, remedy="Give a GeoJSON file of areas")
    return path


def _ground(files: Sequence[AreaFile]) -> Ground:
    read = [(file, _named(read_areas(file.path), file.name)) for file in files]
    of_states = [each for each in read if _are_states(each[1])]
    others = [each for each in read if not _are_states(each[1])]
    if not others:  # states alone: they are what is forecast
        others, of_states = of_states[:1], of_states[1:]
    if len(others) != 1 or len(of_states) > 1:
        raise InputError(
            f"{len(files)} files of areas are named",
            field="--areas",
            remedy="Name one file of areas, and at most one more, of the states that they lie in",
        )
    area_file, areas = others[0]
    states_of = tuple(_state(areas, row) for row in range(len(areas)))
    if not of_states:
        return Ground(areas, _together(areas, states_of), states_of, area_file, None)
    state_file, states = of_states[0]
    states.rows(sorted(set(states_of)))  # whatever an area lies in must be there
    return Ground(areas, states, states_of, area_file, state_file)


def _named(areas: Areas, name: str) -> Areas:
    """The same areas by the name that people gave their file."""
    return Areas(name, areas.keys, areas.names, areas.parents, areas.shapes)


def _are_states(areas: Areas) -> bool:
    return set(areas.keys) <= set(STATES)


def _state(areas: Areas, row: int) -> str:
    """INEGI's key of the state, else the name of what the area lies in, else the name of the file."""
    key = areas.keys[row]
    if key.isdigit() and len(key) in (2, 5) and key[:2] in STATES:
        return key[:2]
    return areas.parents[row] or areas.source


def _together(areas: Areas, state_of: Sequence[str]) -> Areas:
    """States as their areas make them, without the seams."""
    keys = sorted(set(state_of))
    if tuple(keys) == areas.keys:
        return areas
    rows = np.array([keys.index(state) for state in state_of])
    shapes = [
        shapely.union_all(areas.shapes[rows == at]).buffer(_SEAM_DEG, quad_segs=2).buffer(-_SEAM_DEG, quad_segs=2)
        for at in range(len(keys))
    ]
    names = tuple(STATES.get(key, key) for key in keys)
    return Areas(areas.source, tuple(keys), names, ("",) * len(keys), np.array(shapes, dtype=object))
