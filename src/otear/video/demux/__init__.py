"""Readers of recordings behind one seam."""

from otear.video.demux.events import (
    Demuxer,
    Event,
    Gap,
    MetadataBlock,
    Missing,
    Notice,
    Restart,
    StreamInfo,
    StreamKind,
    VideoUnit,
)
from otear.video.demux.raw import RawKlvDemuxer
from otear.video.demux.with_pyav import PyavDemuxer
from otear.video.demux.with_tstrans import TstransDemuxer

__all__ = [
    "Demuxer",
    "Event",
    "Gap",
    "MetadataBlock",
    "Missing",
    "Notice",
    "PyavDemuxer",
    "RawKlvDemuxer",
    "Restart",
    "StreamInfo",
    "StreamKind",
    "TstransDemuxer",
    "VideoUnit",
]
