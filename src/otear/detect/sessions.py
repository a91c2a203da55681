"""ONNX models made ready to run on the CPU."""

from __future__ import annotations

from pathlib import Path

import onnxruntime
from onnxruntime.capi.onnxruntime_pybind11_state import Fail, InvalidArgument, InvalidGraph, InvalidProtobuf

from otear.errors import SettingError

UNUSABLE = (Fail, InvalidArgument, InvalidGraph, InvalidProtobuf)
"""What the runtime raises for models and inputs that do not fit."""


def session(model: bytes, threads: int, source: Path | None = None) -> onnxruntime.InferenceSession:
    """The model, to run on `threads` cores. Raises `SettingError` naming `source` where the runtime cannot load it."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    options.log_severity_level = 3
    try:
        return onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])
    except UNUSABLE as error:
        raise SettingError(
            f"ONNX Runtime cannot load the model ({str(error).splitlines()[0]})",
            source=source,
            remedy="Export it again, its weights inside the file",
        ) from error
