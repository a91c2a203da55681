"""What was decoded from a recording, as Parquet: every packet byte for byte, and its telemetry column by column.

Both are written batch by batch and read back batch by batch, so that a recording of hours needs no more memory than one
of minutes.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import fields
from pathlib import Path
from types import TracebackType
from typing import Self

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from otear.domain.packets import Checksum, Packet, Repair, RepairKind, Standard
from otear.domain.telemetry import Telemetry

PACKETS_FILE = "packets.parquet"
TELEMETRY_FILE = "telemetry.parquet"

_PACKET_SCHEMA = pa.schema(
    [
        ("index", pa.int64()),
        ("stream", pa.int32()),
        ("offset", pa.int64()),
        ("standard", pa.string()),
        ("checksum", pa.string()),
        ("trusted", pa.bool_()),
        ("pts_s", pa.float64()),
        ("time_us", pa.int64()),
        ("repairs", pa.list_(pa.struct([("kind", pa.string()), ("offset", pa.int64()), ("detail", pa.string())]))),
        ("doubts", pa.list_(pa.string())),
        ("raw", pa.binary()),
    ]
)
_CORNERS = ("corner_lat_deg", "corner_lon_deg")
_WHOLE = ("packet", "time_us", "slant_range_measured")


def _telemetry_type(name: str) -> pa.DataType:
    if name in _CORNERS:
        return pa.list_(pa.float64(), 4)
    return pa.int64() if name in _WHOLE else pa.float64()


_TELEMETRY_SCHEMA = pa.schema([(f.name, _telemetry_type(f.name)) for f in fields(Telemetry)])


class RecordingWriter:
    """Writes both files into a folder; use it as a context manager."""

    def __init__(self, folder: Path) -> None:
        options = {"compression": "zstd", "use_dictionary": ["standard", "checksum"]}
        self._packets = pq.ParquetWriter(folder / PACKETS_FILE, _PACKET_SCHEMA, **options)
        self._telemetry = pq.ParquetWriter(folder / TELEMETRY_FILE, _TELEMETRY_SCHEMA, compression="zstd")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: type[BaseException] | BaseException | TracebackType | None) -> None:
        self._packets.close()
        self._telemetry.close()

    def packets(self, batch: Sequence[Packet]) -> None:
        """Append packets, in the order of the stream."""
        columns = {
            name: [getattr(p, name) for p in batch]
            for name in ("index", "stream", "offset", "standard", "checksum", "trusted", "pts_s", "time_us", "raw")
        }
        columns["repairs"] = [
            [{"kind": r.kind, "offset": r.offset, "detail": r.detail} for r in p.repairs] for p in batch
        ]
        columns["doubts"] = [list(p.doubts) for p in batch]
        self._packets.write_table(pa.table(columns, schema=_PACKET_SCHEMA))

    def telemetry(self, batch: Telemetry) -> None:
        """Append telemetry rows, in the order of the stream."""
        self._telemetry.write_table(
            pa.table(
                [_arrow(getattr(batch, f.name), _telemetry_type(f.name)) for f in fields(Telemetry)],
                schema=_TELEMETRY_SCHEMA,
            )
        )


def _arrow(column: np.ndarray, kind: pa.DataType) -> pa.Array:
    if column.ndim == 1:
        return pa.array(column, kind)
    return pa.FixedSizeListArray.from_arrays(pa.array(column.reshape(-1)), 4)


def read_packets(folder: Path, rows: int = 10_000) -> Iterator[list[Packet]]:
    """The packets of a recording, in batches of up to `rows`."""
    with pq.ParquetFile(folder / PACKETS_FILE) as file:
        for batch in file.iter_batches(batch_size=rows):
            yield [_packet(row) for row in batch.to_pylist()]


def _packet(row: dict[str, object]) -> Packet:
    known = dict(row)
    known["standard"] = Standard(str(row["standard"]))
    known["checksum"] = Checksum(str(row["checksum"]))
    known["repairs"] = tuple(
        Repair(RepairKind(r["kind"]), r["offset"], r["detail"])
        for r in row["repairs"]  # type: ignore[attr-defined]
    )
    known["doubts"] = tuple(row["doubts"])  # type: ignore[arg-type]
    return Packet(**known)  # type: ignore[arg-type]


def read_telemetry(folder: Path, rows: int = 50_000) -> Iterator[Telemetry]:
    """The telemetry of a recording, in batches of up to `rows`."""
    with pq.ParquetFile(folder / TELEMETRY_FILE) as file:
        for batch in file.iter_batches(batch_size=rows):
            yield Telemetry(**{name: _numpy(batch.column(name)) for name in batch.schema.names})


def _numpy(column: pa.Array) -> np.ndarray:
    if pa.types.is_fixed_size_list(column.type):
        return np.asarray(column.flatten()).reshape(-1, 4)
    return np.asarray(column)
