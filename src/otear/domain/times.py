"""Times as people and files read them."""

from __future__ import annotations

import numpy as np


def utc_text(time_us: int) -> str:
    """ISO 8601 in UTC with `Z`, to the millisecond, of microseconds since 1970-01-01Z.

    A clock that is wrong can say any year: those past 9999 are written with all their digits.
    """
    return str(np.datetime_as_string(np.datetime64(time_us, "us"), unit="ms", timezone="UTC"))
