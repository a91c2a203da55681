"""The forecast as a plan uses it: how many sites are expected in each box of ground, and how uncertain that is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray

from otear.forecast.areas import Areas, read_areas
from otear.store.records import ForecastRow
from otear.store.workspace import Workspace

Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Expected:
    """What is expected in n boxes: `mean` (n,) sites that are there in the year of the forecast, and the `shape` (n,)
    of each one's negative binomial, whose variance is mean + mean^2 / shape.

    `source` is what it rests on, in a sentence; `forecast_id` is "" where no kept forecast is behind it.
    """

    mean: Floats
    shape: Floats
    source: str
    forecast_id: str


def expected_sites(workspace: Workspace, boxes: Sequence[shapely.Polygon]) -> Expected | None:
    """What the forecast that was made last expects in each box; None where the workspace has no forecast.

    Boxes are in longitude and latitude, degrees. Sites are taken to be spread evenly over each area: a box gets the
    share of an area's number that it has of the area's ground. What lies in no area of the forecast gets 0, with shape
    1. Raises `NotFoundError` where the file of boundaries is gone.
    """
    row = workspace.records.latest_forecast()
    if row is None:
        return None
    file = row.document["areas"]
    areas = read_areas(workspace.records.source(file["sha256"]))
    at = areas.rows(row.areas)
    chosen = Areas(areas.source, row.areas, (), (), areas.shapes[at])
    mean, shape = spread_over(chosen, row.mean, row.shape, boxes)
    return Expected(mean, shape, _source(row), row.forecast_id)


def spread_over(areas: Areas, mean: Floats, shape: Floats, boxes: Sequence[shapely.Polygon]) -> tuple[Floats, Floats]:
    """Mean and shape (n,) in each of n boxes, out of those of the areas they lie in (m,), by equal area.

    A share f of an area whose number is negative binomial with mean m and shape r has f m and r: sites come in the rate
    of their area and lie anywhere in it. Over several areas, mean and variance are added and the shape follows.
    """
    outlines = _equal_area(np.asarray(boxes, dtype=object), areas)
    ground = _equal_area(areas.shapes, areas)
    box, area = shapely.STRtree(ground).query(outlines, predicate="intersects")
    inside = np.zeros(len(box))
    within = shapely.contains_properly(ground[area], outlines[box])
    inside[within] = shapely.area(outlines[box[within]])
    cut = ~within
    inside[cut] = shapely.area(shapely.intersection(ground[area[cut]], outlines[box[cut]]))
    part = mean[area] * inside / shapely.area(ground)[area]
    found = np.bincount(box, part, minlength=len(outlines))
    beyond = np.bincount(box, part**2 / shape[area], minlength=len(outlines))
    some = beyond > 0.0
    return np.asarray(found, dtype=np.float64), np.where(some, found**2 / np.where(some, beyond, 1.0), 1.0)


def _equal_area(shapes: NDArray[np.object_], areas: Areas) -> NDArray[np.object_]:
    """Shapes in degrees in metres of the areas' equal-area projection."""
    metres = shapely.transform(shapes, lambda lonlat: np.column_stack(areas.projection(*lonlat.T)))
    shapely.prepare(metres)
    return np.asarray(metres, dtype=object)


def _source(row: ForecastRow) -> str:
    first, last = row.document["years"]
    said = f"{row.document['model']}, learned from {row.series}, {first} to {last}: sites expected in {row.year}"
    return f"{said}, spread evenly over each of {len(row.areas):,} areas of {row.document['areas']['name']}"
