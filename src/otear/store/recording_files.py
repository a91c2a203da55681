"""What was decoded from a recording, as Parquet: every packet byte for byte, and its telemetry column by column.

Both are written batch by batch and read back batch by batch, so that a recording of hours needs no more memory than one
of minutes.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import fields
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from numpy.typing import NDArray

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
        ("notes", pa.list_(pa.string())),
        ("raw", pa.binary()),
    ]
)
_CORNERS = ("corner_lat_deg", "corner_lon_deg")
_WHOLE = ("packet", "time_us", "slant_range_measured", "infrared_black_hot")


_LATER = ("infrared_black_hot",)
"""Columns that files did not have from the beginning."""


def _telemetry_type(name: str) -> pa.DataType:
    if name in _CORNERS:
        return pa.list_(pa.float64(), 4)
    return pa.int64() if name in _WHOLE else pa.float64()


_TELEMETRY_SCHEMA = pa.schema(
    [("trusted", pa.bool_()), *((f.name, _telemetry_type(f.name)) for f in fields(Telemetry))]
)


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
        for name in ("doubts", "notes"):
            columns[name] = [list(getattr(p, name)) for p in batch]
        self._packets.write_table(pa.table(columns, schema=_PACKET_SCHEMA))

    def telemetry(self, batch: Telemetry, trusted: NDArray[np.bool_]) -> None:
        """Append telemetry rows, in the order of the stream; `trusted` (n,) says whose packet may be believed."""
        columns = [_arrow(getattr(batch, f.name), _telemetry_type(f.name)) for f in fields(Telemetry)]
        self._telemetry.write_table(pa.table([pa.array(trusted), *columns], schema=_TELEMETRY_SCHEMA))


def _arrow(column: NDArray[Any], kind: pa.DataType) -> pa.Array:
    if column.ndim == 1:
        return pa.array(column, kind)
    return pa.FixedSizeListArray.from_arrays(pa.array(column.reshape(-1)), 4)


def read_packets(folder: Path, rows: int = 10_000) -> Iterator[list[Packet]]:
    """The packets of a recording, in batches of up to `rows`."""
    with pq.ParquetFile(folder / PACKETS_FILE) as file:
        for batch in file.iter_batches(batch_size=rows):
            yield [_packet(row) for row in batch.to_pylist()]


def read_packet(folder: Path, number: int) -> Packet | None:
    """The packet that stands at `number`, counted from 0, or None past the end."""
    with pq.ParquetFile(folder / PACKETS_FILE) as file:
        for group in range(file.num_row_groups):
            rows = file.metadata.row_group(group).num_rows
            if number < rows:
                return _packet(file.read_row_group(group).slice(number, 1).to_pylist()[0])
            number -= rows
    return None


def _packet(row: dict[str, Any]) -> Packet:
    return Packet(
        **{
            **row,
            "standard": Standard(row["standard"]),
            "checksum": Checksum(row["checksum"]),
            "repairs": tuple(Repair(RepairKind(r["kind"]), r["offset"], r["detail"]) for r in row["repairs"]),
            "doubts": tuple(row["doubts"]),
            "notes": tuple(row["notes"]),
        }
    )


def read_telemetry(folder: Path, *, use_flagged: bool = False, rows: int = 50_000) -> Iterator[Telemetry]:
    """The telemetry of a recording, in batches of up to `rows`: trusted packets only, unless `use_flagged`."""
    with pq.ParquetFile(folder / TELEMETRY_FILE) as file:
        for batch in file.iter_batches(batch_size=rows):
            yield _telemetry(batch if use_flagged else batch.filter(batch["trusted"]))


def read_telemetry_near(folder: Path, start_us: int, end_us: int, *, use_flagged: bool = False) -> Telemetry:
    """The rows whose own clock lies in a span, in the order of that clock."""
    wanted = (pc.field("time_us") >= start_us) & (pc.field("time_us") <= end_us)
    if not use_flagged:
        wanted &= pc.field("trusted")
    table = pq.read_table(folder / TELEMETRY_FILE, filters=wanted).sort_by("time_us")
    return _telemetry(table.combine_chunks())


def _telemetry(rows: pa.RecordBatch | pa.Table) -> Telemetry:
    columns = {f.name: _numpy(rows.column(f.name)) for f in fields(Telemetry) if f.name in rows.schema.names}
    for name in _LATER:  # a file from before there was the column says nothing of it
        columns.setdefault(name, np.full(rows.num_rows, -1))
    return Telemetry(**columns)


def _numpy(column: pa.Array | pa.ChunkedArray) -> NDArray[Any]:
    flat = column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column
    if pa.types.is_fixed_size_list(flat.type):
        return np.asarray(flat.flatten()).reshape(-1, 4)
    return np.asarray(flat)
