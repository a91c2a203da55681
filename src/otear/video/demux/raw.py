"""Raw KLV files: metadata with nothing around it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from otear.video.demux.events import Event, MetadataBlock, StreamInfo, StreamKind

_CHUNK_BYTES = 1 << 18


class RawKlvDemuxer:
    """Reads a file that is KLV from its first byte to its last, in pieces cut without regard to packets."""

    def events(self, path: Path) -> Iterator[Event]:
        """Yield the file's bytes as metadata blocks of stream 0 with no presentation time."""
        yield StreamInfo(0, StreamKind.METADATA, "klv", 0)
        with path.open("rb") as file:
            offset = 0
            while piece := file.read(_CHUNK_BYTES):
                yield MetadataBlock(0, offset, None, piece)
                offset += len(piece)
