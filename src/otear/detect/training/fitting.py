"""The training itself: frames in, a network out. Needs torch."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import cv2
import numpy as np
import torch
from torch import Tensor
from torch.utils.data import DataLoader, Dataset

from otear.detect.labels import Frame
from otear.detect.levels import channels
from otear.detect.training.loss import loss
from otear.detect.training.network import Network
from otear.detect.training.resumed import at_rest
from otear.detect.training.samples import Range, Sample, repeated, sample
from otear.domain.kinds import CueKind
from otear.domain.progress import Progress, silent

_KEEP = 0.998
"""How much of the running mean of weights is kept at each step; the mean is what is shipped."""
_WARM_UP = 0.05
_GSD_SPREAD = 0.1
"""Deviation of the natural logarithm of the ground sample distance told to the network: streams are not sure of it."""


@dataclass(frozen=True)
class Plan:
    """How to train: passes over the frames, samples at once, the highest rate of learning, the seed, and the number of
    processes that draw samples (0: this one)."""

    epochs: int = 60
    batch: int = 32
    rate: float = 6e-3
    seed: int = 1
    processes: int = 0


class _Samples(Dataset[Sample]):
    """Samples by the number of their draw, the same for the same seed."""

    def __init__(
        self, frames: Sequence[Frame], draws: Sequence[int], kinds: Sequence[CueKind], ranges: Range, seed: int
    ) -> None:
        self.frames, self.draws, self.kinds, self.ranges, self.seed = frames, draws, kinds, ranges, seed
        self.pictures = [frame.picture() for frame in frames]

    def __len__(self) -> int:
        return len(self.draws)

    def __getitem__(self, index: int) -> Sample:
        epoch, draw = divmod(index, len(self.draws))
        row, rng = self.draws[draw], np.random.default_rng([self.seed, epoch, draw])
        return sample(self.frames[row], self.pictures[row], self.kinds, self.ranges, rng)


def fit(
    frames: Sequence[Frame],
    kinds: Sequence[CueKind],
    ranges: Range,
    plan: Plan,
    *,
    device: str = "cpu",
    start: Network | None = None,
    progress: Progress = silent,
    note: Callable[[str], None] | None = None,
) -> Network:
    """A network that answers to `kinds`, trained on frames of one sensor; on the CPU, ready to be asked. `start` is one
    of `resumed` to go on from.

    The same frames, plan and device give the same network as far as torch keeps its word.
    """
    torch.manual_seed(plan.seed)
    network = (start or Network(channels(frames[0].sensor), len(kinds))).to(device, memory_format=torch.channels_last)
    mean = torch.optim.swa_utils.AveragedModel(
        network, multi_avg_fn=torch.optim.swa_utils.get_ema_multi_avg_fn(_KEEP), use_buffers=True
    )
    optimizer = torch.optim.AdamW(network.parameters(), lr=plan.rate, weight_decay=1e-2)
    draws = repeated(frames, kinds)
    order = np.random.default_rng(plan.seed)
    rows = np.concatenate([order.permutation(len(draws)) + epoch * len(draws) for epoch in range(plan.epochs)])
    total = math.ceil(len(rows) / plan.batch)
    rate = torch.optim.lr_scheduler.LambdaLR(optimizer, lambda step: _rate(step / total))
    loader = DataLoader(
        _Samples(frames, draws, kinds, ranges, plan.seed),
        batch_size=plan.batch,
        sampler=rows.tolist(),
        num_workers=plan.processes,
        collate_fn=_stacked,
        pin_memory=device != "cpu",
        worker_init_fn=_alone,
        prefetch_factor=4 if plan.processes else None,
    )
    halves = device != "cpu" or _quick_halves()
    told = torch.Generator().manual_seed(plan.seed)
    network.train()
    if start is not None:
        at_rest(network)
    sum_of_loss = 0.0
    for step, batch in enumerate(loader):
        level, gsd_m, heat, cells, boxes, weight = (part.to(device, non_blocking=True) for part in batch)
        level = level.contiguous(memory_format=torch.channels_last)
        gsd_m = gsd_m * torch.exp(_GSD_SPREAD * torch.randn(len(batch[1]), generator=told)).to(device)
        with torch.autocast(device, dtype=torch.bfloat16, enabled=halves):
            odds, sides = network(level, gsd_m)
        cost = loss(odds, sides, heat=heat, cells=cells, boxes=boxes, weight=weight)
        optimizer.zero_grad(set_to_none=True)
        cost.backward()
        torch.nn.utils.clip_grad_norm_(network.parameters(), 10.0)
        optimizer.step()
        rate.step()
        mean.update_parameters(network)
        sum_of_loss += cost.detach()
        progress("training", step + 1, len(loader))
        if note is not None and (step + 1) % 200 == 0:
            note(f"step {step + 1} of {len(loader)}: cost {float(sum_of_loss) / 200:.3f}")
            sum_of_loss = 0.0
    return mean.module.to("cpu", memory_format=torch.contiguous_format).eval()


def _rate(share: float) -> float:
    """Of the highest rate: up over the first steps, then down by half a cosine."""
    return min(share / _WARM_UP, 1.0) * 0.5 * (1.0 + math.cos(math.pi * share)) + 1e-3


def _quick_halves() -> bool:
    """Whether this processor computes with bfloat16 faster than with single precision; older torch does not tell."""
    return hasattr(torch.cpu, "get_capabilities") and bool(torch.cpu.get_capabilities().get("avx512_bf16"))


def _alone(_: int) -> None:
    cv2.setNumThreads(1)


def _stacked(samples: Sequence[Sample]) -> tuple[Tensor, ...]:
    """A batch: levels, ground sample distances, heats, and cells (with the sample in front), boxes and weights."""
    cells = [np.insert(one.cells, 0, k, axis=1) for k, one in enumerate(samples)]
    return (
        torch.from_numpy(np.stack([one.level for one in samples])),
        torch.tensor([one.gsd_m for one in samples], dtype=torch.float32),
        torch.from_numpy(np.stack([one.heat for one in samples])),
        torch.from_numpy(np.concatenate(cells)),
        torch.from_numpy(np.concatenate([one.boxes for one in samples])),
        torch.from_numpy(np.concatenate([one.weight for one in samples])),
    )
