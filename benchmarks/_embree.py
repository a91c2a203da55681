"""Embree, called in its three ways: through `embreex`, and its C interface one ray or eight rays at a time.

The C calls are made from compiled code into the library that `embreex` brings, so that nothing of Python is in the
time. Positions and directions are metres in a local frame, float32, shape (n, 3).
"""

from __future__ import annotations

import ctypes
from collections.abc import Callable
from pathlib import Path

import embreex
import numpy as np
from embreex.mesh_construction import TriangleMesh
from embreex.rtcore_scene import EmbreeScene
from numba import njit
from numpy.typing import NDArray

from otear.geo.terrain.patch import Patch

Singles = NDArray[np.float32]
_POINTER, _SIZE = ctypes.c_void_p, ctypes.c_size_t
# From rtcore_common.h, rtcore_buffer.h, rtcore_geometry.h of Embree 4.
_TRIANGLES, _INDICES, _VERTICES, _UINT3, _FLOAT3 = 0, 0, 1, 0x5003, 0x9003
_ROBUST, _COHERENT, _ALL_FEATURES = 1 << 2, 1 << 16, -1
_EIGHT = 8


def mesh(patch: Patch) -> tuple[Singles, NDArray[np.int32]]:
    """Vertices in the frame of the patch's chart and two triangles for every cell."""
    rows, columns = patch.grid.shape
    column, row = np.meshgrid(np.arange(columns), np.arange(rows))
    enu = patch.chart.frame.enu_from_geodetic(*patch.grid.place(column, row), patch.heights_m)
    first = (row[:-1, :-1] * columns + column[:-1, :-1]).ravel()
    halves = [(first, first + columns, first + 1), (first + 1, first + columns, first + columns + 1)]
    return enu.reshape(-1, 3).astype(np.float32), np.concatenate([np.stack(h, -1) for h in halves]).astype(np.int32)


def casters(patch: Patch) -> dict[str, Callable[[Singles, Singles], Singles]]:
    """Functions from origins and directions to ranges, by the name of the way of calling."""
    vertices, triangles = mesh(patch)
    scene = EmbreeScene()
    TriangleMesh(scene, vertices, triangles)
    one, eight = _native(vertices, triangles)
    return {
        "embreex": lambda origins, directions: scene.run(origins, directions, query="DISTANCE"),
        "Embree C, 1 ray": one,
        "Embree C, 8 coherent": eight,
    }


def _native(
    vertices: Singles, triangles: NDArray[np.int32]
) -> tuple[Callable[[Singles, Singles], Singles], Callable[[Singles, Singles], Singles]]:
    (path,) = (Path(embreex.__file__).parent.parent / "embreex.libs").glob("libembree4*")
    library = ctypes.CDLL(str(path))
    for name, result, *arguments in (
        ("rtcNewDevice", _POINTER, ctypes.c_char_p),
        ("rtcNewScene", _POINTER, _POINTER),
        ("rtcNewGeometry", _POINTER, _POINTER, ctypes.c_int),
        (
            "rtcSetSharedGeometryBuffer",
            None,
            _POINTER,
            ctypes.c_int,
            ctypes.c_uint,
            ctypes.c_int,
            _POINTER,
            *[_SIZE] * 3,
        ),
        ("rtcCommitGeometry", None, _POINTER),
        ("rtcAttachGeometry", ctypes.c_uint, _POINTER, _POINTER),
        ("rtcSetSceneFlags", None, _POINTER, ctypes.c_int),
        ("rtcCommitScene", None, _POINTER),
        ("rtcIntersect1", None, *[_POINTER] * 3),
        ("rtcIntersect8", None, *[_POINTER] * 4),
    ):
        function = getattr(library, name)
        function.restype, function.argtypes = result, arguments
    device = library.rtcNewDevice(b"threads=1")
    scene, geometry = library.rtcNewScene(device), library.rtcNewGeometry(device, _TRIANGLES)
    padded = np.concatenate([vertices, vertices[:1]])  # Embree may read 16 bytes from the last vertex
    for kind, form, data, count in (
        (_INDICES, _UINT3, triangles, len(triangles)),
        (_VERTICES, _FLOAT3, padded, len(vertices)),
    ):
        library.rtcSetSharedGeometryBuffer(geometry, kind, 0, form, data.ctypes.data, 0, 12, count)
    library.rtcSetSceneFlags(scene, _ROBUST)  # as embreex does; without it rays slip through between triangles
    library.rtcCommitGeometry(geometry)
    library.rtcAttachGeometry(scene, geometry)
    library.rtcCommitScene(scene)
    intersect_1, intersect_8 = library.rtcIntersect1, library.rtcIntersect8

    @njit  # type: ignore[untyped-decorator]
    def run_1(scene, arguments, ray, words, origins, directions, ranges):  # type: ignore[no-untyped-def]  # noqa: PLR0917
        for i in range(len(origins)):
            for axis in range(3):
                ray[axis], ray[4 + axis] = origins[i, axis], directions[i, axis]
            ray[3], ray[7], ray[8] = 0.0, 0.0, np.inf
            words[9], words[10], words[11], words[18] = -1, 0, 0, -1
            intersect_1(scene, ray.ctypes.data, arguments.ctypes.data)
            ranges[i] = ray[8]

    @njit  # type: ignore[untyped-decorator]
    def run_8(scene, arguments, valid, rays, words, origins, directions, ranges):  # type: ignore[no-untyped-def]  # noqa: PLR0917
        for begin in range(0, len(origins), _EIGHT):
            count = min(_EIGHT, len(origins) - begin)
            for j in range(_EIGHT):
                i = begin + min(j, count - 1)
                for axis in range(3):
                    rays[axis, j], rays[4 + axis, j] = origins[i, axis], directions[i, axis]
                rays[3, j], rays[7, j], rays[8, j] = 0.0, 0.0, np.inf
                words[9, j], words[10, j], words[11, j], words[18, j] = -1, 0, 0, -1
            intersect_8(valid.ctypes.data, scene, rays.ctypes.data, arguments.ctypes.data)
            for j in range(count):
                ranges[begin + j] = rays[8, j]

    def prepared(run: Callable[..., None], width: int, flags: int) -> Callable[[Singles, Singles], Singles]:
        store = np.zeros(32 * width + 16, dtype=np.float32)
        start = (-store.ctypes.data % 64) // 4
        rays = store[start : start + 32 * width]
        valid = np.full(32, -1, dtype=np.int32)
        valid = valid[(-valid.ctypes.data % 64) // 4 :][:_EIGHT]
        arguments = np.array([flags, _ALL_FEATURES, *[0] * 14], dtype=np.int32)
        shaped = (
            (rays, rays.view(np.int32))
            if width == 1
            else (rays.reshape(32, width), rays.view(np.int32).reshape(32, width))
        )
        first = (scene, arguments) if width == 1 else (scene, arguments, valid)
        alive = (padded, triangles)  # Embree keeps pointers to these, not copies

        def cast(origins: Singles, directions: Singles) -> Singles:
            assert alive
            ranges = np.empty(len(origins), dtype=np.float32)
            run(*first, *shaped, origins, directions, ranges)
            return ranges

        return cast

    return prepared(run_1, 1, 0), prepared(run_8, _EIGHT, _COHERENT)
