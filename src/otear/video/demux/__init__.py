"""Readers of recordings behind one seam."""

from otear.video.demux.events import (
    Demuxer,
    Event,
    Gap,
    MetadataBlock,
    Notice,
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
    "Notice",
    "PyavDemuxer",
    "RawKlvDemuxer",
    "StreamInfo",
    "StreamKind",
    "TstransDemuxer",
    "VideoUnit",
]
