"""BER lengths and BER-OID numbers (ISO/IEC 8825-1), and a cursor that reads them off a value."""

from __future__ import annotations

from collections.abc import Iterator


class MalformedError(ValueError):
    """A value that does not hold what its standard says; the bytes stay available to whoever asked."""


class Cursor:
    """Reads the bytes of one value from front to back; reading past the end raises `MalformedError`."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._at = 0

    def __bool__(self) -> bool:
        return self._at < len(self._data)

    def take(self, count: int) -> bytes:
        """The next `count` bytes."""
        if count > len(self._data) - self._at:
            raise MalformedError(f"{count} bytes are needed, {len(self._data) - self._at} are left")
        self._at += count
        return self._data[self._at - count : self._at]

    def rest(self) -> bytes:
        """All bytes that are left."""
        return self.take(len(self._data) - self._at)

    def number(self, count: int, *, signed: bool = False) -> int:
        """The next `count` bytes as a big-endian whole number."""
        return int.from_bytes(self.take(count), "big", signed=signed)

    def oid(self) -> int:
        """A BER-OID number: seven bits a byte, the top bit set on all bytes but the last."""
        value = 0
        while True:
            byte = self.number(1)
            value = value << 7 | byte & 0x7F
            if not byte & 0x80:
                return value

    def length(self) -> int:
        """A BER length in short or long form; the indefinite form is not allowed in KLV."""
        first = self.number(1)
        if first < 0x80:
            return first
        if first == 0x80:
            raise MalformedError("a length of indefinite form")
        return self.number(first & 0x7F)

    def chunk(self) -> bytes:
        """A value that stands behind its own BER length."""
        return self.take(self.length())


def local_items(data: bytes) -> Iterator[tuple[int, bytes]]:
    """The (tag, value) items of a local set, in order; `MalformedError` where they do not fit the bytes."""
    cursor = Cursor(data)
    while cursor:
        yield cursor.oid(), cursor.chunk()


def text(value: bytes) -> str:
    """Text as sent: UTF-8, of which the ASCII of older versions is a part; a byte that is neither becomes `\\xNN`."""
    return value.decode("utf-8", "backslashreplace").rstrip("\x00")


def encode_length(length: int) -> bytes:
    """The shortest BER length."""
    if length < 0x80:
        return bytes([length])
    size = (length.bit_length() + 7) // 8
    return bytes([0x80 | size]) + length.to_bytes(size, "big")


def encode_oid(number: int) -> bytes:
    """The shortest BER-OID number."""
    out = [number & 0x7F]
    while number := number >> 7:
        out.append(0x80 | number & 0x7F)
    return bytes(reversed(out))
