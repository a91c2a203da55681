"""Times as people and files read them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import numpy as np

from otear.errors import InputError

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def utc_text(time_us: int) -> str:
    """ISO 8601 in UTC with `Z`, to the millisecond, of microseconds since 1970-01-01Z.

    A clock that is wrong can say any year: those past 9999 are written with all their digits.
    """
    return str(np.datetime_as_string(np.datetime64(time_us, "us"), unit="ms", timezone="UTC"))


def instant_us(text: str, field: str) -> int:
    """Microseconds since 1970-01-01Z of a time in ISO 8601 with its zone. Raises `InputError` naming `field`."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise InputError(
            f"{text!r} is not a time of ISO 8601", field=field, remedy="Write it as 2026-01-31T18:00:00Z"
        ) from error
    if moment.tzinfo is None:
        raise InputError(
            f"{text!r} is a time without a zone",
            field=field,
            remedy="Write it as 2026-01-31T18:00:00Z or 2026-01-31T11:00:00-07:00",
        )
    return (moment - _EPOCH) // timedelta(microseconds=1)
