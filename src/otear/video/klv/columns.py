"""From packets to columns: the fast road from framed bytes to `Telemetry`.

A compiled pass walks the items of every ST 0601 packet once and gathers the raw value and the length of each item that
a column is made of; numpy then scales whole columns by the codecs of `items`. Where a stream carries an item in two
ranges, the wider one wins (90 over 6, 91 over 7, 104 over 75, 96 over 22, 82-89 over 26-33). An item whose length is
not the standard's is scaled by the length it has; a value that the standard sets aside is NaN.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numba import njit
from numpy.typing import NDArray

from otear.domain.packets import Repair, RepairKind
from otear.domain.telemetry import Telemetry
from otear.video.klv.codecs import Imapb, Mapped
from otear.video.klv.eg0104 import eg0104_columns
from otear.video.klv.framing import Frames
from otear.video.klv.items import EXCLUDED, FLAGS, ITEMS, LAST_TAG, REPEATABLE, SDCC, TIME, VMTI
from otear.video.klv.keys import EG0104_CODE, ST0601_CODE
from otear.video.klv.scan import BODY, BODY_STOP, STANDARD, length_at, walk_item
from otear.video.klv.sets import sdcc_columns

Bytes = NDArray[np.uint8]
Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

_COLUMNS: dict[str, tuple[int, ...]] = {
    "sensor_lat_deg": (13,),
    "sensor_lon_deg": (14,),
    "sensor_msl_m": (15,),
    "sensor_hae_m": (104, 75),
    "heading_deg": (5,),
    "pitch_deg": (90, 6),
    "roll_deg": (91, 7),
    "azimuth_deg": (18,),
    "elevation_deg": (19,),
    "twist_deg": (20,),
    "hfov_deg": (16,),
    "vfov_deg": (17,),
    "slant_range_m": (21,),
    "frame_width_m": (96, 22),
    "centre_lat_deg": (23,),
    "centre_lon_deg": (24,),
    "centre_msl_m": (25,),
    "centre_hae_m": (78,),
    "ce90_m": (45,),
    "le90_m": (46,),
}
"""Items that each column is made of, the one with the widest range first."""
_CORNERS = {"corner_lat_deg": (82, 26, "centre_lat_deg"), "corner_lon_deg": (83, 27, "centre_lon_deg")}
_TAGS = tuple(sorted({TIME, FLAGS, *range(26, 34), *range(82, 90), *(t for tags in _COLUMNS.values() for t in tags)}))
_SLOT = np.full(LAST_TAG + 1, -1, dtype=np.int64)
_SLOT[list(_TAGS)] = np.arange(len(_TAGS))
_LENGTHS = np.zeros((LAST_TAG + 1, 10), dtype=np.bool_)
for _tag, _item in ITEMS.items():
    # A length of nothing is allowed for every item: it says that the quantity is not known.
    _LENGTHS[_tag, [0, *_item.codec.lengths] if _item.codec.lengths else slice(None)] = True
_EXCLUDED = np.isin(np.arange(LAST_TAG + 1), list(EXCLUDED))
_ONCE = ~np.isin(np.arange(LAST_TAG + 1), list(REPEATABLE))
NAMING = {4: "tail_number", 10: "designation", 11: "sensor"}
"""Items that name the aircraft and the camera."""
_NAMING = np.isin(np.arange(LAST_TAG + 1), list(NAMING))
_FNV_OFFSET, _FNV_PRIME = np.uint64(0xCBF29CE484222325), np.uint64(0x100000001B3)
_ABSENT = 255
_HAS_SDCC, _HAS_EXCLUDED, _TWICE, _HAS_VMTI = 1, 2, 4, 8


@njit(cache=True)  # type: ignore[untyped-decorator]
def _fills(data: Bytes, at: int, stop: int) -> bool:
    """Whether items with 16-byte keys fill the bytes from `at` to `stop` exactly."""
    while at < stop:
        if at + 17 > stop or data[at] != 0x06 or data[at + 1] != 0x0E or data[at + 2] != 0x2B or data[at + 3] != 0x34:
            return False
        length, size = length_at(data, at + 16, stop)
        if size < 0:
            return False
        at += 16 + size + length
    return at == stop


@njit(cache=True)  # type: ignore[untyped-decorator]
def _gather(  # noqa: PLR0917 - a compiled loop takes its arrays one by one
    data: Bytes,
    rows: Ints,
    slots: Ints,
    allowed: NDArray[np.bool_],
    excluded: NDArray[np.bool_],
    once: NDArray[np.bool_],
    naming: NDArray[np.bool_],
    raw: NDArray[np.uint64],
    lengths: Bytes,
    facts: Ints,
) -> None:
    """Fill raw values and lengths, both (slots, n), and facts (n, 4): items end well, odd tag (0 for none), marks, and
    a fingerprint (FNV-1a) of the items that name camera and aircraft."""
    seen = np.full(allowed.shape[0], -1, dtype=np.int64)
    for i in range(rows.shape[0]):
        at, stop = rows[i, BODY], rows[i, BODY_STOP]
        print_of_names = _FNV_OFFSET
        if rows[i, STANDARD] == EG0104_CODE:
            facts[i, 0] = _fills(data, at, stop)
            continue
        if rows[i, STANDARD] != ST0601_CODE:
            facts[i, 0] = 1
            continue
        while at < stop:
            tag, value, length = walk_item(data, at, stop)
            if tag < 0:
                break
            at = value + length
            if tag >= allowed.shape[0]:
                continue
            if seen[tag] == i and once[tag]:
                facts[i, 2] |= _TWICE
            seen[tag] = i
            if not allowed[tag, min(length, 9)] and facts[i, 1] == 0:
                facts[i, 1] = tag
            if excluded[tag]:
                facts[i, 2] |= _HAS_EXCLUDED
            if tag == SDCC:
                facts[i, 2] |= _HAS_SDCC
            if tag == VMTI:
                facts[i, 2] |= _HAS_VMTI
            if naming[tag]:
                for k in range(value - 2, value + length):
                    print_of_names = (print_of_names ^ np.uint64(data[k])) * _FNV_PRIME
            slot = slots[tag]
            if slot < 0:
                continue
            lengths[slot, i] = min(length, 9)
            if length <= 8:
                number = np.uint64(0)
                for k in range(value, value + length):
                    number = number << np.uint64(8) | np.uint64(data[k])
                raw[slot, i] = number
        facts[i, 0] = at == stop
        facts[i, 3] = np.int64(print_of_names >> np.uint64(1))


@dataclass(frozen=True)
class Gathered:
    """Raw items of n ST 0601 packets: `raw` and `lengths` (slots, n), length 255 where the packet has no such item."""

    raw: NDArray[np.uint64]
    lengths: Bytes
    facts: Ints

    @property
    def ends_well(self) -> NDArray[np.bool_]:
        """Whether the items fill the packet exactly (taken as read for small standards), shape (n,)."""
        return np.asarray(self.facts[:, 0] == 1, dtype=np.bool_)

    @property
    def odd_tag(self) -> Ints:
        """The first item whose length is not the standard's, 0 for none, shape (n,)."""
        return self.facts[:, 1]

    @property
    def naming(self) -> Ints:
        """The same number for packets that name camera and aircraft alike, shape (n,)."""
        return self.facts[:, 3]

    @property
    def repeats(self) -> NDArray[np.bool_]:
        """Whether an item stands twice that may stand once only, shape (n,)."""
        return self._marked(_TWICE)

    @property
    def excluded(self) -> NDArray[np.bool_]:
        """Whether the packet carries an item that this house gives no meaning, shape (n,)."""
        return self._marked(_HAS_EXCLUDED)

    @property
    def sdcc(self) -> NDArray[np.bool_]:
        """Whether the packet carries an SDCC-FLP (item 102), shape (n,)."""
        return self._marked(_HAS_SDCC)

    @property
    def vmti(self) -> NDArray[np.bool_]:
        """Whether the packet carries a moving-object report (item 74), shape (n,)."""
        return self._marked(_HAS_VMTI)

    def _marked(self, mark: int) -> NDArray[np.bool_]:
        return np.asarray(self.facts[:, 2] & mark != 0, dtype=np.bool_)

    def real(self, tag: int) -> Floats:
        """Values of an item in its unit, NaN where missing, set aside or of no length."""
        codec = ITEMS[tag].codec
        if not isinstance(codec, (Mapped, Imapb)):
            raise TypeError(f"item {tag} is not a real number")
        raw, lengths = self.raw[_SLOT[tag]], self.lengths[_SLOT[tag]]
        sizes = np.flatnonzero(np.bincount(lengths, minlength=9)[1:9]) + 1
        if len(sizes) == 1 and (lengths == sizes[0]).all():
            return codec.scale(raw, int(sizes[0]))
        values = np.full(raw.shape, np.nan)
        for size in sizes:
            which = lengths == size
            values[which] = codec.scale(raw[which], int(size))
        return values

    def whole(self, tag: int) -> Ints:
        """Values of a whole-number item, -1 where missing, of no length, or too large to be one."""
        raw, lengths = self.raw[_SLOT[tag]], self.lengths[_SLOT[tag]]
        return np.where((lengths >= 1) & (lengths <= 8) & (raw < 1 << 63), raw.astype(np.int64), -1)

    def odd_length(self, row: int, offset: int) -> tuple[Repair, ...]:
        """The repair of a row with an item of a length that the standard does not allow; nothing for the others."""
        tag = int(self.odd_tag[row])
        if not tag:
            return ()
        item = ITEMS[tag]
        how = "scaled by the length it has" if isinstance(item.codec, (Mapped, Imapb)) else "read as it is"
        return (Repair(RepairKind.ITEM_LENGTH_TOLERATED, offset, f"item {tag} ({item.name}) was {how}"),)


def gather(frames: Frames) -> Gathered:
    """Walk the items of every packet of a batch; only those of ST 0601 have raw items here."""
    count = len(frames)
    raw = np.zeros((len(_TAGS), count), dtype=np.uint64)
    lengths = np.full((len(_TAGS), count), _ABSENT, dtype=np.uint8)
    facts = np.zeros((count, 4), dtype=np.int64)
    _gather(frames.data, frames.rows, _SLOT, _LENGTHS, _EXCLUDED, _ONCE, _NAMING, raw, lengths, facts)
    return Gathered(raw, lengths, facts)


def decodable(frames: Frames) -> NDArray[np.bool_]:
    """Which packets of a batch have a row in its telemetry: those of ST 0601 and EG 0104, damaged ones included."""
    return np.isin(frames.rows[:, STANDARD], (ST0601_CODE, EG0104_CODE))


def telemetry(frames: Frames, first_index: int = 0, gathered: Gathered | None = None) -> Telemetry:
    """Columns of all `decodable` packets of a batch; its packets are numbered from `first_index` on.

    Nothing is left out here that fails its checksum: cut the rows to those that are trusted before they are used.
    """
    items = gather(frames) if gathered is None else gathered
    columns: dict[str, Floats] = {}
    for name, (wide, *narrow) in _COLUMNS.items():
        values = items.real(wide)
        for tag in narrow:
            values = np.where(np.isnan(values), items.real(tag), values)
        columns[name] = values
    for name, (full, offset, centre) in _CORNERS.items():
        columns[name] = np.stack(
            [
                np.where(np.isnan(near := items.real(full + 2 * k)), columns[centre] + items.real(offset + 2 * k), near)
                for k in range(4)
            ],
            axis=-1,
        )
    columns.update(sdcc_columns(frames, items.sdcc, columns["sensor_lat_deg"]))
    time_us, flags = items.whole(TIME), items.whole(FLAGS)
    measured, black_hot = (np.where(flags < 0, -1, flags >> bit & 1) for bit in (4, 2))
    older = np.flatnonzero(frames.standard == EG0104_CODE)
    if len(older):
        time_us[older] = eg0104_columns([frames.body(row) for row in older.tolist()], older, columns)
    rows = np.flatnonzero(decodable(frames))
    return Telemetry(
        packet=rows + first_index,
        time_us=time_us[rows],
        pts_s=frames.pts_s[rows],
        slant_range_measured=measured[rows],
        infrared_black_hot=black_hot[rows],
        **{name: values[rows] for name, values in columns.items()},
    )
