"""Compiled search for packets in bytes: universal keys, lengths, checksums, and what damage leaves of them.

Everything here works on one uint8 array and byte positions in it. A *walk* follows the items of a local set from the
first to the checksum item (`01 02 xx xx`). A packet whose key or length is damaged is put right only where the
checksum verifies over the bytes that it must have been summed over.
"""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray

from otear.video.klv.keys import KEYS, ST0601_CODE, ST0903_CODE, UNKNOWN_CODE

Bytes = NDArray[np.uint8]
Rows = NDArray[np.int64]

START, STOP, BODY, BODY_STOP, STANDARD, VERDICT, MENDED, STEPPED_OVER = range(8)
"""Columns of a row: where the packet and its items begin and end, and what is known of it."""
GOOD, BAD, ABSENT = 0, 1, 2
KEY_MENDED, LENGTH_MENDED = 1, 2

MAX_PACKET = 1 << 20
"""A length above this many bytes is taken for damage."""
_MAX_MEND = 1 << 14
_KEY = 16
_SHORTEST = 20
_WAIT = -2
_NO = -1


@njit(cache=True)  # type: ignore[untyped-decorator]
def length_at(data: Bytes, at: int, stop: int) -> tuple[int, int]:
    """A BER length and its own size in bytes; size `_WAIT` where bytes are missing, `_NO` where it is none."""
    if at >= stop:
        return 0, _WAIT
    first = int(data[at])
    if first < 0x80:
        return first, 1
    count = first & 0x7F
    if count == 0 or count > 8:
        return 0, _NO
    if at + 1 + count > stop:
        return 0, _WAIT
    value = 0
    for i in range(at + 1, at + 1 + count):
        value = value << 8 | int(data[i])
        if value > MAX_PACKET:
            return 0, _NO
    return value, 1 + count


@njit(cache=True)  # type: ignore[untyped-decorator]
def walk_item(data: Bytes, at: int, stop: int) -> tuple[int, int, int]:
    """Tag, first byte and length of the value of the item at `at`; tag `_WAIT` or `_NO` where none is whole."""
    if at >= stop:
        return _WAIT, 0, 0
    tag = int(data[at])
    at += 1
    if tag & 0x80:
        if at >= stop:
            return _WAIT, 0, 0
        if data[at] & 0x80:
            return _NO, 0, 0
        tag = (tag & 0x7F) << 7 | int(data[at])
        at += 1
    length, size = length_at(data, at, stop)
    if size < 0:
        return size, 0, 0
    if at + size + length > stop:
        return _WAIT, 0, 0
    return tag, at + size, length


@njit(cache=True)  # type: ignore[untyped-decorator]
def _walk(data: Bytes, at: int, stop: int) -> int:
    """Where the set ends whose first item is at `at`: past its checksum item."""
    while True:
        tag, value, length = walk_item(data, at, stop)
        if tag < 0:
            return int(tag)
        at = value + length
        if tag == 1:
            return int(at) if length == 2 else _NO


@njit(cache=True)  # type: ignore[untyped-decorator]
def _sums(data: Bytes, start: int, stop: int) -> tuple[int, int]:
    """Sums of the bytes at even and at odd distance from `start`."""
    even, odd = 0, 0
    for i in range(start, stop - 1, 2):
        even += data[i]
        odd += data[i + 1]
    if (stop - start) & 1:
        even += data[stop - 1]
    return even, odd


@njit(cache=True)  # type: ignore[untyped-decorator]
def _verifies(data: Bytes, start: int, stop: int) -> bool:
    even, odd = _sums(data, start, stop - 2)
    return bool(((even << 8) + odd) & 0xFFFF == (int(data[stop - 2]) << 8 | int(data[stop - 1])))


@njit(cache=True)  # type: ignore[untyped-decorator]
def _length_byte(length: int, size: int, index: int) -> int:
    """Byte `index` of a BER length written in `size` bytes."""
    if size == 1:
        return length
    if index == 0:
        return 0x80 | (size - 1)
    return (length >> (8 * (size - 1 - index))) & 0xFF


@njit(cache=True)  # type: ignore[untyped-decorator]
def _verifies_under(data: Bytes, body: int, stop: int, code: int, size: int) -> bool:
    """Whether the items verify under a whole key and a right length of `size` bytes."""
    length = stop - body
    if (size == 1 and length > 0x7F) or (size > 1 and length >= 1 << (8 * (size - 1))):
        return False
    high, low = _sums(KEYS[code], 0, _KEY)
    for i in range(size):
        if i & 1:
            low += _length_byte(length, size, i)
        else:
            high += _length_byte(length, size, i)
    even, odd = _sums(data, body, stop - 2)
    if size & 1:
        even, odd = odd, even
    total = ((high + even) << 8) + low + odd
    return bool(total & 0xFFFF == (int(data[stop - 2]) << 8 | int(data[stop - 1])))


@njit(cache=True)  # type: ignore[untyped-decorator]
def _time_at(data: Bytes, at: int, stop: int) -> bool:
    """Whether a set may begin here: its first item is its time, eight bytes long."""
    return bool(at + 1 < stop and data[at] == 2 and data[at + 1] == 8)


@njit(cache=True)  # type: ignore[untyped-decorator]
def _label_at(data: Bytes, at: int, stop: int) -> int:
    """Number of the key at `at`, `UNKNOWN_CODE` for another universal label, `_NO` for none."""
    if at + _KEY > stop or data[at] != 0x06 or data[at + 1] != 0x0E or data[at + 2] != 0x2B or data[at + 3] != 0x34:
        return _NO
    for code in range(UNKNOWN_CODE):
        same = True
        for i in range(4, _KEY):
            if data[at + i] != KEYS[code, i]:
                same = False
                break
        if same:
            return code
    return UNKNOWN_CODE


@njit(cache=True)  # type: ignore[untyped-decorator]
def _mend_length(data: Bytes, start: int, stop: int, code: int) -> tuple[int, int]:
    """First item and end of a set whose key is whole but whose length is wrong; (`_NO`, 0) where nothing verifies."""
    for size in range(1, 5):
        body = start + _KEY + size
        # Sets begin with their time; without this the sum, being linear, would pass shifted items too easily.
        if not _time_at(data, body, stop):
            continue
        end = _walk(data, body, min(stop, body + _MAX_MEND))
        if end < 0:
            continue
        # Where the length is right it is the items that are damaged, and nothing is to be tried on them.
        wrong = False
        for i in range(size):
            wrong = wrong or data[start + _KEY + i] != _length_byte(end - body, size, i)
        if wrong and _verifies_under(data, body, end, code, size):
            return body, end
    return _NO, 0


@njit(cache=True)  # type: ignore[untyped-decorator]
def _mend_key(data: Bytes, gap: int, body: int, stop: int) -> tuple[int, int, int]:
    """Start, end and standard of a set whose items begin at `body` behind a damaged or shortened key.

    `gap` is where the bytes begin that belong to no packet. The start is `_NO` where nothing verifies, `_WAIT` where
    the set goes on past `stop`.
    """
    end = _walk(data, body, min(stop, body + _MAX_MEND))
    if end < 0:
        return (_WAIT if end == _WAIT and stop < body + _MAX_MEND else _NO), 0, 0
    length = end - body
    shortest = 1
    while (shortest == 1 and length > 0x7F) or (shortest > 1 and length >= 1 << (8 * (shortest - 1))):
        shortest += 1
    size = shortest
    for other in range(shortest + 1, 5):
        # A longer form of the length counts only where it stands there as it should.
        whole = body - other >= gap
        for i in range(other):
            whole = whole and data[body - other + i] == _length_byte(length, other, i)
        if whole:
            size = other
    for code in (ST0601_CODE, ST0903_CODE):
        if _verifies_under(data, body, end, code, size):
            return _damaged_start(data, gap, body, code, size, length), end, code
    return _NO, 0, 0


@njit(cache=True)  # type: ignore[untyped-decorator]
def _damaged_start(  # noqa: PLR0917 - compiled
    data: Bytes, gap: int, body: int, code: int, size: int, length: int
) -> int:
    """Where a damaged key begins: with all its bytes where most are right, else what is left of its end."""
    same, run, broken = 0, 0, False
    for back in range(1, _KEY + size + 1):
        at = body - back
        if at < gap:
            break
        index = _KEY + size - back
        right = KEYS[code, index] if index < _KEY else _length_byte(length, size, index - _KEY)
        if data[at] == right:
            same += 1
        else:
            broken = True
        if not broken:
            run += 1
    if same >= _KEY + size - 6 and body - _KEY - size >= gap:
        return body - _KEY - size
    return body - run


@njit(cache=True)  # type: ignore[untyped-decorator]
def _next_packet(data: Bytes, at: int, limit: int, verified: bool) -> int:
    """Where the next packet begins before `limit`, `limit` for nowhere; with `verified`, one that proves itself."""
    gap, stop = at, data.size
    while at < limit and at + _SHORTEST <= stop:
        code = _label_at(data, at, stop)
        if 0 <= code < UNKNOWN_CODE:
            if not verified:
                return at
            length, size = length_at(data, at + _KEY, stop)
            end = at + _KEY + size + length
            if size > 0 and code in (ST0601_CODE, ST0903_CODE) and end <= stop and _verifies(data, at, end):
                return at
        elif _time_at(data, at, stop):
            start, _, _ = _mend_key(data, gap, at, stop)
            if start > gap:
                return int(start)
        at += 1
    return limit


@njit(cache=True)  # type: ignore[untyped-decorator]
def _ends_well(data: Bytes, at: int, stop: int, final: bool) -> int:
    """1 where a packet that ends at `at` is followed by another or by nothing, 0 where not, `_WAIT` if unknown yet."""
    if at == stop:
        return 1
    if at + 4 > stop:
        return 0 if final else _WAIT
    return int(data[at] == 0x06 and data[at + 1] == 0x0E and data[at + 2] == 0x2B and data[at + 3] == 0x34)


@njit(cache=True)  # type: ignore[untyped-decorator]
def _frame(  # noqa: PLR0917 - compiled
    data: Bytes, start: int, stop: int, code: int, final: bool, row: Rows
) -> int:
    """Fill `row` with the packet whose label stands at `start`: 1 done, 0 none after all, `_WAIT` more bytes needed."""
    summed = code in (ST0601_CODE, ST0903_CODE)
    length, size = length_at(data, start + _KEY, stop)
    if size == _WAIT and not final:
        return _WAIT
    body = start + _KEY + max(size, 1)
    end = body + length
    row[START], row[STANDARD], row[MENDED] = start, code, 0
    row[BODY], row[STOP], row[BODY_STOP] = body, end, end
    complete = size > 0 and end <= stop
    if complete and summed:
        closed = length >= 4 and data[end - 4] == 1 and data[end - 3] == 2
        if closed and _verifies(data, start, end):
            row[VERDICT] = GOOD
            return 1
    if summed:
        mended, mended_end = _mend_length(data, start, stop, code)
        if mended >= 0:
            row[BODY], row[STOP], row[BODY_STOP] = mended, mended_end, mended_end
            row[VERDICT], row[MENDED] = GOOD, LENGTH_MENDED
            return 1
    elif code == UNKNOWN_CODE:
        for guess in range(1, 5):
            if not _time_at(data, start + _KEY + guess, stop):
                continue
            first, last, known = _mend_key(data, start, start + _KEY + guess, stop)
            if first >= 0:
                row[BODY], row[STOP], row[BODY_STOP] = start + _KEY + guess, last, last
                row[STANDARD], row[VERDICT], row[MENDED] = known, GOOD, KEY_MENDED
                return 1
        if not complete:
            return 0 if size == _NO or final else _WAIT
        row[VERDICT] = ABSENT
        return int(_ends_well(data, end, stop, final))
    if complete:
        well = _ends_well(data, end, stop, final)
        if well == _WAIT:
            return _WAIT
        row[VERDICT] = BAD if summed else ABSENT
        cut = _next_packet(data, start + 1, end, well == 1)
        if cut < end:
            row[STOP], row[BODY_STOP], row[VERDICT] = cut, cut, BAD
        elif summed and well == 1 and _exact_without_sum(data, body, end):
            row[VERDICT] = ABSENT
        return 1
    # The length cannot be trusted or the rest has not come: the packet ends where another proves that it begins.
    cut = _next_packet(data, start + 1, stop, not final)
    if cut == stop and not final and (size > 0 or stop - start < _MAX_MEND):
        return _WAIT
    row[BODY] = min(body, cut)
    row[STOP], row[BODY_STOP], row[VERDICT] = cut, cut, BAD
    return 1


@njit(cache=True)  # type: ignore[untyped-decorator]
def _exact_without_sum(data: Bytes, body: int, end: int) -> bool:
    """Whether the items fill the packet exactly and none of them is a checksum."""
    at = body
    while at < end:
        tag, value, length = walk_item(data, at, end)
        if tag < 0 or tag == 1:
            return False
        at = value + length
    return True


@njit(cache=True)  # type: ignore[untyped-decorator]
def scan(data: Bytes, final: bool, rows: Rows) -> tuple[int, int, int]:
    """Fill `rows` with the packets of `data`; returns how many, how far the bytes are used up, and where a gap began.

    The bytes from the second number on are to be offered again with more behind them; those from the third number to
    the second belonged to no packet. With `final` nothing more will come and everything is used up. Stops when `rows`
    (shape (k, 8)) is full.
    """
    stop = data.size
    at, gap, count = 0, 0, 0
    last = stop - 2 if final else stop - _SHORTEST
    while at <= last and count < rows.shape[0]:
        row = rows[count]
        code = _label_at(data, at, stop)
        found = 0
        if code >= 0:
            found = _frame(data, at, stop, code, final, row)
        elif _time_at(data, at, stop):
            start, end, known = _mend_key(data, gap, at, stop)
            if start >= 0:
                row[START], row[STOP], row[BODY], row[BODY_STOP] = start, end, at, end
                row[STANDARD], row[VERDICT], row[MENDED] = known, GOOD, KEY_MENDED
                found = 1
            elif start == _WAIT and not final:
                found = _WAIT
        if found == _WAIT:
            break
        if found:
            row[STEPPED_OVER] = row[START] - gap
            at = gap = row[STOP]
            count += 1
        else:
            at += 1
    if final and count < rows.shape[0]:
        return count, stop, gap
    # What may be the front of a damaged key is kept back with what follows it.
    used = max(gap, at - _KEY - 5)
    return count, used, gap


@njit(cache=True)  # type: ignore[untyped-decorator]
def locate(data: Bytes, starts: Rows, rows: Rows) -> None:
    """Fill `rows` anew for packets that were cut out before, at `starts` (one more than there are packets)."""
    found = np.zeros((1, rows.shape[1]), dtype=np.int64)
    for i in range(rows.shape[0]):
        begin, stop = starts[i], starts[i + 1]
        count, _, _ = scan(data[begin:stop], True, found)
        if count and found[0, START] == 0:
            rows[i] = found[0]
            for column in (START, STOP, BODY, BODY_STOP):
                rows[i, column] += begin
        else:
            rows[i, STANDARD], rows[i, VERDICT] = UNKNOWN_CODE, BAD
            rows[i, START], rows[i, STOP], rows[i, BODY], rows[i, BODY_STOP] = begin, stop, stop, stop
