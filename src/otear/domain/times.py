"""Times as people and files read them."""

from __future__ import annotations

from datetime import UTC, datetime


def utc_text(time_us: int) -> str:
    """ISO 8601 in UTC with `Z`, to the millisecond, of microseconds since 1970-01-01Z."""
    moment = datetime.fromtimestamp(time_us // 1_000_000, UTC)
    return f"{moment:%Y-%m-%dT%H:%M:%S}.{time_us % 1_000_000 // 1000:03d}Z"
