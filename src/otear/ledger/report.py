"""What a verification found, in both languages: each check, what they prove together, and what they do not."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from otear.domain.bilingual import Bilingual, Language
from otear.domain.times import utc_text
from otear.ledger.checkpoint import Cosignature

_VALID = Bilingual("VALID: every check passed.", "VÁLIDO: se cumplieron todas las comprobaciones.")
_NOTHING = Bilingual("Nothing, because a check failed.", "Nada, porque falló una comprobación.")
_COVERED = Bilingual("Entries covered: {}. Root (SHA-256): {}", "Asientos cubiertos: {}. Raíz (SHA-256): {}")
_CHECKS = Bilingual("Checks", "Comprobaciones")
_PASSED = Bilingual("passed", "cumplida")
_FAILED = Bilingual("FAILED", "FALLÓ")
_PROVED = Bilingual("What this proves", "Lo que esto prueba")
_NOT_PROVED = Bilingual("What this does NOT prove", "Lo que esto NO prueba")


@dataclass(frozen=True)
class Check:
    """One question that was answered; `name` is its slug in docs/ledger.md, `detail` says what was found and where."""

    name: str
    passed: bool
    detail: Bilingual


@dataclass(frozen=True)
class Report:
    """All that was checked of a log or of a proof.

    `kind` is "log" or "proof". `entries` and `root_hex` are what the checkpoint covers, 0 and "" where none could be
    read. `proved` holds only where every check passed.
    """

    kind: str
    checks: tuple[Check, ...]
    entries: int
    root_hex: str
    witnesses: tuple[Cosignature, ...]
    proved: tuple[Bilingual, ...]
    not_proved: tuple[Bilingual, ...]

    @property
    def valid(self) -> bool:
        """Whether something was checked and all of it passed."""
        return bool(self.checks) and all(check.passed for check in self.checks)

    @property
    def failed(self) -> tuple[Check, ...]:
        """The checks that did not pass."""
        return tuple(check for check in self.checks if not check.passed)

    def document(self, language: Language) -> dict[str, Any]:
        """For programs: times in UTC, texts in one language."""
        return {
            "kind": self.kind,
            "valid": self.valid,
            "entries": self.entries,
            "root": self.root_hex,
            "witnesses": [{"name": seen.witness, "time": utc_text(seen.time_us)} for seen in self.witnesses],
            "checks": [
                {"name": check.name, "passed": check.passed, "detail": check.detail.text(language)}
                for check in self.checks
            ],
            "proved": [sentence.text(language) for sentence in self._proved()],
            "not_proved": [sentence.text(language) for sentence in self.not_proved],
        }

    def text(self, language: Language) -> str:
        """For people: the answer first, then how it was found, what it proves and what it does not."""
        lines = [self._answer().text(language)]
        if self.root_hex:
            lines.append(_COVERED.text(language).format(self.entries, self.root_hex))
        lines += ["", _CHECKS.text(language)]
        for check in self.checks:
            mark = (_PASSED if check.passed else _FAILED).text(language)
            lines.append(f"  {mark:<8} {check.name}: {check.detail.text(language)}")
        for title, sentences in ((_PROVED, self._proved() or (_NOTHING,)), (_NOT_PROVED, self.not_proved)):
            lines += ["", title.text(language), *(f"  - {sentence.text(language)}" for sentence in sentences)]
        return "\n".join(lines) + "\n"

    def _answer(self) -> Bilingual:
        if self.valid:
            return _VALID
        failed, total = len(self.failed), len(self.checks)
        return Bilingual(
            f"NOT VALID: {failed} of {total} checks failed.",
            f"NO VÁLIDO: comprobaciones que fallaron: {failed} de {total}.",
        )

    def _proved(self) -> tuple[Bilingual, ...]:
        return self.proved if self.valid else ()
