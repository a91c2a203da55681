"""Sentences in the two languages of a survey: every reason and every product is given in both."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Language = Literal["en", "es"]


@dataclass(frozen=True)
class Bilingual:
    """The same sentence, or part of one, in English and in Spanish."""

    en: str
    es: str

    def text(self, language: Language) -> str:
        """In one of the two languages."""
        return self.es if language == "es" else self.en

    def __str__(self) -> str:
        return self.en
