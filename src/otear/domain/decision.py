"""A decision: whether something may be done, by which rule, from which fact, and what would make it allowed."""

from __future__ import annotations

from dataclasses import dataclass

from otear.domain.bilingual import Bilingual
from otear.errors import RefusedError

NOTHING = Bilingual("", "")


@dataclass(frozen=True)
class Decision:
    """`rule` is the name of the term or policy that decided, as it is written in docs/authority.md.

    `because` names the fact. `would_be_allowed_if` says what would turn a refusal; it is empty where `allowed`.
    """

    allowed: bool
    rule: str
    because: Bilingual
    would_be_allowed_if: Bilingual = NOTHING

    def enforce(self) -> None:
        """Go on where it is allowed. Raises `RefusedError` where it is not."""
        if not self.allowed:
            raise self.refusal()

    def refusal(self) -> RefusedError:
        """This decision as the error that stops the work."""
        return RefusedError(
            rule=self.rule,
            because=self.because.en,
            would_be_allowed_if=self.would_be_allowed_if.en,
            spanish=(self.because.es, self.would_be_allowed_if.es),
        )


def allowed(rule: str, en: str, es: str) -> Decision:
    """Yes, by this rule, because of this."""
    return Decision(True, rule, Bilingual(en, es))


def refused(rule: str, because: Bilingual, would_be_allowed_if: Bilingual) -> Decision:
    """No, by this rule, because of this, unless that."""
    return Decision(False, rule, because, would_be_allowed_if)
