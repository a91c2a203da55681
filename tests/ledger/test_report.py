"""A report answers first, in both languages, and claims nothing where a check failed."""

from __future__ import annotations

import itertools

from otear.domain.bilingual import Bilingual
from otear.ledger.checkpoint import Cosignature
from otear.ledger.report import Check, Report
from otear.ledger.statements import not_proved

GOOD = Check("root", True, Bilingual("fits", "coincide"))
BAD = Check("sequence", False, Bilingual("Missing: entry 4.", "Falta: asiento 4."))


def report(*checks: Check) -> Report:
    return Report(
        kind="log",
        checks=checks,
        entries=9,
        root_hex="ab" * 32,
        witnesses=(Cosignature("host.example", 1_770_000_000_000_000),),
        proved=(Bilingual("It is whole.", "Está completa."),),
        not_proved=not_proved(key_given=True, witnessed=True, compared=False),
    )


def test_a_valid_report_says_what_is_proved() -> None:
    text = report(GOOD).text("en")
    assert text.startswith("VALID: every check passed.\nEntries covered: 9. Root (SHA-256): abab")
    assert "  passed   root: fits\n" in text
    assert "What this proves\n  - It is whole.\n" in text
    assert "What this does NOT prove\n  - " in text


def test_a_report_with_a_failure_proves_nothing() -> None:
    failed = report(GOOD, BAD)
    assert not failed.valid
    text = failed.text("es")
    assert text.startswith("NO VÁLIDO: comprobaciones que fallaron: 1 de 2.\n")
    assert "FALLÓ    sequence: Falta: asiento 4." in text
    assert "Está completa" not in text
    assert failed.document("es")["proved"] == []


def test_a_report_without_checks_is_not_valid() -> None:
    assert not report().valid


def test_a_document_is_for_programs() -> None:
    document = report(GOOD, BAD).document("es")
    assert document["valid"] is False
    assert document["entries"] == 9
    assert document["root"] == "ab" * 32
    assert document["witnesses"] == [{"name": "host.example", "time": "2026-02-02T02:40:00.000Z"}]
    assert document["checks"][1] == {"name": "sequence", "passed": False, "detail": "Falta: asiento 4."}


def test_what_is_not_proved_is_always_said() -> None:
    for key, witness, old in itertools.product([True, False], repeat=3):
        sentences = not_proved(key_given=key, witnessed=witness, compared=old)
        english = " ".join(sentence.en for sentence in sentences)
        for always in ("is true", "without being recorded", "operator's own clock", "after the checkpoint"):
            assert always in english
        assert ("WHOSE" in english) is not key
        assert ("shown the same log" in english) is not witness
        assert ("word of the witness" in english) is witness
        assert ("written anew" in english) is not (witness or old)
        assert len({sentence.es for sentence in sentences}) == len(sentences)
