"""Make the geoid array that the package ships from a grid in PROJ's .gtx format.

    python scripts/make_geoid.py egm96_15.gtx src/otear/geo/data/egm96_15.npz

A .gtx file is big-endian: south latitude, west longitude, latitude and longitude step (degrees, float64), rows, columns
(int32), then rows of float32 metres from the south. The array made here runs from the north pole southwards and from
longitude 0 eastwards, in centimetres (int16, so up to 5 mm are lost), each row less the row north of it and then each
column less the column west of it: smooth data become small numbers, which deflate to half the size.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
from numpy.typing import NDArray


def read_gtx(path: Path) -> NDArray[np.float64]:
    """Undulations in metres, shape (rows, columns): the first row is the north pole, the first column longitude 0."""
    raw = path.read_bytes()
    south, west, lat_step, lon_step = np.frombuffer(raw, ">f8", 4)
    rows, columns = np.frombuffer(raw, ">i4", 2, offset=32)
    if (south, lat_step * (rows - 1), lon_step * columns) != (-90.0, 180.0, 360.0):
        raise SystemExit(f"{path}: not a global grid with posts at both poles")
    grid = np.frombuffer(raw, ">f4", rows * columns, offset=40).reshape(rows, columns).astype(np.float64)
    return np.roll(grid[::-1], round(west / lon_step), axis=1)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("gtx", type=Path)
    parser.add_argument("npz", type=Path)
    args = parser.parse_args()
    centimetres = np.round(read_gtx(args.gtx) * 100.0).astype(np.int16)
    steps = np.diff(np.diff(centimetres, axis=0, prepend=np.int16(0)), axis=1, prepend=np.int16(0))
    np.savez_compressed(args.npz, steps_cm=steps)


if __name__ == "__main__":
    main()
