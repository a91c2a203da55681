"""Addresses as they are written everywhere else, and datagrams as they come."""

from __future__ import annotations

import pytest

from otear.errors import InputError
from otear.video.live.address import is_live, live_address
from otear.video.live.payload import Payload, payload_of

PACKETS = b"".join(bytes([0x47, 1, 0, 0x10 | n]) + bytes(184) for n in range(7))


@pytest.mark.parametrize(
    ("text", "host", "port", "multicast"),
    [
        ("udp://@:5000", "", 5000, False),
        ("udp://:5000", "", 5000, False),
        ("udp://127.0.0.1:5000", "127.0.0.1", 5000, False),
        ("udp://@239.1.2.3:5000", "239.1.2.3", 5000, True),
        ("udp://[::1]:5000", "::1", 5000, False),
        ("udp://@[ff15::1]:5000", "ff15::1", 5000, True),
        ("udp://camera.example:5000", "camera.example", 5000, False),
        ("srt://:9000?mode=listener", "", 9000, False),
    ],
)
def test_addresses_are_read(text: str, host: str, port: int, multicast: bool) -> None:
    address = live_address(text)
    assert (address.host, address.port, address.multicast) == (host, port, multicast)


def test_a_secret_is_in_the_url_and_not_in_the_label() -> None:
    address = live_address("srt://10.0.0.1:9000?mode=caller&passphrase=very%20secret&latency=80")
    assert address.label == "srt://10.0.0.1:9000"
    assert "passphrase=very+secret" in address.url
    assert "latency=80" in address.url
    assert live_address("udp://[::1]:5").label == "udp://[::1]:5"


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("http://camera/stream", "no link"),
        ("rtsp://camera:554/1", "no link"),
        ("udp://127.0.0.1", "no port"),
        ("udp://127.0.0.1:99999", "no address"),
        ("udp://[::1:5000", "no address"),
        ("srt://:port", "no address"),
    ],
)
def test_what_is_no_address_is_named_with_the_remedy(text: str, problem: str) -> None:
    assert is_live(text)
    with pytest.raises(InputError, match=problem) as caught:
        live_address(text)
    assert caught.value.source == text
    assert "udp://" in caught.value.remedy


def test_a_file_is_not_live() -> None:
    assert not is_live("flights/today.ts")


def rtp(payload: bytes, *, csrc: int = 0, extension: int | None = None, padding: int = 0, number: int = 7) -> bytes:
    first = 0x80 | (0x20 if padding else 0) | (0x10 if extension is not None else 0) | csrc
    head = bytes([first, 33]) + number.to_bytes(2, "big") + bytes(8) + bytes(4 * csrc)
    if extension is not None:
        head += b"\xbe\xde" + extension.to_bytes(2, "big") + bytes(4 * extension)
    return head + payload + (bytes(padding - 1) + bytes([padding]) if padding else b"")


def test_transport_packets_are_taken_as_they_are() -> None:
    assert payload_of(PACKETS) == Payload(PACKETS, 7)
    assert payload_of(PACKETS[:188]) == Payload(PACKETS[:188], 1)


@pytest.mark.parametrize("options", [{}, {"csrc": 2}, {"extension": 3}, {"padding": 4}, {"csrc": 1, "extension": 0}])
def test_rtp_is_unwrapped(options: dict[str, int]) -> None:
    assert payload_of(rtp(PACKETS, **options)) == Payload(PACKETS, 7, 7)


def test_a_damaged_sync_byte_among_good_ones_makes_nothing_else_of_it() -> None:
    damaged = bytearray(PACKETS)
    damaged[188] ^= 0x10
    assert payload_of(bytes(damaged)) == Payload(bytes(damaged), 7)


@pytest.mark.parametrize(
    "data",
    [b"", b"hello", b"\x80", b"\x80" + bytes(11), b"\x9f\x21" + bytes(20), PACKETS[:-1], PACKETS + b"x", bytes(1316),
     b"\xa0" + bytes(11) + PACKETS + b"\xff"],
)  # fmt: skip
def test_anything_else_is_kept_as_it_came(data: bytes) -> None:
    assert payload_of(data) == Payload(data, 0)
