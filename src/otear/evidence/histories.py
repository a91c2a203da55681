"""Which evidence belongs to which site, as a history of changes: nothing is deleted, so that everything can be undone.

Each piece of evidence belongs to exactly one site at any time, whatever was merged, split and undone. What stands is
what the changes give that are not undone, in their order; a change that has lost its object does nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256

from otear.errors import InputError


@dataclass(frozen=True)
class Seen:
    """A piece of evidence joins a site, which is born if there is none of that name."""

    change_id: str
    piece: str
    site: str


@dataclass(frozen=True)
class Merged:
    """All that belongs to a site belongs to another one from now on, its name included."""

    change_id: str
    site: str
    into: str


@dataclass(frozen=True)
class Split:
    """Some pieces of a site are another site."""

    change_id: str
    site: str
    pieces: frozenset[str]
    new: str


@dataclass(frozen=True)
class Undone:
    """An earlier change is taken back; taken back itself, it counts again."""

    change_id: str
    undoes: str


Change = Seen | Merged | Split | Undone


def site_name(first: str) -> str:
    """The name of the site that a piece of evidence, or a split, gave birth to: the same when it is ingested again."""
    return f"s-{sha256(first.encode()).hexdigest()[:16]}"


def checked(changes: Sequence[Change], new: Change) -> None:
    """Raises `InputError` for a change that may not follow these: a name that was used, a site or change that there
    never was, or evidence that would be lost."""
    names = {one.change_id: one for one in changes}
    if new.change_id in names:
        raise _fault(f"change {new.change_id} is there already", "change_id", "Give each change a name of its own")
    if isinstance(new, Undone):
        if new.undoes not in names:
            raise _fault(f"there is no change {new.undoes} to undo", "undoes", "Name one of the site's history")
        if isinstance(names[new.undoes], Seen):
            raise _fault("evidence cannot be undone", "undoes", "Review the site instead: it keeps what was seen")
    sites = {name for one in changes for name in _named(one)}
    if isinstance(new, Merged | Split) and new.site not in sites:
        raise _fault(f"there is no site {new.site}", "site", "`otear sites list` shows what there is")
    if isinstance(new, Merged) and new.into not in sites:
        raise _fault(f"there is no site {new.into}", "into", "`otear sites list` shows what there is")
    if isinstance(new, Split) and new.new in sites:
        raise _fault(f"there is a site {new.new} already", "new", "Give the new site a name of its own")


def standing(changes: Sequence[Change]) -> dict[str, frozenset[str]]:
    """The pieces of every site that stands, by its name."""
    owner: dict[str, str] = {}
    known_as: dict[str, str] = {}
    for change in _counting(changes):
        match change:
            case Seen(_, piece, site):
                owner.setdefault(piece, _root(site, known_as))
            case Merged(_, site, into):
                old, new = _root(site, known_as), _root(into, known_as)
                if old != new:
                    known_as[old] = new
                    owner = {piece: new if whose == old else whose for piece, whose in owner.items()}
            case Split(_, site, pieces, new):
                whole = _root(site, known_as)
                parting = {piece for piece in pieces if owner.get(piece) == whole}
                # A site that would be left with nothing keeps its name instead.
                if parting and any(whose == whole and piece not in parting for piece, whose in owner.items()):
                    owner |= dict.fromkeys(parting, new)
    sites: dict[str, set[str]] = {}
    for piece, site in owner.items():
        sites.setdefault(site, set()).add(piece)
    return {site: frozenset(pieces) for site, pieces in sorted(sites.items())}


def stands_as(site: str, changes: Sequence[Change]) -> str:
    """The name under which a site stands: its own, or that of the one it was merged into."""
    known_as: dict[str, str] = {}
    for change in _counting(changes):
        if isinstance(change, Merged):
            old, new = _root(change.site, known_as), _root(change.into, known_as)
            if old != new:
                known_as[old] = new
    return _root(site, known_as)


def _counting(changes: Sequence[Change]) -> list[Change]:
    """The changes that are not undone; an undoing that is undone itself undoes nothing."""
    undone: set[str] = set()
    counting: list[Change] = []
    for change in reversed(changes):
        if change.change_id in undone:
            continue
        if isinstance(change, Undone):
            undone.add(change.undoes)
        else:
            counting.append(change)
    return counting[::-1]


def _root(site: str, known_as: dict[str, str]) -> str:
    while site in known_as:
        site = known_as[site]
    return site


def _named(change: Change) -> tuple[str, ...]:
    match change:
        case Seen(_, _, site):
            return (site,)
        case Split(_, _, _, new):
            return (new,)
        case _:
            return ()


def _fault(problem: str, field: str, remedy: str) -> InputError:
    return InputError(problem, field=field, remedy=remedy)
