"""Packets a second, decoded and verified, ours beside others' in one run: `python -m benchmarks.packets`.

Input is the public Cheyenne flight (711 packets of 259 bytes) where the shared data is at hand, else a stream that the
encoder makes. Ours comes in two kinds: the road that an ingest takes (bytes to packets with verdicts and columns), and
one packet at a time for a person. Each reader gets at least as many packets as keep it busy for about a second;
`klvdata` verifies no checksums, the others do. A reader that stops at a packet gets no rate but the reason.
"""

from __future__ import annotations

import io
import time
from collections.abc import Callable
from typing import Any

import klvdata  # type: ignore[import-untyped]
import stanag4609
from tstrans.klv import decode_uas_datalink

from benchmarks._report import SHARED_DATA, Tables, main
from otear.video.klv import PacketReader, describe, encode_st0601


def made_stream(count: int = 711) -> bytes:
    """A steady flight of `count` packets, for where no recording is at hand."""
    return b"".join(
        encode_st0601(
            {
                "time_us": 1_600_000_000_000_000 + 200_000 * k,
                "mission_id": "BENCHMARK",
                "platform_heading_deg": k % 360,
                "platform_pitch_deg": 1.0,
                "platform_roll_deg": 2.0,
                "sensor_latitude_deg": 24.8 + 1e-5 * k,
                "sensor_longitude_deg": -107.4,
                "sensor_height_msl_m": 3000.0,
                "sensor_hfov_deg": 5.0,
                "sensor_vfov_deg": 2.8,
                "sensor_relative_azimuth_deg": 90.0,
                "sensor_relative_elevation_deg": -40.0,
                "sensor_relative_roll_deg": 0.0,
                "slant_range_m": 4600.0,
                "frame_centre_latitude_deg": 24.8,
                "frame_centre_longitude_deg": -107.4,
                "frame_centre_height_msl_m": 50.0,
                "version": 19,
            }
        )
        for k in range(count)
    )


def ours_in_columns(raw: bytes) -> int:
    """Bytes to packets with verdicts, repairs and doubts, and to telemetry; the trusted packets are counted."""
    reader = PacketReader(elementary=True)
    batches = [*reader.read(raw, 0), *reader.finish()]
    packets = [packet for batch in batches for packet in batch.packets()]
    return min(len(packets), sum(len(batch.telemetry) for batch in batches))


def ours_telemetry_only(raw: bytes) -> int:
    """The same without a `Packet` noun for each packet."""
    reader = PacketReader(elementary=True)
    return sum(len(batch.telemetry) for batch in [*reader.read(raw, 0), *reader.finish()])


def ours_described(raw: bytes) -> int:
    """Every item of every packet by name, for a person."""
    reader = PacketReader(elementary=True)
    batches = [*reader.read(raw, 0), *reader.finish()]
    return sum(bool(describe(packet)) for batch in batches for packet in batch.packets())


def tstrans_alone(raw: bytes) -> int:
    """Cut at the keys as the length says, decode each packet."""
    count, at = 0, 0
    while at < len(raw):
        first = raw[at + 16]
        size = 1 if first < 0x80 else 1 + (first & 0x7F)
        length = first if size == 1 else int.from_bytes(raw[at + 17 : at + 16 + size], "big")
        end = at + 16 + size + length
        decode_uas_datalink(raw[at:end])
        count, at = count + 1, end
    return count


def klvdata_alone(raw: bytes) -> int:
    """Its stream parser with every item made text, which is when it converts."""
    return sum(bool(packet.MetadataList()) for packet in klvdata.StreamParser(raw))


def stanag4609_alone(raw: bytes) -> int:
    """Its stream parser and its decoder, told to keep items that it finds at fault."""
    preserve = stanag4609.FieldDecodingMode.PRESERVE
    packets = stanag4609.iter_klv(io.BytesIO(raw))
    return sum(bool(stanag4609.decode_uas_local_set(packet, field_decoding=preserve)) for packet in packets)


READERS: tuple[tuple[str, Callable[[bytes], int]], ...] = (
    ("otear: packets and columns", ours_in_columns),
    ("otear: columns only", ours_telemetry_only),
    ("otear: every item described", ours_described),
    ("tstrans", tstrans_alone),
    ("stanag4609", stanag4609_alone),
    ("klvdata (no checksum)", klvdata_alone),
)


def rate(reader: Callable[[bytes], int], raw: bytes, seconds: float) -> tuple[int, float]:
    """Packets read of one stream, and packets a second: the stream is repeated until it lasts `seconds`."""
    count = reader(raw)
    repeats = 1
    while True:
        longer = raw * repeats
        begin = time.perf_counter()
        reader(longer)
        lasted = time.perf_counter() - begin
        if lasted >= seconds / 4 or repeats >= 4096:
            return count, count * repeats / lasted
        repeats *= 4


def rows(seconds: float = 1.0) -> list[dict[str, Any]]:
    """One row a reader: its name, the packets that it read, packets a second, and why not where it could not."""
    clip = SHARED_DATA / "video" / "cheyenne-flight.klv"
    raw = clip.read_bytes() if clip.is_file() else made_stream()
    made: list[dict[str, Any]] = []
    for name, reader in READERS:
        row: dict[str, Any] = {"reader": name, "input": clip.name if clip.is_file() else "made", "packets": 0}
        try:
            row["packets"], row["packets_per_s"] = rate(reader, raw, seconds)
        except (ValueError, stanag4609.errors.Stanag4609Error) as error:
            row["stopped_by"] = str(error)
        made.append(row)
    return made


def tables() -> Tables:
    """The readers, one a row."""
    made = rows()
    return {f"Packets a second, decoded and verified ({made[0]['input']})": made}


if __name__ == "__main__":
    main(tables, __doc__)
