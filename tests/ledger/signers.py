"""Keys that tests sign with."""

from __future__ import annotations

from otear.ledger.keys import SigningKey, new_key

LOG = new_key("otear/log-a", bytes(range(32)))
OTHER_LOG = new_key("otear/log-b", bytes(range(1, 33)))
HOST = new_key("host.example/witness", bytes(range(2, 34)))
UNIVERSITY = new_key("university.example/witness", bytes(range(3, 35)))
IMPOSTOR = new_key("otear/log-a", bytes(range(4, 36)))


def renamed(key: SigningKey, name: str) -> SigningKey:
    return SigningKey(name, key.private)
