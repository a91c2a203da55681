"""Calibrations of the detectors that learn nothing, as `python -m benchmarks._calibrate` fitted them."""

from __future__ import annotations

import json
from functools import cache
from importlib.resources import files
from pathlib import Path

from otear.detect.strata import Strata, strata_from
from otear.errors import SettingError

FILE = Path(str(files("otear.detect") / "models" / "classic.json"))


@cache
def classic_strata() -> dict[str, Strata]:
    """By the names of the detectors. Raises `SettingError` where the file is not as it was written."""
    try:
        read = json.loads(FILE.read_text(encoding="utf-8"))
        return {name: strata_from(one["calibration"]) for name, one in read["detectors"].items()}
    except (OSError, KeyError, TypeError, ValueError) as error:
        raise SettingError(
            f"the calibrations that come with the package cannot be read ({error})",
            source=FILE,
            remedy="Install the package again",
        ) from error
