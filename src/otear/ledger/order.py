"""Which entries of a log are missing, moved or there twice, told while its lines go by."""

from __future__ import annotations

from otear.domain.bilingual import Bilingual

_MOST_GAPS = 1000  # that are remembered: memory stays flat however badly a log was shuffled
_MOST_NAMED = 5


class Faults:
    """The first few faults in words, the rest as a number."""

    def __init__(self) -> None:
        self._named: list[Bilingual] = []
        self._count = 0

    def __bool__(self) -> bool:
        return self._count > 0

    def add(self, en: str, es: str) -> None:
        """One more."""
        self._count += 1
        if len(self._named) < _MOST_NAMED:
            self._named.append(Bilingual(en, es))

    def text(self) -> Bilingual:
        """All that is known of them."""
        more = self._count - len(self._named)
        en = [fault.en for fault in self._named] + ([f"And {more} more."] if more else [])
        es = [fault.es for fault in self._named] + ([f"Y {more} más."] if more else [])
        return Bilingual(" ".join(en), " ".join(es))


class Order:
    """Takes the sequence of one entry after the other; they should be 0, 1, 2 and so on."""

    def __init__(self) -> None:
        self.faults = Faults()
        self.expected = 0
        self._gaps: list[tuple[int, int]] = []  # from the first missing entry up to the one that was there

    def take(self, sequence: int, line: int) -> None:
        """The next entry, and the number of its line."""
        if sequence == self.expected:
            self.expected += 1
        elif sequence > self.expected:
            if len(self._gaps) < _MOST_GAPS:
                self._gaps.append((self.expected, sequence))
            else:
                self.faults.add(*_moved(sequence, line))
            self.expected = sequence + 1
        elif self._fills_gap(sequence):
            self.faults.add(*_moved(sequence, line))
        else:
            self.faults.add(
                f"Line {line}: entry {sequence} stands there again (duplicated).",
                f"Línea {line}: el asiento {sequence} está otra vez (duplicado).",
            )

    def finish(self) -> Faults:
        """All faults, now that no entry follows that could fill a gap."""
        for start, stop in self._gaps:
            which = str(start) if stop == start + 1 else f"{start} to {stop - 1}"
            cual = str(start) if stop == start + 1 else f"{start} a {stop - 1}"
            self.faults.add(f"Missing (dropped): entry {which}.", f"Falta (se quitó): asiento {cual}.")
        self._gaps = []
        return self.faults

    def _fills_gap(self, sequence: int) -> bool:
        for at, (start, stop) in enumerate(self._gaps):
            if start <= sequence < stop:
                rest = [(start, sequence), (sequence + 1, stop)]
                self._gaps[at : at + 1] = [gap for gap in rest if gap[0] < gap[1]]
                return True
        return False


def _moved(sequence: int, line: int) -> tuple[str, str]:
    return (
        f"Line {line}: entry {sequence} is not in its place (swapped or moved).",
        f"Línea {line}: el asiento {sequence} no está en su lugar (intercambiado o movido).",
    )
