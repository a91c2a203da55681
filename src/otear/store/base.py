"""The store seam: the index of what a workspace holds."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Protocol


@dataclass(frozen=True)
class FootageRow:
    """A recording in the index. Times are microseconds since 1970-01-01Z; `summary` is what `ingest` printed;
    `bounds_deg` (west, south, east, north) is None where no ground was seen."""

    footage_id: str
    sha256: str
    name: str
    ingested_us: int
    start_us: int | None
    end_us: int | None
    summary: dict[str, Any]
    bounds_deg: tuple[float, float, float, float] | None


class Store(Protocol):
    """What there is in a workspace, and where."""

    def add_footage(self, row: FootageRow) -> None:
        """Index a recording in one transaction; the same content twice changes nothing."""
        ...

    def footage(self, footage_id: str) -> FootageRow:
        """One recording; any unambiguous beginning of its identifier will do. Raises `NotFoundError`."""
        ...

    def all_footage(self) -> list[FootageRow]:
        """Every recording, oldest ingest first."""
        ...

    def passes_at(self, lat_deg: float, lon_deg: float) -> list[str]:
        """Footage whose coverage may reach a place."""
        ...

    def fact(self, key: str) -> str | None:
        """A fact about the workspace itself."""
        ...

    def settle(self, key: str, value: str) -> str:
        """Set a fact once: returns the value that stands, which is another's where another came first."""
        ...
