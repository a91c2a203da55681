"""Checkpoints: those of public logs verify, ours are written the same way, and nothing else is taken for one."""

from __future__ import annotations

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from otear.errors import InputError
from otear.ledger.checkpoint import Checkpoint, Cosignature, cosign, merged, read_note, sign, verified
from otear.ledger.keys import PublicKey, public_key, signing_key

from .signers import HOST, IMPOSTOR, LOG, OTHER_LOG, UNIVERSITY, renamed

# A checkpoint of a public certificate log, as it was served on 23 May 2026 with the cosignatures of public witnesses.
PUBLIC_NOTE = """\
arche2025h1.staging.ct.transparency.dev
1432088532
U7WM79jrzyhGZ5/GUBTpM7NzwdyfFx61t3RovgcC4Ro=

— arche2025h1.staging.ct.transparency.dev zTM8sQAAAZ5W0WdjBAMARjBEAiBjW5IQf9pvsYLfQFX6hoGREPMHbdQ3urbllzalApkptQIgIpwtEroeW2BXaHAI4kJXFbon5Ch9MNL5zRNZ55lvGt0=
— arche2025h1.staging.ct.transparency.dev ui8GwCF1+kWqZrxGdhj4aX3gcw7XUlXQQabg/27lefwhUkzbC3NygNI75MdhL1bfTW9g8Ei59RA23oHP7Ry1k3ZFWwQ=
— transparency.dev/DEV:witness-little-garden 2AQqhwAAAABqEiEgzgFIqqhbUoDwjMWE6UP8nd8/KYTzwZ2rhIgcqoXHAwVkjZr4AscylP3v7sEodkRAErumC2q44vdgJY096st5BQ==
— witness1.smartit.nu/witness1 pIyCDwAAAABqEiEghIp82KWebrw7/oHQwlTAm3g2RKS4+eebl8eO0WH+/iEcxZ75W3u5hNI7TOQtmJbqmNWVuE0tgh0XwzdZsDsUAQ==
— remora.n621.de 2net5wAAAABqEiEgPlfF3V06o0Y+fHM+J5J9s27wgxxcOVSpZ/2g/KSiXCg9DEZI+aVCIobWX9sXTynk5XeU/zZ0WBxtqB0DrAWfBw==
— witness.stagemole.eu Z/euoAAAAABqEiEgw0i+7g2ENfDAWHmtRzCfKTHSDwYDJA2NmKeGi9Y8FtEyOUvVr+AJmIY/2TUFucgKi7lI7cUiOvKFYe/TmN9DAg==
"""  # noqa: E501
PUBLIC_LOG = public_key("arche2025h1.staging.ct.transparency.dev+ba2f06c0+AU0vHmlGCS/PdN8b2OaGmKprLI8HKM+dJ472xgFYh15f")
PUBLIC_WITNESSES = [
    PublicKey(name, base64.b64decode(key)[1:])  # published with type 0x04 before the key
    for name, key in [
        ("transparency.dev/DEV:witness-little-garden", "BCtusOxINQNUTN5Oj8HObRkh2yHf/MwYaGX4CPdiVEPM"),
        ("witness1.smartit.nu/witness1", "BPSFWg9G6KPiO7QPryYO5Xq4oYJJ+kAvLKLSimDhoxMO"),
        ("remora.n621.de", "BOvN63jn/bLvkieywe8R6UYAtVtNbZpXh34x7onlmtw2"),
        ("witness.stagemole.eu", "BEqSG3yu9YrmcM3BHvQYTxwFj3uSWakQepafafpUqklv"),
    ]
]
CHECKPOINT = Checkpoint("otear/log-a", 7, bytes(range(32)))
NOTE = sign(CHECKPOINT, LOG)
COSIGNED = cosign(NOTE, HOST, 1_767_323_045_999_999)


def test_a_public_logs_checkpoint_and_its_witnesses_verify() -> None:
    seen = verified(PUBLIC_NOTE, PUBLIC_LOG, PUBLIC_WITNESSES)
    assert seen.checkpoint.size == 1_432_088_532
    assert [witness.witness for witness in seen.witnesses] == [key.name for key in PUBLIC_WITNESSES]
    assert {witness.time_us for witness in seen.witnesses} == {0x6A122120 * 1_000_000}
    assert seen.unknown == 1  # the log's other signature, of a kind for certificate logs alone


def test_a_public_logs_checkpoint_of_another_size_does_not() -> None:
    with pytest.raises(InputError, match="does not belong to this checkpoint"):
        verified(PUBLIC_NOTE.replace("1432088532", "1432088533"), PUBLIC_LOG)


def test_keys_and_signatures_are_those_of_the_reference_implementation() -> None:
    """The key and signature that the documentation of Go's `golang.org/x/mod/sumdb/note` shows."""
    key = signing_key("PRIVATE+KEY+PeterNeumann+c74f20a3+AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz")
    text = "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n"
    line = base64.b64encode(key.public.short_hash + key.sign(text.encode())).decode()
    assert line == ("x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=")


def test_a_note_is_written_like_this() -> None:
    lines = COSIGNED.split("\n")
    assert lines[:4] == ["otear/log-a", "7", "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=", ""]
    assert lines[4].startswith("— otear/log-a ")
    assert lines[5].startswith("— host.example/witness ")
    assert lines[6:] == [""]
    assert read_note(COSIGNED).text == COSIGNED


def test_a_checkpoint_and_its_witnesses_come_back() -> None:
    twice = cosign(COSIGNED, UNIVERSITY, 1_767_323_050_000_000)
    seen = verified(twice, LOG.public, [HOST.public, UNIVERSITY.public])
    assert seen.checkpoint == CHECKPOINT
    assert seen.witnesses == (
        Cosignature("host.example/witness", 1_767_323_045_000_000),
        Cosignature("university.example/witness", 1_767_323_050_000_000),
    )


def test_unknown_signatures_are_passed_over() -> None:
    seen = verified(COSIGNED, LOG.public)
    assert (seen.witnesses, seen.unknown) == ((), 1)


def test_a_witness_that_signed_twice_counts_once_at_its_latest_time() -> None:
    again = cosign(cosign(COSIGNED, HOST, 1_800_000_000_000_000), HOST, 1_700_000_000_000_000)
    assert verified(again, LOG.public, [HOST.public]).witnesses == (
        Cosignature("host.example/witness", 1_800_000_000_000_000),
    )


@pytest.mark.parametrize("key", [OTHER_LOG.public, IMPOSTOR.public], ids=["another log", "another key, same name"])
def test_a_note_without_the_logs_signature_is_refused(key: PublicKey) -> None:
    with pytest.raises(InputError, match="not signed with the key of the log") as caught:
        verified(NOTE, key, source="checkpoint.txt")
    assert key.name in str(caught.value)
    assert caught.value.source == "checkpoint.txt"


def test_a_known_witnesss_false_signature_discredits_the_note() -> None:
    other = cosign(sign(Checkpoint("otear/log-a", 8, bytes(32)), LOG), HOST, 0)
    forged = NOTE + other.splitlines(keepends=True)[-1]
    assert verified(forged, LOG.public).unknown == 1
    with pytest.raises(InputError, match=r"witness 'host\.example/witness'"):
        verified(forged, LOG.public, [HOST.public])


def test_the_same_key_signs_apart_as_log_and_as_witness() -> None:
    """A cosignature is no log signature, and a log's key is no witness of its own."""
    self_witness = renamed(LOG, "otear/other-name")
    with pytest.raises(InputError, match="log's own"):
        verified(cosign(NOTE, self_witness, 0), LOG.public, [self_witness.public])
    only_cosigned = cosign(NOTE, LOG, 0).replace(NOTE.splitlines(keepends=True)[-1], "")
    with pytest.raises(InputError, match="not signed with the key of the log"):
        verified(only_cosigned, LOG.public)


def test_a_key_signs_only_the_log_of_its_name() -> None:
    with pytest.raises(InputError, match="cannot be signed"):
        sign(CHECKPOINT, OTHER_LOG)
    body = CHECKPOINT.body
    signature = base64.b64encode(OTHER_LOG.public.short_hash + OTHER_LOG.sign(body.encode())).decode()
    with pytest.raises(InputError, match="is of the log 'otear/log-a'"):
        verified(f"{body}\n— {OTHER_LOG.name} {signature}\n", OTHER_LOG.public)


@given(st.integers(0, 8 * len(COSIGNED.encode()) - 1))
def test_no_changed_bit_verifies(bit: int) -> None:
    data = bytearray(COSIGNED.encode())
    data[bit // 8] ^= 1 << bit % 8
    try:
        seen = verified(bytes(data).decode(), LOG.public, [HOST.public])
    except (InputError, UnicodeDecodeError):
        return
    assert seen.witnesses == ()  # its name or hash was hit, and its line is now that of an unknown key
    assert seen.checkpoint == CHECKPOINT


@given(st.text(max_size=200))
def test_text_that_is_no_note_is_refused(text: str) -> None:
    with pytest.raises(InputError):
        read_note(text)


@pytest.mark.parametrize(
    "text",
    [
        NOTE.replace("\n", "\r\n"),
        "\ufeff" + NOTE.replace("otear/log-a\n7", "\notear/log-a\n7"),
        NOTE.removesuffix("\n"),
        NOTE + "\n",
        NOTE + " ",
        NOTE.replace("\n7\n", "\n07\n"),
        NOTE.replace("\n7\n", "\n-7\n"),
        NOTE.replace("\n7\n", "\n٧\n"),
        NOTE.replace("\n\n", "\nan extension\n\n"),
        NOTE.replace("Hh8=", "Hh9="),
        NOTE.replace("\n7\n", f"\n7\n{'A' * 300_000}\n"),
        NOTE.replace("AAECAwQ", "AAECAw"),
        NOTE.replace("AAECAwQF", ""),
        NOTE.replace("— otear/log-a", "- otear/log-a"),
        NOTE.replace("— otear/log-a", "— otear log-a"),
        NOTE.replace("— otear/log-a", "— otear+log-a"),
        NOTE.replace("otear/log-a\n", "\ud800\n"),
        CHECKPOINT.body,
        CHECKPOINT.body + "\n",
        CHECKPOINT.body + "\n— otear/log-a AAAA\n",
        "",
    ],
)
def test_a_note_in_any_other_form_is_refused(text: str) -> None:
    with pytest.raises(InputError, match="is not a signed checkpoint") as caught:
        read_note(text, source="note.txt")
    assert caught.value.source == "note.txt"


def test_signatures_of_two_notes_of_one_checkpoint_are_put_together() -> None:
    other = cosign(NOTE, UNIVERSITY, 5_000_000)
    both = merged(COSIGNED, other)
    assert len(read_note(both).signatures) == 3
    assert merged(both, COSIGNED) == both
    with pytest.raises(InputError, match="different checkpoints"):
        merged(COSIGNED, sign(Checkpoint("otear/log-a", 8, bytes(32)), LOG))


def test_a_time_that_cannot_be_stated_is_refused() -> None:
    with pytest.raises(InputError, match="no time"):
        cosign(NOTE, HOST, -1)
