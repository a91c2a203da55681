"""A picture of an evaluation: average precision per kind and ground sample distance, and what was said against what
came."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import NDArray

from otear.coverage.maps import write_png
from otear.geo.frames import Floats
from otear.workflow.evaluate import GSDS_M, Evaluation

_COLOURS = ("#1f5fa8", "#d9730d", "#2f7d32")
_BINS = 10


def draw_evaluations(evaluations: Sequence[Evaluation], path: Path) -> None:
    """Write the PNG, a row per evaluation. Raises `InputError` for another ending than .png."""
    figure = Figure(figsize=(12.0, 4.2 * len(evaluations)), layout="constrained")
    grid = figure.subplots(len(evaluations), 2, squeeze=False, width_ratios=[2.4, 1.0])
    for (left, right), one in zip(grid, evaluations, strict=True):
        _draw_precision(left, one)
        _draw_calibration(right, one)
    write_png(figure, path)


def _draw_precision(axes: Axes, one: Evaluation) -> None:
    kinds = list(dict.fromkeys(row.kind for row in one.rows))
    for number, gsd_m in enumerate(GSDS_M):
        rows = {row.kind: row for row in one.rows if row.gsd_m == gsd_m}
        at = [k + 0.27 * (number - 1) for k, kind in enumerate(kinds) if kind in rows]
        mine = [rows[kind] for kind in kinds if kind in rows]
        axes.bar(at, [row.ap30 for row in mine], 0.25, color=_COLOURS[number], alpha=0.35)
        axes.bar(at, [row.ap50 for row in mine], 0.25, color=_COLOURS[number], label=f"{gsd_m:g} m")
        for x, row in zip(at, mine, strict=True):
            axes.annotate(str(row.labels), (x, 0.01), ha="center", va="bottom", fontsize=6, rotation=90)
    axes.set_xticks(range(len(kinds)), [kind.replace("_", " ") for kind in kinds], rotation=20)
    axes.set_ylim(0.0, 1.0)
    axes.set_ylabel("average precision at overlap 0.5 (pale: 0.3)")
    axes.set_title(f"{one.document['detector']}: {one.document['sensor']}, {one.document['frames']} frames never seen")
    axes.legend(title="GSD", fontsize=8, loc="upper left", bbox_to_anchor=(1.0, 1.0))


def _draw_calibration(axes: Axes, one: Evaluation) -> None:
    axes.plot([0.0, 1.0], [0.0, 1.0], color="#808080", linewidth=1.0)
    for values, colour, label in ((one.outcomes.score, "#b0b0b0", "score"), (one.stated, "#b3261e", "calibrated")):
        said, came = _reliability(values, one.outcomes.real)
        axes.plot(said, came, "o-", color=colour, label=label, markersize=4)
    axes.set_xlabel("said")
    axes.set_ylabel("came")
    axes.set_title(f"{one.document['detections']} detections, error {one.document['ece']:.4f}", fontsize=10)
    axes.legend(fontsize=8)


def _reliability(values: Floats, real: NDArray[np.bool_]) -> tuple[Floats, Floats]:
    """The mean of what was said and the share that came, in bins of equal width that hold anything."""
    group = np.minimum((values * _BINS).astype(np.int64), _BINS - 1)
    count = np.bincount(group, minlength=_BINS)
    some = count > 0
    return (
        np.bincount(group, values, _BINS)[some] / count[some],
        np.bincount(group, real, _BINS)[some] / count[some],
    )
