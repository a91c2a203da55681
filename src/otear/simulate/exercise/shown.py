"""What ground lay in the pictures of a flight at all: the most that anybody who has them can have looked at.

Kept in the instructor's folder as GeoJSON, one feature for each flight, longitude and latitude in degrees.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import shapely

from otear.errors import InputError
from otear.flight.guidance import RATE_HZ
from otear.flight.kinematics import Flown
from otear.geo.camera import sight_lines
from otear.geo.raycast import cast
from otear.geo.terrain.patch import Patch
from otear.simulate.sortie.lens import camera_lens

_BORDER = np.array([(0.0, 0.0), (0.5, 0.0), (1.0, 0.0), (1.0, 0.5), (1.0, 1.0), (0.5, 1.0), (0.0, 1.0), (0.0, 0.5)])
"""Where on its border a picture is looked at, in shares of its width and height."""
_GRID_DEG = 1e-6
_AT_ONCE = 256


def shown_ground(flown: Flown, patch: Patch, *, width_px: int, height_px: int, visibility_m: float) -> shapely.Geometry:
    """The ground that a camera swept, degrees: what the outlines of two pictures a second apart enclose, for every
    second. Ground that a ridge hides inside a picture counts as shown; ground beyond the visibility does not."""
    ticks = np.arange(0, len(flown), round(RATE_HZ))
    size = (width_px, height_px)
    each = np.repeat(ticks, len(_BORDER))
    lens = camera_lens(flown.hfov_rad[each], *size)
    pixels = np.tile(_BORDER * size, (len(ticks), 1))
    hits = cast(patch, *sight_lines(flown.pose.at(each), lens, pixels), max_range_m=visibility_m)
    places = np.degrees(np.stack([hits.lon, hits.lat], axis=-1)).reshape(len(ticks), len(_BORDER), 2)
    pairs = np.concatenate([places[:-1], places[1:]], axis=1)
    seen = np.isfinite(pairs).all(axis=-1)
    which = np.nonzero(seen)[0]
    swept = shapely.convex_hull(shapely.multipoints(pairs[seen], indices=np.unique(which, return_inverse=True)[1]))
    swept = swept[shapely.area(swept) > 0.0]
    # Pictures that follow one another are laid together first: most of them cover the same ground.
    parts = [shapely.union_all(swept[i : i + _AT_ONCE]) for i in range(0, len(swept), _AT_ONCE)]
    return shapely.set_precision(shapely.simplify(shapely.union_all(parts), 10.0 * _GRID_DEG), _GRID_DEG)


def shown_text(flights: Mapping[str, shapely.Geometry]) -> str:
    """The document of what flights have shown, by the names of their recordings."""
    features = [
        {"type": "Feature", "properties": {"recording": name}, "geometry": json.loads(shapely.to_geojson(ground))}
        for name, ground in flights.items()
    ]
    return json.dumps({"type": "FeatureCollection", "features": features}) + "\n"


def read_shown(path: Path) -> shapely.Geometry | None:
    """What all flights together have shown, None where there were none. Raises `InputError`."""
    try:
        features = json.loads(path.read_bytes())["features"]
        grounds = [shapely.make_valid(shapely.from_geojson(json.dumps(one["geometry"]))) for one in features]
    except OSError as error:
        raise InputError(f"cannot be read ({error.strerror})", source=path, remedy="Make the exercise again") from error
    except (ValueError, KeyError, TypeError, shapely.errors.GEOSException) as error:
        raise InputError(
            f"does not hold what the flights have shown: {error}", source=path, remedy="Make the exercise again"
        ) from error
    return shapely.union_all(grounds) if grounds else None
