"""What is different from an earlier pass: two pictures laid onto the same ground, and what is left between them.

Each picture comes with the places in it of one lattice of ground points, by terrain geometry. Geolocation leaves them
tens of metres apart: that is taken out by phase correlation (C. Kuglin, D. Hines 1975), then by corners that are
followed from one to the other (B. Lucas, T. Kanade 1981) and the affine map that most of them agree on (RANSAC).
Brightness is normalised within `_ABOUT_M`; a point counts as changed by as much as it leaves the range that the other
picture has within `_REACH_M`, so that edges, leaning trees and small shadows do not count. The scale is that of the
picture's own differences (their median, a robust spread): two pictures that hardly agree show hardly anything.

A difference does not say whether something came or went, nor what it is. What it is called follows from sign and size:
brighter and wide may be a CLEARING, darker and wide a BURN_SCAR, compact and small a VEHICLE, compact and larger a
STRUCTURE. The rest is left out.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from otear.detect.base import KINDS, NONE, Detections, Pixels, Singles
from otear.domain.kinds import CueKind
from otear.errors import SettingError
from otear.geo.frames import Floats

_ABOUT_M, _REACH_M, _SMOOTH_M, _THIN_M = 30.0, 1.5, 0.5, 1.2
_FURTHEST_M = 80.0
"""How far apart two passes may be laid on the ground."""
_CORNERS, _WITHIN_M = 500, 2.0
_LEAST_INLIERS, _LEAST_SHARE, _LEAST_ALIKE = 20, 0.25, 0.25
_FAR = 6.0
"""Spreads of the picture's own differences from which on a point has changed."""
_LEAST_SPREAD = 3.0
_TIMES, _LITTLE = 3, 0.03
_VEHICLE_M, _STRUCTURE_M, _WIDE_M2 = (2.5, 7.5), 30.0, 60.0
_COMPACT, _MOST_ASPECT = 0.5, 3.5


@dataclass(frozen=True, eq=False)
class Laid:
    """A picture and where the ground is in it: `pixels` (rows, columns[, colours]), `places` (lattice rows, lattice
    columns, 2) as x, y in pixels, NaN where a ground point is hidden or outside."""

    pixels: Pixels
    places: Floats


@dataclass(frozen=True, eq=False)
class Changes:
    """What differs, in pixels of the later picture; `apart_m` is how far the passes lay apart, None where they could
    not be laid onto each other: then nothing is known. `inliers` of `followed` corners agree."""

    found: Detections
    apart_m: float | None
    inliers: int
    followed: int


def changes(before: Laid, after: Laid, spacing_m: float) -> Changes:
    """Compare two pictures over a lattice whose points are `spacing_m` apart. Raises `SettingError` for lattices that
    are not the same."""
    if before.places.shape != after.places.shape or not spacing_m > 0.0:
        raise SettingError(
            f"lattices of {before.places.shape[:2]} and {after.places.shape[:2]} points do not fit",
            field="places",
            remedy="Give the places of the same ground points in both pictures",
        )
    (old, old_there), (new, new_there) = _on_ground(before), _on_ground(after)
    motion, inliers, followed = _motion(old, old_there, new, new_there, spacing_m)
    if motion is None:
        return Changes(NONE, None, inliers, followed)
    size = (new.shape[1], new.shape[0])
    old = cv2.warpAffine(old, motion, size, flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    there = (cv2.warpAffine(old_there.astype(np.uint8), motion, size, flags=cv2.INTER_NEAREST) == 1) & new_there
    if _alike(old, new, there, spacing_m) < _LEAST_ALIKE:
        return Changes(NONE, None, inliers, followed)
    middle = np.array([size[0] / 2.0, size[1] / 2.0, 1.0])
    apart_m = float(np.hypot(*(motion @ middle - middle[:2]))) * spacing_m
    change = _change(old, new, there, spacing_m)
    return Changes(_patches(change, after.places, spacing_m), apart_m, inliers, followed)


def _on_ground(laid: Laid) -> tuple[Singles, NDArray[np.bool_]]:
    """The picture as grey values of the lattice, and which of its points it shows."""
    grey = laid.pixels if laid.pixels.ndim == 2 else cv2.cvtColor(laid.pixels, cv2.COLOR_RGB2GRAY)
    rows, columns = grey.shape
    with np.errstate(invalid="ignore"):
        there = (laid.places >= 0.5).all(axis=2)
        there &= (laid.places[..., 0] <= columns - 0.5) & (laid.places[..., 1] <= rows - 0.5)
    # OpenCV counts from the middle of the first pixel.
    at = np.where(there[..., None], laid.places - 0.5, 0.0).astype(np.float32)
    values = cv2.remap(grey, at[..., 0], at[..., 1], cv2.INTER_AREA).astype(np.float32)
    middle = float(values[there].mean()) if there.any() else 0.0
    return np.where(there, values, np.float32(middle)), there


def _motion(
    old: Singles, old_there: NDArray[np.bool_], new: Singles, new_there: NDArray[np.bool_], spacing_m: float
) -> tuple[Floats | None, int, int]:
    """The affine map (2, 3) of lattice points of the older picture onto those of the newer, None where there is none;
    inliers, and corners that were followed."""
    first, second = _flat(old, old_there, spacing_m), _flat(new, new_there, spacing_m)
    window = cv2.createHanningWindow((old.shape[1], old.shape[0]), cv2.CV_32F)
    (right, down), _ = cv2.phaseCorrelate(first, second, window)
    if np.hypot(right, down) * spacing_m > _FURTHEST_M:
        right, down = 0.0, 0.0
    grey = [np.clip(128.0 + 40.0 * part, 0.0, 255.0).astype(np.uint8) for part in (first, second)]
    corners = cv2.goodFeaturesToTrack(grey[0], _CORNERS, 0.01, 6, mask=old_there.astype(np.uint8))
    if corners is None:
        return None, 0, 0
    start = (corners + np.array([right, down])).astype(np.float32)
    moved, seen, _ = cv2.calcOpticalFlowPyrLK(
        grey[0], grey[1], corners, start, winSize=(31, 31), maxLevel=2, flags=cv2.OPTFLOW_USE_INITIAL_FLOW
    )
    kept = seen.ravel() == 1
    followed = int(kept.sum())
    if followed < _LEAST_INLIERS:
        return None, 0, followed
    matrix, mask = cv2.estimateAffine2D(
        corners[kept], moved[kept], method=cv2.RANSAC, ransacReprojThreshold=_WITHIN_M / spacing_m, maxIters=2000
    )
    inliers = 0 if mask is None else int(mask.sum())
    if matrix is None or inliers < max(_LEAST_INLIERS, _LEAST_SHARE * followed):
        return None, inliers, followed
    return np.asarray(matrix, dtype=np.float64), inliers, followed


def _flat(values: Singles, there: NDArray[np.bool_], spacing_m: float) -> Singles:
    """Grey values in local spreads about the local mean, 0 where nothing is seen."""
    mean, square = (_mean(part, there, spacing_m) for part in (values, values * values))
    spread = np.sqrt(np.maximum(square - mean * mean, _LEAST_SPREAD**2))
    return np.asarray(np.where(there, (values - mean) / spread, 0.0), dtype=np.float32)


def _mean(values: Singles, there: NDArray[np.bool_], spacing_m: float) -> Singles:
    """The mean about each point of what is there; where that is next to nothing, of all of it."""
    size = (2 * round(0.5 * _ABOUT_M / spacing_m) + 1,) * 2
    everywhere = float(values[there].mean()) if there.any() else 0.0
    total = cv2.blur(np.where(there, values, 0.0).astype(np.float32), size) + _LITTLE * everywhere
    return np.asarray(total / (cv2.blur(there.astype(np.float32), size) + _LITTLE), dtype=np.float32)


def _alike(old: Singles, new: Singles, there: NDArray[np.bool_], spacing_m: float) -> float:
    """The correlation of two pictures that are laid onto each other, each flattened; 0 where they share too little."""
    if there.mean() < 0.1:
        return 0.0
    first, second = _flat(old, there, spacing_m)[there], _flat(new, there, spacing_m)[there]
    return float(np.corrcoef(first, second)[0, 1])


def _change(old: Singles, new: Singles, there: NDArray[np.bool_], spacing_m: float) -> Singles:
    """By how many spreads the newer picture is brighter (or, below 0, darker) than anything near by in the older."""
    blur = max(_SMOOTH_M / spacing_m, 0.5)
    first, second = (cv2.GaussianBlur(part, (0, 0), blur) for part in (old, new))
    same = there
    for _ in range(_TIMES):
        mean_old, mean_new = _mean(first, same, spacing_m), _mean(second, same, spacing_m)
        off_old, off_new = first - mean_old, second - mean_new
        # The older picture in the light of the newer: what of its contrast the newer has there.
        shared = _mean(off_old * off_new, same, spacing_m)
        own = _mean(off_old * off_old, same, spacing_m) + _LEAST_SPREAD**2
        told = np.clip(shared / own, 0.0, 2.0) * off_old
        left = off_new - told
        spread = max(1.4826 * float(np.median(np.abs(left[there]))), _LEAST_SPREAD)
        # What has changed says nothing of the light.
        same = there & (np.abs(left) < 0.5 * _FAR * spread)
    reach = np.ones((2 * max(round(_REACH_M / spacing_m), 1) + 1,) * 2, dtype=np.uint8)
    above, below = off_new - cv2.dilate(told, reach), cv2.erode(told, reach) - off_new
    change = (np.maximum(above, 0.0) - np.maximum(below, 0.0)) / spread
    inner = cv2.erode(there.astype(np.uint8), reach, borderType=cv2.BORDER_CONSTANT, borderValue=0) == 1
    return np.asarray(np.where(inner, change, 0.0), dtype=np.float32)


def _patches(change: Singles, places: Floats, spacing_m: float) -> Detections:
    """Connected points that have changed alike, where their size and shape have a name."""
    boxes: list[tuple[float, float, float, float]] = []
    kinds: list[int] = []
    scores: list[float] = []
    thin = np.ones((max(round(_THIN_M / spacing_m), 1),) * 2, dtype=np.uint8)
    for sign in (1.0, -1.0):
        far = cv2.morphologyEx((sign * change >= _FAR).astype(np.uint8), cv2.MORPH_OPEN, thin)
        count, label, stats, _ = cv2.connectedComponentsWithStats(far, connectivity=8)
        for k in range(1, count):
            left, top, wide, high, area = stats[k].tolist()
            kind = _kind(wide * spacing_m, high * spacing_m, area * spacing_m**2, brighter=sign > 0.0)
            if kind is None:
                continue
            part = (slice(top, top + high), slice(left, left + wide))
            own = label[part] == k
            there = places[part][own]
            boxes.append((*there.min(axis=0).tolist(), *there.max(axis=0).tolist()))
            kinds.append(KINDS.index(kind))
            far_by = float(np.mean(sign * change[part][own]))
            scores.append(far_by / (far_by + _FAR))
    order = np.argsort(-np.array(scores), kind="stable")
    return Detections(
        np.array(boxes, dtype=np.float32).reshape(-1, 4), np.array(kinds, dtype=np.int8), np.array(scores, np.float32)
    ).rows(order.astype(np.intp))


def _kind(wide_m: float, high_m: float, area_m2: float, *, brighter: bool) -> CueKind | None:
    long, short = max(wide_m, high_m), max(min(wide_m, high_m), 1e-6)
    compact = area_m2 >= _COMPACT * wide_m * high_m and long <= _MOST_ASPECT * short
    if compact and _VEHICLE_M[0] <= long <= _VEHICLE_M[1]:
        return CueKind.VEHICLE
    if compact and _VEHICLE_M[1] < long <= _STRUCTURE_M:
        return CueKind.STRUCTURE
    if area_m2 >= _WIDE_M2:
        return CueKind.CLEARING if brighter else CueKind.BURN_SCAR
    return None
