"""What a network's answers cost. Needs torch."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional

from otear.detect.training.samples import NOT_ASKED, STRIDE

_BOXES = 3.0
"""What boxes weigh beside middles."""


def loss(odds: Tensor, sides: Tensor, *, heat: Tensor, cells: Tensor, boxes: Tensor, weight: Tensor) -> Tensor:
    """Cost per thing of the answers to a batch.

    `odds` (n, kinds, rows, columns), `sides` (n, 4 kinds, rows, columns), `heat` as in `Sample` stacked, `cells` (m, 4)
    with the sample before kind, row and column, `boxes` (m, 4), `weight` (m,). Middles by the quality focal loss, which
    asks for the height of the slope around a middle too (X. Li and others 2020); boxes by generalised overlap
    (H. Rezatofighi and others 2019).
    """
    things = weight.sum().clamp(min=1.0)
    return (_middles(odds.float(), heat) + _BOXES * _sides(sides.float(), cells, boxes, weight)) / things


def _middles(odds: Tensor, heat: Tensor) -> Tensor:
    truth = (heat.float() / 254.0).clamp(max=1.0)
    surprise = functional.binary_cross_entropy_with_logits(odds, truth, reduction="none")
    cost = (torch.sigmoid(odds) - truth) ** 2 * surprise
    return torch.where(heat != NOT_ASKED, cost, torch.zeros_like(cost)).sum()


def _sides(sides: Tensor, cells: Tensor, boxes: Tensor, weight: Tensor) -> Tensor:
    n, _, rows, columns = sides.shape
    at, kind, row, column = cells.unbind(1)
    away = STRIDE * torch.exp(sides.view(n, -1, 4, rows, columns)[at, kind, :, row, column].clamp(max=6.0))
    x, y = STRIDE * (column + 0.5), STRIDE * (row + 0.5)
    said = torch.stack([x - away[:, 0], y - away[:, 1], x + away[:, 2], y + away[:, 3]], dim=1)
    low, high = torch.maximum(said[:, :2], boxes[:, :2]), torch.minimum(said[:, 2:], boxes[:, 2:])
    common = (high - low).clamp(min=0.0).prod(dim=1)
    union = (said[:, 2:] - said[:, :2]).prod(dim=1) + (boxes[:, 2:] - boxes[:, :2]).prod(dim=1) - common
    hull = torch.maximum(said[:, 2:], boxes[:, 2:]) - torch.minimum(said[:, :2], boxes[:, :2])
    hull_area = hull.prod(dim=1).clamp(min=1e-6)
    overlap = common / union.clamp(min=1e-6) - (hull_area - union) / hull_area
    return ((1.0 - overlap) * weight).sum()
