"""Universal keys (SMPTE labels) of the metadata sets that a motion imagery stream carries."""

from __future__ import annotations

import numpy as np

from otear.domain.packets import Standard

UAS_LOCAL_SET = bytes.fromhex("060e2b34020b01010e01030101000000")
"""ST 0601; ST 0902 packets use the same key."""
UNIVERSAL_SET = bytes.fromhex("060e2b34020101010e01010201010000")
"""EG 0104: items have 16-byte keys of their own."""
VMTI_LOCAL_SET = bytes.fromhex("060e2b34020b01010e01030306000000")
SECURITY_LOCAL_SET = bytes.fromhex("060e2b34020301010e01030302000000")
SECURITY_UNIVERSAL_SET = bytes.fromhex("060e2b34020101010208020000000000")
PRECISION_TIME_STAMP = bytes.fromhex("060e2b34020501010e01010311000000")

STANDARDS = (
    Standard.ST0601,
    Standard.EG0104,
    Standard.ST0903,
    Standard.ST0102,
    Standard.ST0102,
    Standard.ST0605,
    Standard.UNKNOWN,
)
"""What each number that the framing kernels use stands for; the last is a label that none of `KEYS` is."""
ST0601_CODE, EG0104_CODE, ST0903_CODE, UNKNOWN_CODE = 0, 1, 2, 6
KEYS = np.frombuffer(
    UAS_LOCAL_SET + UNIVERSAL_SET + VMTI_LOCAL_SET + SECURITY_LOCAL_SET + SECURITY_UNIVERSAL_SET + PRECISION_TIME_STAMP,
    dtype=np.uint8,
).reshape(6, 16)
"""The keys that `STANDARDS` names, shape (6, 16)."""

KEY_REACH = 32
"""How far into a payload its first key is looked for, in bytes."""
_UNIVERSAL_PREFIX = b"\x06\x0e\x2b\x34"
_MISB_PART = b"\x01\x01\x0e\x01"
"""Part of every universal key that MISB gave out: it stays where the first five bytes of a key were lost."""


def looks_like_klv(data: bytes) -> bool:
    """Whether some bytes hold a MISB universal key, whole or in part."""
    return _UNIVERSAL_PREFIX in data or _MISB_PART in data
