"""The network: fully convolutional, one stage, no anchors; one small architecture for every sensor. Needs torch.

A picture goes down to 1/32 of its sides and back up to 1/4; there each cell says for each kind how likely it is the
middle of a thing (X. Zhou and others 2019, *Objects as points*) and how far the thing's sides are away. Separable
convolutions carry most of it. The ground sample distance goes in beside the picture: it says how large a drum is.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional

from otear.detect.training.samples import STRIDE

GSD_M = 0.2
"""Ground sample distance that goes in as 0; twice as much as 1."""


def _conv(
    inside: int, outside: int, side: int = 3, *, stride: int = 1, groups: int = 1, act: bool = True
) -> nn.Sequential:
    parts: list[nn.Module] = [
        nn.Conv2d(inside, outside, side, stride, side // 2, groups=groups, bias=False),
        nn.BatchNorm2d(outside),
    ]
    return nn.Sequential(*parts, nn.ReLU(inplace=True)) if act else nn.Sequential(*parts)


class Block(nn.Module):
    """What is around, channel by channel; then what it means, cell by cell; added to what was there."""

    def __init__(self, width: int, side: int = 5) -> None:
        super().__init__()
        self.around = _conv(width, width, side, groups=width, act=False)
        self.meaning = nn.Sequential(_conv(width, 2 * width, 1), _conv(2 * width, width, 1, act=False))

    def forward(self, x: Tensor) -> Tensor:
        """(n, width, rows, columns) to the same."""
        return x + self.meaning(self.around(x))


class Network(nn.Module):
    """`channels` of the picture and the number of `kinds`; some 420,000 numbers to learn."""

    def __init__(self, channels: int, kinds: int) -> None:
        super().__init__()
        self.kinds = kinds
        self.stem = nn.Sequential(_conv(channels, 16, stride=2), _conv(16, 24, stride=2))
        self.at4 = Block(24, 3)
        self.at8 = nn.Sequential(_conv(24, 48, stride=2), Block(48), Block(48))
        self.at16 = nn.Sequential(_conv(48, 96, stride=2), Block(96), Block(96), Block(96))
        self.at32 = nn.Sequential(
            _conv(96, 96, stride=2, groups=96, act=False), _conv(96, 128, 1), Block(128), Block(128)
        )
        self.scale = nn.Sequential(nn.Linear(1, 32), nn.ReLU(inplace=True), nn.Linear(32, 24))
        self.side16, self.up32, self.back16 = _conv(96, 64, 1, act=False), _conv(128, 64, 1, act=False), Block(64)
        self.side8, self.up16, self.back8 = _conv(48, 48, 1, act=False), _conv(64, 48, 1, act=False), Block(48)
        self.side4, self.up8, self.back4 = _conv(24, 40, 1, act=False), _conv(48, 40, 1, act=False), Block(40)
        self.middle, self.sides = nn.Conv2d(40, kinds, 1), nn.Conv2d(40, 4 * kinds, 1)
        nn.init.constant_(self.middle.bias, -5.0)
        nn.init.constant_(self.sides.bias, 1.0)

    def forward(self, level: Tensor, gsd_m: Tensor) -> tuple[Tensor, Tensor]:
        """Levels (n, channels, rows, columns), rows and columns multiples of 32, and ground sample distances (n,) in
        metres; to log odds (n, kinds, rows / 4, columns / 4) and, in the logarithm of cells, distances to left, top,
        right and bottom (n, 4 kinds, rows / 4, columns / 4), kinds outermost."""
        size = self.scale(torch.log2(gsd_m / GSD_M)[:, None])[:, :, None, None]
        at4 = self.at4(self.stem(level) + size)
        at8 = self.at8(at4)
        at16 = self.at16(at8)
        at16 = self.back16(self.side16(at16) + _doubled(self.up32(self.at32(at16))))
        at8 = self.back8(self.side8(at8) + _doubled(self.up16(at16)))
        at4 = functional.relu(self.back4(self.side4(at4) + _doubled(self.up8(at8))))
        return self.middle(at4), self.sides(at4)


class Answering(nn.Module):
    """The network as it is shipped: scores that are 0 but where they are the highest around, and sides in pixels."""

    def __init__(self, network: Network) -> None:
        super().__init__()
        self.network = network

    def forward(self, level: Tensor, gsd_m: Tensor) -> tuple[Tensor, Tensor]:
        """As `Network.forward`, to scores from 0 to 1 and sides in pixels of the picture."""
        odds, sides = self.network(level, gsd_m)
        score = torch.sigmoid(odds)
        peak = score == functional.max_pool2d(score, 3, 1, 1)
        return torch.where(peak, score, torch.zeros_like(score)), STRIDE * torch.exp(sides)


def _doubled(x: Tensor) -> Tensor:
    return functional.interpolate(x, scale_factor=2.0, mode="nearest")
