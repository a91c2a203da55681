"""How ST 0601 writes numbers into bytes, each rule once, for one value or for a column of them.

`scale` works on arrays of raw big-endian values (uint64) that share one length in bytes and returns float64 in the
item's unit, NaN for the bit patterns that the standard sets aside for "out of range", "error" or a special value.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil, floor, log2
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from otear.errors import SettingError
from otear.video.klv.ber import text

Raw = NDArray[np.uint64]
Floats = NDArray[np.float64]


class Codec(Protocol):
    """One way to write a value; `lengths` are the byte counts that the standard allows, empty where any will do."""

    @property
    def lengths(self) -> tuple[int, ...]:
        """Byte counts that the standard allows, empty for any."""
        ...

    def decode(self, value: bytes) -> object:
        """The value for a person or a programme; None where the standard says the quantity is not known."""
        ...

    def encode(self, value: object) -> bytes:
        """The bytes of a value; `SettingError` where it is out of range or of the wrong type."""
        ...


def _number(value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, (int, float, np.integer, np.floating)):
        raise SettingError(f"{value!r} is not a number", remedy="Give a number in the item's unit")
    return float(value)


def _within(values: Floats, low: float, high: float) -> None:
    outside = values[~((values >= low) & (values <= high))]
    if outside.size:
        raise SettingError(
            f"{outside[0]} is not between {low} and {high}", remedy="Give a value inside the item's range"
        )


class _Real:
    """What the two codecs of real numbers share."""

    def scale(self, raw: Raw, size: int) -> Floats:
        raise NotImplementedError

    def decode(self, value: bytes) -> object:
        if not 1 <= len(value) <= 8:
            return value or None
        real = float(self.scale(np.array([int.from_bytes(value, "big")], dtype=np.uint64), len(value))[0])
        return None if np.isnan(real) else real


@dataclass(frozen=True)
class Mapped(_Real):
    """A range mapped linearly onto all values of a whole number (ST 0601 section 6.3 and the items' own formulas).

    Signed numbers are symmetric: the most negative pattern (0x80...) is not a value but "out of range" or "error".
    """

    size: int
    low: float
    high: float
    signed: bool = False

    @property
    def lengths(self) -> tuple[int, ...]:
        return (self.size,)

    def resolution(self, size: int) -> float:
        """Step of one count."""
        return (self.high - self.low) / (2.0 ** (8 * size) - (2.0 if self.signed else 1.0))

    def scale(self, raw: Raw, size: int) -> Floats:
        """Linear: low + raw * step, or raw * step about zero where signed."""
        if not self.signed:
            return self.low + raw.astype(np.float64) * self.resolution(size)
        shift = np.uint64(64 - 8 * size)
        counts = (raw << shift).view(np.int64) >> np.int64(shift)
        value = counts.astype(np.float64) * self.resolution(size)
        value[counts == -(1 << (8 * size - 1))] = np.nan
        return value

    def encode(self, value: object) -> bytes:
        """Nearest count; NaN becomes the set-aside pattern of a signed item."""
        number = _number(value)
        if np.isnan(number) and self.signed:
            return (1 << (8 * self.size - 1)).to_bytes(self.size, "big")
        if not self.low <= number <= self.high:
            raise SettingError(
                f"{number} is not between {self.low} and {self.high}", remedy="Give a value inside the item's range"
            )
        counts = round((number - (0.0 if self.signed else self.low)) / self.resolution(self.size))
        return counts.to_bytes(self.size, "big", signed=self.signed)

    def pack(self, values: Floats) -> Raw:
        """`encode` for a column: raw values of `size` bytes each. Raises `SettingError` for the first out of range."""
        unknown = np.isnan(values) if self.signed else np.zeros(values.shape, dtype=np.bool_)
        _within(values[~unknown], self.low, self.high)
        counts = np.round(
            (np.where(unknown, 0.0, values) - (0.0 if self.signed else self.low)) / self.resolution(self.size)
        )
        raw = counts.astype(np.int64).view(np.uint64)
        return np.asarray(np.where(unknown, np.uint64(1 << (8 * self.size - 1)), raw), dtype=np.uint64)


@dataclass(frozen=True)
class Imapb(_Real):
    """Reals mapped with a step that is a power of two (ST 1201, IMAPB); any length up to eight bytes.

    A set top bit means the exact upper end of the range (no other bit set) or a special value, which is NaN here.
    """

    low: float
    high: float
    size: int = 4

    @property
    def lengths(self) -> tuple[int, ...]:
        return tuple(range(1, 9))

    def resolution(self, size: int) -> float:
        """Step of one count: 2^(ceil(log2(range)) - (bits - 1))."""
        return float(2.0 ** (ceil(log2(self.high - self.low)) - (8 * size - 1)))

    def _zero_offset(self, size: int) -> float:
        """Counts by which the grid is shifted so that zero, where it is inside the range, is a count exactly."""
        if not self.low < 0.0 < self.high:
            return 0.0
        counts = self.low / self.resolution(size)
        return counts - floor(counts)

    def scale(self, raw: Raw, size: int) -> Floats:
        """ST 1201 section 7.2.2, reverse mapping."""
        value = (raw.astype(np.float64) - self._zero_offset(size)) * self.resolution(size) + self.low
        top = np.uint64(1 << (8 * size - 1))
        value[(raw & top != 0) & (raw != top)] = np.nan
        value[value > self.high] = np.nan
        return value

    def encode(self, value: object) -> bytes:
        """ST 1201 section 7.2.1, forward mapping (truncating); NaN becomes the standard's quiet NaN."""
        number = _number(value)
        if np.isnan(number):
            return (0xD0 << (8 * self.size - 8)).to_bytes(self.size, "big")
        if not self.low <= number <= self.high:
            raise SettingError(
                f"{number} is not between {self.low} and {self.high}", remedy="Give a value inside the item's range"
            )
        counts = floor((number - self.low) / self.resolution(self.size) + self._zero_offset(self.size))
        return counts.to_bytes(self.size, "big")

    def pack(self, values: Floats) -> Raw:
        """`encode` for a column: raw values of `size` bytes each. Raises `SettingError` for the first out of range."""
        unknown = np.isnan(values)
        _within(values[~unknown], self.low, self.high)
        steps = (np.where(unknown, self.low, values) - self.low) / self.resolution(self.size)
        counts = np.floor(steps + self._zero_offset(self.size)).astype(np.uint64)
        return np.asarray(np.where(unknown, np.uint64(0xD0 << (8 * self.size - 8)), counts), dtype=np.uint64)


@dataclass(frozen=True)
class Whole:
    """A whole number: of `size` bytes, or of as many as it needs where `size` is None."""

    size: int | None
    signed: bool = False

    @property
    def lengths(self) -> tuple[int, ...]:
        return tuple(range(1, 9)) if self.size is None else (self.size,)

    def decode(self, value: bytes) -> object:
        return int.from_bytes(value, "big", signed=self.signed) if value else None

    def encode(self, value: object) -> bytes:
        number = _number(value)
        if not number.is_integer():
            raise SettingError(f"{number} is not a whole number", remedy="Give a whole number")
        whole = int(value) if isinstance(value, int) else int(number)
        size = self.size or max(1, (whole.bit_length() + (1 if self.signed else 0) + 7) // 8)
        try:
            return whole.to_bytes(size, "big", signed=self.signed)
        except OverflowError as error:
            raise SettingError(
                f"{whole} does not fit {size} bytes", remedy="Give a value inside the item's range"
            ) from error

    def pack(self, values: Floats) -> Raw:
        """`encode` for a column of a fixed `size`. Raises `SettingError` for the first that does not fit."""
        if self.size is None:
            raise SettingError("an item of any size has no column", remedy="Write its values one by one")
        bits = 8 * self.size - self.signed
        _within(values, -(2.0**bits) if self.signed else 0.0, 2.0**bits - 1.0)
        broken = values[np.mod(values, 1.0) != 0.0]
        if broken.size:
            raise SettingError(f"{broken[0]} is not a whole number", remedy="Give a whole number")
        return np.asarray(values.astype(np.int64).view(np.uint64))


@dataclass(frozen=True)
class Code:
    """A whole number of one byte that stands for a word; a number without a word is handed on as it is."""

    words: tuple[str, ...]

    @property
    def lengths(self) -> tuple[int, ...]:
        return (1,)

    def decode(self, value: bytes) -> object:
        if not value:
            return None
        number = int.from_bytes(value, "big")
        return self.words[number] if number < len(self.words) else number

    def encode(self, value: object) -> bytes:
        return Whole(1).encode(self.words.index(value) if isinstance(value, str) and value in self.words else value)


@dataclass(frozen=True)
class Flags:
    """One byte of flags, lowest bit first: decodes to the names of those that are set."""

    names: tuple[str, ...]

    @property
    def lengths(self) -> tuple[int, ...]:
        return (1,)

    def decode(self, value: bytes) -> object:
        number = int.from_bytes(value, "big")
        return tuple(name for bit, name in enumerate(self.names) if number >> bit & 1) if value else None

    def encode(self, value: object) -> bytes:
        if isinstance(value, (tuple, list, set, frozenset)) and all(name in self.names for name in value):
            value = sum(1 << self.names.index(name) for name in value)
        return Whole(1).encode(value)


@dataclass(frozen=True)
class Text:
    """Text of at most 127 bytes."""

    @property
    def lengths(self) -> tuple[int, ...]:
        return ()

    def decode(self, value: bytes) -> object:
        return text(value)

    def encode(self, value: object) -> bytes:
        if not isinstance(value, str) or len(value.encode()) > 127:
            raise SettingError(f"{value!r} is not text of at most 127 bytes", remedy="Give a shorter text")
        return value.encode()
