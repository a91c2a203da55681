"""Stated errors of position: degrees or metres, whichever makes sense."""

from __future__ import annotations

import numpy as np
import pytest
from tstrans.klv import encode_sdcc_flp_mode2

from otear.video.klv import PacketReader, encode_st0601


@pytest.mark.parametrize(
    ("stated", "metres"), [((2.7e-5, 3.0e-5), (2.99, 3.03)), ((3.0, 4.0), (3.0, 4.0))], ids=["degrees", "metres"]
)
def test_a_sigma_is_read_in_the_unit_that_makes_sense(stated: tuple[float, float], metres: tuple[float, float]) -> None:
    packet = encode_st0601(
        {
            "time_us": 1_700_000_000_000_000,
            "sensor_latitude_deg": 24.8,
            "sensor_longitude_deg": -107.4,
            102: encode_sdcc_flp_mode2(list(stated), [0.0], 2),
        }
    )
    reader = PacketReader()
    table = [*reader.read(packet, 0), *reader.finish()][0].telemetry
    found = [table.sigma_lat_m[0], table.sigma_lon_m[0]]
    np.testing.assert_allclose(found, metres, rtol=0.01)
