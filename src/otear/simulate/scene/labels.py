"""What of the things in a world a picture shows: of each its kind, its box, the share that is seen, and its heat.

    labeller = Labeller(truth)
    labels = labeller.labels(renderer, pose, lens, time_us, thermal=True)

A thing's box is that of the whole thing, cut off where the picture ends; that of a group is of those members that show.
What hides a thing is asked of the renderer's depths, at points spread over what of it faces the camera. A world with
people in it (the tests have some) is labelled from the world without them. Pixels are (x, y) from the top left corner.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from otear.domain.kinds import CueKind
from otear.geo.camera import Lens, Pose, camera_axes
from otear.geo.frames import Floats, ecef_from_geodetic, enu_axes
from otear.geo.sun import between, sun_at
from otear.geo.terrain.grid import bilinear
from otear.simulate.scene.label_kinds import KINDS, NO_KIND, Mask, named_things
from otear.simulate.scene.label_points import (
    OVAL_EDGE,
    OVAL_POINTS,
    STRIP_EDGE,
    STRIP_POINTS,
    Eye,
    free,
    lift,
)
from otear.simulate.scene.moment import LENGTH_US, start_of
from otear.simulate.scene.raster import draw_faces
from otear.simulate.scene.render import Renderer
from otear.simulate.scene.solids import FLAT, solids
from otear.simulate.scene.view import SKY_DEPTH_M
from otear.simulate.world.land import Singles
from otear.simulate.world.things import Shape, Things
from otear.simulate.world.truth import Truth

LEAST_SHARE, MEMBER_SHARE = 0.02, 0.25
"""What shows less than the first is hidden; a group's member that shows less than the second does not stretch its box.
"""
_LEAST_PX = 2.0
_GRID = (np.arange(4) + 0.5) / 4.0

Index = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Labels:
    """Columns: `kind` (n,) as an index into `label_kinds.KINDS`; `boxes` (n, 4) left, top, right, bottom; `visible`
    (n,) the share of a thing that the picture shows; `heat_k` (n,) kelvin above what is around it while at work."""

    kind: NDArray[np.int8]
    boxes: Singles
    visible: Singles
    heat_k: Singles

    def __len__(self) -> int:
        return len(self.kind)


class Labeller:
    """Labels pictures of one world. What can be known of its things beforehand is kept."""

    def __init__(self, truth: Truth) -> None:
        self._land = truth.land
        self._named = named_things(truth)
        self._things = self._named.things
        self._solids = solids(self._things, truth.land)
        self._first_face = np.searchsorted(self._solids.thing, np.arange(len(self._things) + 1))
        self._origin, self._axes = self._solids.origin_ecef, enu_axes(truth.land.plane.lat, truth.land.plane.lon)
        self._middle = self._on_ground(self._things.east_m, self._things.north_m)
        self._radius_m = 0.5 * np.hypot(self._things.length_m, self._things.width_m) + self._things.height_m
        self._known = np.isfinite(self._solids.foot_hae_m)

    def labels(self, renderer: Renderer, pose: Pose, lens: Lens, time_us: int, *, thermal: bool) -> Labels:
        """The labels of the picture that the renderer makes of a pose, a lens and a time. What is warm is a heat source
        in a thermal picture only: no other shows it."""
        axes = (enu_axes(pose.lat, pose.lon).T @ camera_axes(pose)).T
        eye = Eye(pose.position_ecef - self._origin, axes, lens)
        depths = renderer.depth_of(pose, lens, time_us)
        # As the renderer has it: a moment is as it is in its middle.
        middle = start_of(time_us) + LENGTH_US // 2
        heat = self._heat(middle)
        there = self._known & (self._things.from_us <= middle) & (middle < self._things.until_us)
        there &= (self._named.kind != NO_KIND) | (heat > 0.0)
        near = there & self._inside(eye)
        chosen = np.flatnonzero(there & np.isin(self._named.group, self._named.group[near]))
        boxes, shown, total = self._seen(chosen, eye, depths)
        kind, group, hot = self._named.kind[chosen], self._named.group[chosen], heat[chosen]
        of_kind = _merged(boxes, shown, total, group, kind != NO_KIND)
        found = [Labels(kind[of_kind.first], of_kind.boxes, of_kind.visible, hot[of_kind.first].astype(np.float32))]
        if thermal:
            warm = _merged(boxes, shown, total, np.arange(len(chosen)), hot > 0.0)
            sources = np.full(len(warm.first), KINDS.index(CueKind.HEAT_SOURCE), dtype=np.int8)
            found.append(Labels(sources, warm.boxes, warm.visible, hot[warm.first].astype(np.float32)))
        return _clipped(found, lens)

    def _heat(self, time_us: int) -> Floats:
        """Kelvin that work adds to each thing."""
        hour = sun_at(time_us, self._land.plane.lat, self._land.plane.lon).solar_h
        at_work = between(hour, self._things.work_from_h, self._things.work_to_h)
        return np.where(at_work, self._things.heat_k, 0.0)

    def _on_ground(self, east_m: Floats, north_m: Floats, above_m: Floats | float = 0.0) -> Floats:
        """Places at a height above the ground, as ECEF from the middle of the plane; NaN off the land."""
        lat, lon = self._land.plane.place(east_m, north_m)
        ground = bilinear(self._land.patch.heights_m, *self._land.grid.index(lat, lon))
        return ecef_from_geodetic(lat, lon, ground + above_m) - self._origin

    def _inside(self, eye: Eye) -> Mask:
        """Things that the picture may show."""
        camera = eye.camera(self._middle)
        room = camera[:, :1] * eye.tan_half + self._radius_m[:, None]
        return np.asarray((camera[:, 0] > self._radius_m) & (np.abs(camera[:, 1:]) < room).all(axis=1))

    def _seen(self, chosen: Index, eye: Eye, depths: Singles) -> tuple[Floats, Floats, Floats]:
        """Of chosen things the boxes (n, 4), and how much of each is shown and how much there is, in square pixels."""
        flat = np.isin(self._things.shape[chosen], FLAT)
        outline_of, outline, point_of, points, weight = (
            np.concatenate(both)
            for both in zip(self._flat(chosen, np.flatnonzero(flat)), self._solid(chosen, ~flat, eye), strict=True)
        )
        boxes = np.tile([np.inf, np.inf, -np.inf, -np.inf], (len(chosen), 1))
        at = eye.pixels(eye.camera(outline))
        np.minimum.at(boxes[:, :2], outline_of, at)
        np.maximum.at(boxes[:, 2:], outline_of, at)
        vehicle = self._named.kind[chosen] == KINDS.index(CueKind.VEHICLE)
        # A cabin hides some of its own body, in the open as elsewhere: that is no part of what there is to be seen.
        alone = self._alone(chosen, vehicle, eye, depths.shape)
        camera = eye.camera(points)
        there = ~vehicle[point_of] | free(camera, eye, alone, outside=True)
        shown = there & free(camera, eye, depths, outside=False)
        parts = [np.bincount(point_of, weight * which, len(chosen)) for which in (shown, there)]
        return boxes, np.asarray(parts[0], dtype=np.float64), np.asarray(parts[1], dtype=np.float64)

    def _alone(self, chosen: Index, which: Mask, eye: Eye, shape: tuple[int, ...]) -> Singles:
        """The depths of a picture with nothing in it but some of the chosen things."""
        depths, codes = np.full(shape, SKY_DEPTH_M, dtype=np.float32), np.zeros(shape, dtype=np.uint32)
        face, of = self._faces(chosen, which)
        corners = eye.camera(self._solids.ecef[face].reshape(-1, 3)).reshape(-1, 4, 3)
        nearer = lift(float(corners[..., 0].max(initial=0.0)) * eye.pixel_tan)
        none = np.zeros(len(face), dtype=np.uint32)
        draw_faces(codes, depths, corners, none, np.ones(len(of)), nearer, *eye.tan_half.tolist(), False)
        return depths

    def _faces(self, chosen: Index, which: Mask) -> tuple[Index, Index]:
        """The faces of some of the chosen things, and of which of them each is."""
        starts, ends = self._first_face[chosen], self._first_face[chosen + 1]
        counts = np.where(which, ends - starts, 0)
        of = np.repeat(np.arange(len(chosen)), counts)
        return np.arange(len(of)) - np.repeat(np.cumsum(counts) - counts, counts) + starts[of], of

    def _flat(self, chosen: Index, which: Index) -> tuple[Index, Floats, Index, Floats, Floats]:
        """Outline, points and their weights of what lies on the ground."""
        things = self._things.rows(chosen[which])
        strip = things.shape == Shape.STRIP
        edge = np.where(strip[:, None, None], STRIP_EDGE, OVAL_EDGE)
        inner = np.where(strip[:, None, None], STRIP_POINTS, OVAL_POINTS)
        outline, points = (self._placed(things, local) for local in (edge, inner))
        weight = np.repeat(things.length_m * things.width_m / inner.shape[1], inner.shape[1])
        return np.repeat(which, edge.shape[1]), outline, np.repeat(which, inner.shape[1]), points, weight

    def _placed(self, things: Things, local: Floats) -> Floats:
        """Points (things, k, 2) in halves of length and width, on the ground as ECEF, (things * k, 3)."""
        along, across = local[..., 0] * things.length_m[:, None] / 2.0, local[..., 1] * things.width_m[:, None] / 2.0
        sin, cos = (turn(np.radians(things.azimuth_deg))[:, None] for turn in (np.sin, np.cos))
        east = things.east_m[:, None] + along * sin + across * cos
        north = things.north_m[:, None] + along * cos - across * sin
        return self._on_ground(east.ravel(), north.ravel())

    def _solid(self, chosen: Index, which: Mask, eye: Eye) -> tuple[Index, Floats, Index, Floats, Floats]:
        """Outline, points and their weights of what stands."""
        face, of = self._faces(chosen, which)
        corners, ecef = self._solids.corners_m[face], self._solids.ecef[face].copy()
        low = corners[..., 2] <= 0.0
        # What a wall has in the ground is not seen: it ends where the ground is.
        ecef[low] = self._on_ground(corners[low][:, 0], corners[low][:, 1])
        normal = self._solids.normal_enu[face] @ self._axes
        toward = np.einsum("ij,ij->i", eye.at - ecef.mean(axis=1), normal) > 0.0
        faced, of_faced = ecef[toward], of[toward]
        u, v = (side.ravel()[None, :, None] for side in np.meshgrid(_GRID, _GRID))
        a, b, c, d = (faced[:, None, i] for i in range(4))
        points = (1.0 - v) * ((1.0 - u) * a + u * b) + v * ((1.0 - u) * d + u * c)
        x, y = eye.pixels(eye.camera(faced.reshape(-1, 3))).reshape(-1, 4, 2).transpose(2, 1, 0)
        area = 0.5 * np.abs((x[2] - x[0]) * (y[3] - y[1]) - (x[3] - x[1]) * (y[2] - y[0]))
        many = points.shape[1]
        weight = np.repeat(area / many, many)
        return np.repeat(of, 4), ecef.reshape(-1, 3), np.repeat(of_faced, many), points.reshape(-1, 3), weight


@dataclass(frozen=True, eq=False)
class _Merged:
    """Groups: a member of each, its box (n, 4) and the share of it that is shown."""

    first: Index
    boxes: Singles
    visible: Singles


def _merged(boxes: Floats, shown: Floats, total: Floats, group: Index, which: Mask) -> _Merged:
    """One box for each group of those things."""
    index = np.flatnonzero(which)
    _, first, number = np.unique(group[index], return_index=True, return_inverse=True)
    many = len(first)
    parts = np.maximum(np.bincount(number, total[index], many), 1e-9)
    visible = np.bincount(number, shown[index], many) / parts
    alone = np.bincount(number, minlength=many)[number] == 1
    shows = index[alone | (shown[index] >= MEMBER_SHARE * total[index])]
    number = number[alone | (shown[index] >= MEMBER_SHARE * total[index])]
    whole = np.tile([np.inf, np.inf, -np.inf, -np.inf], (many, 1))
    np.minimum.at(whole[:, :2], number, boxes[shows, :2])
    np.maximum.at(whole[:, 2:], number, boxes[shows, 2:])
    return _Merged(index[first], whole.astype(np.float32), visible.astype(np.float32))


def _clipped(parts: list[Labels], lens: Lens) -> Labels:
    """All labels that show, cut off where the picture ends."""
    kind, boxes, visible, heat = (
        np.concatenate([getattr(part, column) for part in parts]) for column in ("kind", "boxes", "visible", "heat_k")
    )
    size = np.array([lens.width_px, lens.height_px], dtype=np.float32)
    boxes = np.clip(boxes, 0.0, np.tile(size, 2))
    keep = (boxes[:, 2:] - boxes[:, :2]).min(axis=1, initial=np.inf) >= _LEAST_PX
    keep &= visible >= LEAST_SHARE
    return Labels(kind[keep], boxes[keep], visible[keep], heat[keep])
