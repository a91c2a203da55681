"""A network to go on training from: the numbers of an ONNX file of `export`, in the network again. Needs torch, onnx.

The file has each normalisation folded into its convolution, so what comes back normalises by nothing (mean 0, variance
1) and must stay so: `at_rest` keeps it, while its factor and its offset go on learning.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import onnx
import torch
from onnx import numpy_helper
from torch import nn

from otear.detect.training.network import Network
from otear.errors import SettingError


def resumed(path: Path, channels: int, kinds: int) -> Network:
    """The network in a file. Raises `SettingError` naming it where it is not ours for these channels and kinds."""
    try:
        graph = onnx.load(path).graph
    except (OSError, ValueError, onnx.checker.ValidationError) as error:
        raise SettingError("no network can be read", source=path, remedy=_REMEDY) from error
    arrays = {one.name: numpy_helper.to_array(one).astype(np.float32) for one in graph.initializer}
    arrays = {name.removeprefix("network.").removesuffix(".half"): array for name, array in arrays.items()}
    network = Network(channels, kinds)
    state = network.state_dict()
    for name, norm in network.named_modules():
        if isinstance(norm, nn.BatchNorm2d):
            conv = f"{name.rpartition('.')[0]}.0.weight"
            arrays[f"{name}.weight"] = np.ones(norm.num_features, dtype=np.float32)
            arrays[f"{name}.bias"] = arrays.get(f"{conv}_bias", np.zeros(0, dtype=np.float32))
            arrays[f"{name}.running_mean"] = np.zeros(norm.num_features, dtype=np.float32)
            arrays[f"{name}.running_var"] = np.full(norm.num_features, 1.0 - norm.eps, dtype=np.float32)
            arrays[f"{name}.num_batches_tracked"] = np.zeros((), dtype=np.int64)
    unlike = [name for name, value in state.items() if name not in arrays or arrays[name].shape != tuple(value.shape)]
    if unlike:
        raise SettingError(f"this is another network: {unlike[0]} is unlike", source=path, remedy=_REMEDY)
    network.load_state_dict({name: torch.from_numpy(np.array(arrays[name])) for name in state})
    return network


def at_rest(network: nn.Module) -> None:
    """Let every normalisation stay with the mean and the variance that it has."""
    for module in network.modules():
        if isinstance(module, nn.BatchNorm2d):
            module.eval()


_REMEDY = "Name an .onnx file that otear train wrote, for the same sensor"
