"""What reviews of a site come to: they hold for the evidence that they were given on, and for no more."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from otear.domain.sites import Review, State, Verdict


@dataclass(frozen=True)
class Judged:
    """The reviews of a site: `present` are the last of each person on the evidence as it stands, `earlier` all on less,
    oldest first. `agreed` is the verdict that counts, None while there is none."""

    present: tuple[Review, ...]
    earlier: tuple[Review, ...]
    agreed: Verdict | None

    @property
    def state(self) -> State:
        """How far the site has come."""
        return State.OPEN if self.agreed is None else State(self.agreed.value)

    @property
    def disagreed(self) -> bool:
        """Whether reviewers said different things of the same evidence."""
        return len({one.verdict for one in self.present}) > 1

    def shown_to(self, person: str) -> tuple[tuple[Review, ...], int]:
        """The present reviews that somebody may see, and how many he may not: of a site that is open a person sees what
        others say once he has said his own. A second reader who knows the first one's answer is no second reader."""
        own = tuple(one for one in self.present if same_person(one.by, person))
        if own or self.agreed is not None:
            return self.present, 0
        return (), len(self.present)


def judged(reviews: Sequence[Review], pieces: frozenset[str], passes: frozenset[str], readers: int) -> Judged:
    """What the reviews of a site, oldest first, come to, where `pieces` are its cues and reports today, `passes` the
    recordings that speak for or against it, and so many `readers` must agree. With more evidence it is open again."""
    present: dict[str, Review] = {}
    earlier: list[Review] = []
    for one in reviews:
        if one.pieces == pieces and passes <= one.passes:
            present[_known_as(one.by)] = one
        else:
            earlier.append(one)
    verdicts = [one.verdict for one in present.values()]
    agreed = verdicts[0] if len(verdicts) >= readers and len(set(verdicts)) == 1 else None
    return Judged(tuple(present.values()), tuple(earlier), agreed)


def same_person(one: str, other: str) -> bool:
    """Whether two names are one person's: capitals and spaces do not make another one."""
    return _known_as(one) == _known_as(other)


def _known_as(name: str) -> str:
    return " ".join(name.casefold().split())
