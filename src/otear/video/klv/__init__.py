"""KLV metadata, loss-free: every packet kept, checked, put right where that can be proved, and decoded."""

from otear.video.klv.describe import describe
from otear.video.klv.encode import encode_st0601
from otear.video.klv.framing import Framer, Frames
from otear.video.klv.reader import Batch, PacketReader, decode

__all__ = ["Batch", "Framer", "Frames", "PacketReader", "decode", "describe", "encode_st0601"]
