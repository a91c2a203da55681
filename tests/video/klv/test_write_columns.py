"""Many packets at once are the packets that are written one by one."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from otear.errors import SettingError
from otear.video.klv.codecs import Imapb, Mapped
from otear.video.klv.encode import encode_st0601
from otear.video.klv.items import EXCLUDED, ITEMS
from otear.video.klv.write_columns import packets_of

TIMES = 1_700_000_000_000_000 + np.arange(50, dtype=np.int64) * 100_000
REAL = {
    tag: item.codec for tag, item in ITEMS.items() if isinstance(item.codec, Mapped | Imapb) and tag not in EXCLUDED
}


def test_columns_of_every_real_item_are_written_as_single_values_are() -> None:
    rng = np.random.default_rng(3)
    columns: dict[int | str, Any] = {tag: rng.uniform(codec.low, codec.high, 50) for tag, codec in REAL.items()}
    for tag, codec in REAL.items():
        columns[tag][:2] = codec.low, codec.high
    fixed: dict[int | str, Any] = {"mission_id": "M-1", "flags": ("laser range",), "security_set": b"\x01\x01\x01"}
    many = packets_of(TIMES, {**fixed, **columns})
    for i in range(50):
        one = encode_st0601({"time_us": int(TIMES[i]), **fixed, **{tag: float(v[i]) for tag, v in columns.items()}})
        assert many[i].tobytes() == one


def test_what_is_not_known_is_written_as_the_standard_sets_aside() -> None:
    unknown = np.full(50, np.nan)
    many = packets_of(TIMES, {"sensor_latitude_deg": unknown, "frame_width_extended_m": unknown})
    one = encode_st0601({"time_us": int(TIMES[7]), "sensor_latitude_deg": np.nan, "frame_width_extended_m": np.nan})
    assert many[7].tobytes() == one


def test_ready_bytes_go_in_as_they_are() -> None:
    packs = np.arange(150, dtype=np.uint8).reshape(50, 3)
    many = packets_of(TIMES, {"sdcc": packs})
    assert many[9].tobytes() == encode_st0601({"time_us": int(TIMES[9]), "sdcc": packs[9].tobytes()})


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("sensor_latitude_deg", np.full(50, 91.0)),
        ("frame_width_extended_m", np.full(50, -1.0)),
        ("mission_id", np.zeros(50)),
        (60, np.zeros(50)),
        (60, 3),
        ("nothing", 1),
        ("time_us", 5),
    ],
)
def test_what_cannot_be_written_is_refused(name: int | str, value: Any) -> None:
    with pytest.raises(SettingError):
        packets_of(TIMES, {name: value})
