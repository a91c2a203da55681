"""A trained network as an ONNX file. Needs torch and onnx."""

from __future__ import annotations

import io
import warnings
from pathlib import Path

import numpy as np
import onnx
import torch
from onnx import numpy_helper

from otear.detect.training.network import Answering, Network

LEVEL, GSD, SCORE, SIDES = "level", "gsd_m", "score", "sides"
"""Names of what goes in and of what comes out."""
_SMALL = 64
"""Numbers in an array below which halving their bytes saves nothing."""


def exported(network: Network, channels: int) -> bytes:
    """The network with any number of rows and columns, weights stored in half precision and computed with in single."""
    inside = (torch.zeros(1, channels, 64, 96), torch.full((1,), 0.2))
    sides = {2: torch.export.Dim.DYNAMIC, 3: torch.export.Dim.DYNAMIC}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the exporter deprecates parts of itself
        program = torch.onnx.export(
            Answering(network).eval(),
            inside,
            dynamo=True,
            input_names=[LEVEL, GSD],
            output_names=[SCORE, SIDES],
            dynamic_shapes={"level": sides, "gsd_m": {}},
            opset_version=18,
            verbose=False,
        )
    if program is None:
        raise RuntimeError("torch exported nothing")
    written = io.BytesIO()
    onnx.save(program.model_proto, written)
    return _halved(onnx.load_from_string(written.getvalue())).SerializeToString(deterministic=True)


def save(network: Network, channels: int, path: Path) -> None:
    """Write the ONNX file."""
    path.write_bytes(exported(network, channels))


def _halved(model: onnx.ModelProto) -> onnx.ModelProto:
    """The same with large arrays in half precision and a cast behind each; the runtime casts once, when it loads."""
    casts = []
    for array in model.graph.initializer:
        values = numpy_helper.to_array(array)
        if values.dtype != np.float32 or values.size < _SMALL:
            continue
        name = array.name
        array.CopyFrom(numpy_helper.from_array(values.astype(np.float16), name + ".half"))
        casts.append(onnx.helper.make_node("Cast", [name + ".half"], [name], to=onnx.TensorProto.FLOAT))
    nodes = list(model.graph.node)
    for node in nodes:
        for attribute in ("pkg.torch.onnx.stack_trace",):
            for entry in [one for one in node.metadata_props if one.key.startswith(attribute)]:
                node.metadata_props.remove(entry)
        del node.metadata_props[:]
        node.doc_string = ""
    del model.graph.node[:]
    del model.graph.value_info[:]
    model.graph.node.extend(casts + nodes)
    onnx.checker.check_model(model)
    return model
