"""The aggregate and the looks as vector layers: GeoPackage and GeoParquet.

Cells are squares in the search grid's own equal-area projection; looks are footprints in longitude and latitude
(EPSG:4326, that axis order in the geometry).
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pyogrio
import shapely
import shapely.affinity
from pyproj import CRS

from otear.coverage.aggregate import Aggregate
from otear.coverage.files import PassFile
from otear.domain.looks import Look

_STATES = np.array(["", "masked", "looked"])


def look_shape(look: Look) -> shapely.MultiPolygon:
    """A look's outline in longitude and latitude; empty where no ground was in the picture.

    Outer rings go anticlockwise, and what crosses the antimeridian is cut there (RFC 7946, 3.1.6 and 3.1.9).
    """
    rings = [shapely.Polygon(ring) for ring in look.outline]
    turned = [shapely.affinity.translate(ring, turn) for ring in rings for turn in (-360.0, 0.0, 360.0)]
    parts = shapely.get_parts(shapely.intersection(turned, shapely.box(-180.0, -90.0, 180.0, 90.0)))
    kept = [part for part in parts if part.geom_type == "Polygon" and not part.is_empty]
    return shapely.orient_polygons(shapely.MultiPolygon(kept))


def write_geopackage(cells: Aggregate, passes: Sequence[PassFile], path: Path) -> None:
    """Write the layers `cells` and `looks`."""
    with TemporaryDirectory(prefix=f".{path.name}.", dir=path.parent) as folder:
        whole = Path(folder) / path.name
        for count, table in enumerate(_cell_tables(cells)):
            _write_layer(table, whole, "cells", "Polygon", cells.grid.crs, append=count > 0)
        _write_layer(_looks_table(passes), whole, "looks", "MultiPolygon", "EPSG:4326", append=False)
        whole.replace(path)


def write_geoparquet(cells: Aggregate, path: Path) -> None:
    """Write the cells as GeoParquet 1.1 (WKB squares in the grid's projection)."""
    header = {
        "version": "1.1.0",
        "primary_column": "geometry",
        "columns": {
            "geometry": {
                "encoding": "WKB",
                "geometry_types": ["Polygon"],
                "crs": CRS.from_user_input(cells.grid.crs).to_json_dict(),
                "orientation": "counterclockwise",
            }
        },
    }
    with TemporaryDirectory(prefix=f".{path.name}.", dir=path.parent) as folder:
        whole = Path(folder) / path.name
        out = None
        try:
            for table in _cell_tables(cells):
                described = table.replace_schema_metadata({"geo": json.dumps(header)})
                if out is None:
                    out = pq.ParquetWriter(whole, described.schema, compression="zstd")
                out.write_table(described)
        finally:
            if out is not None:
                out.close()
        whole.replace(path)


def _write_layer(table: pa.Table, path: Path, layer: str, shape: str, crs: str, *, append: bool) -> None:
    pyogrio.write_arrow(
        table,
        path,
        layer=layer,
        driver="GPKG",
        geometry_name="geometry",
        geometry_type=shape,
        crs=crs,
        append=append,
    )


def _cell_tables(cells: Aggregate) -> Iterator[pa.Table]:
    """Each batch with its squares as WKB, its time as a time and its state as a word."""
    across, _, left, _, down, top = cells.grid.transform(0, 0)
    for batch in cells.batches:
        west = left + across * batch["col"].to_numpy()
        north = top + down * batch["row"].to_numpy()
        squares = shapely.box(west, north + down, west + across, north)
        columns = {name: batch[name] for name in ("row", "col", "pd_total", "looks", "best_gsd_m")}
        columns["last_seen"] = (
            batch["last_seen_us"].cast(pa.timestamp("us")).cast(pa.timestamp("ms", "UTC"), safe=False)
        )
        columns["state"] = pa.array(_STATES[batch["state"].to_numpy()])
        columns["geometry"] = pa.array(shapely.to_wkb(squares), pa.binary())
        yield pa.table(columns)


def _looks_table(passes: Sequence[PassFile]) -> pa.Table:
    looks = [(each, look) for each in passes for look in each.looks]
    utc = pa.timestamp("ms", "UTC")
    return pa.table(
        {
            "footage": pa.array([each.footage_id for each, _ in looks], pa.string()),
            "sensor": pa.array([each.sensor for each, _ in looks], pa.string()),
            "look": pa.array([look.index for _, look in looks], pa.int32()),
            "start": pa.array([look.start_us // 1000 for _, look in looks], utc),
            "end": pa.array([look.end_us // 1000 for _, look in looks], utc),
            "hfov_deg": pa.array([look.hfov_deg for _, look in looks], pa.float64()),
            "flags": pa.array([", ".join(look.flags) for _, look in looks], pa.string()),
            "geometry": pa.array([shapely.to_wkb(look_shape(look)) for _, look in looks], pa.binary()),
        }
    )
