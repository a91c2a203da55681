"""The account of a site in words that a lawyer can follow: what each pass showed, and how far that moves belief.

What it says is in the JSON of an account, too (`site_documents`).
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from otear.detect.odds import probability
from otear.domain.evidence import Line
from otear.domain.sites import Review
from otear.domain.times import utc_text
from otear.evidence.worth import Step
from otear.workflow.site_accounts import Account
from otear.workflow.site_documents import NO_PROOF, running

_STRENGTHS = ((1.05, "says next to nothing"), (2.0, "speaks a little"), (10.0, "speaks"), (np.inf, "speaks strongly"))
"""Up to which factor on the odds a line is called what."""
_STEPS = {
    Step.HAND_OVER: "prepare a hand-over",
    Step.REVIEW: "let a person review it",
    Step.LOOK: "look again",
    Step.LEAVE: "nothing",
}


def words(account: Account, person: str) -> list[str]:
    """The account as sentences, one a line; an empty one parts them."""
    return [
        *_head(account),
        "",
        "What is known, and how far it moves belief",
        *_lines(account),
        "",
        "What does not count",
        *_uncounted(account),
        "",
        "What was not covered",
        *_uncovered(account),
        "",
        "What people say",
        *_reviews(account, person),
        "",
        f"Worth doing next: {_STEPS[account.next.step]} (worth {account.next.worth:.3f} of a confirmed hand-over).",
        "",
        NO_PROOF,
    ]


def _head(account: Account) -> Iterator[str]:
    place, ellipse = account.place, account.ellipse
    kinds = sorted(account.belief.kinds.items(), key=lambda pair: -pair[1])[:3]
    state = account.judged.state.value.replace("_", " ")
    yield f"Site {account.site_id}: {state}, believed to be one with {percent(account.belief.posterior)}"
    if account.also_known_as:
        yield f"Also known as {', '.join(account.also_known_as)}"
    said = ", ".join(f"{kind.value.replace('_', ' ')} {percent(share)}" for kind, share in kinds)
    yield f"If it is one, it is likeliest: {said}"
    others = sorted(account.belief.others.items(), key=lambda pair: -pair[1])[:3]
    yield f"If it is none, it is likeliest: {', '.join(f'{name} {percent(share)}' for name, share in others)}"
    yield (
        f"Its middle: {place.lat:.6f}, {place.lon:.6f}  {place.mgrs}; nine times of ten within an ellipse of "
        f"{ellipse.semi_major_m:.0f} by {ellipse.semi_minor_m:.0f} m (half axes), the long one "
        f"{ellipse.azimuth_deg:.0f}° from north"
    )


def _lines(account: Account) -> Iterator[str]:
    conditions = {one.pass_id: one.condition for one in account.passes}
    for number, (line, after) in enumerate(running(account), start=1):
        if line.kind == "forecast":
            yield f"{number}. Before anything was seen, {percent(account.belief.prior)} of such places are sites."
            continue
        when = "" if line.time_us is None else f"{utc_text(line.time_us)}, "
        seen = f", {conditions[line.subject]}" if line.subject in conditions else ""
        yield f"{number}. {when}{_what(line)} {line.subject}{seen}: {line.why}."
        yield f"   This {strength(line.log_ratio)}: {odds(line.log_ratio)}. Belief is now {percent(after)}."
    stated = float(probability(sum(line.log_ratio for line in account.belief.lines)))
    if abs(stated - account.belief.posterior) > 5e-4:
        yield f"   Put right by what earlier outcomes were: {percent(account.belief.posterior)}."


def _what(line: Line) -> str:
    return {"cue": "recording", "miss": "recording", "report": "report"}[line.kind]


def _uncounted(account: Account) -> Iterator[str]:
    found = False
    for one in account.uncounted:
        found = True
        yield f"- {utc_text(one.time_us)}, {one.subject}: {one.why}."
    for line in account.belief.lines:
        if line.kind == "not counted":
            found = True
            yield f"- {line.subject}: {line.why}."
    left = len(account.pieces) - len(account.cues) - len(account.reports)
    if left:
        found = True
        yield f"- {left} cues or reports of this site may not be worked on now, or are purged."
    if account.withheld:
        found = True
        yield (
            f"- {account.withheld} recordings are left out: in quarantine, without authority in force, or purged. "
            "Whether they looked here is not told."
        )
    if not found:
        yield "- Nothing: all that there is counts."


def _uncovered(account: Account) -> Iterator[str]:
    if account.never > 0.0:
        yield f"- {percent(account.never)} of where the site may be was in no picture that may be worked on."
    else:
        yield "- All of where the site may be was in some picture."
    for one in account.looks:
        if one.hidden > 0.0:
            yield f"- Ground in front hid {percent(one.hidden)} of it from {one.footage_id}."
    for words_ in account.never_so:
        yield f"- Nobody ever looked there {words_}, in a way that counts."


def _reviews(account: Account, person: str) -> Iterator[str]:
    reviews, hidden = account.judged.shown_to(person)
    for one in account.judged.earlier:
        yield f"- {_said(one)} That was before there was more evidence, or of another whole."
    for one in reviews:
        yield f"- {_said(one)}"
    if account.judged.disagreed and not hidden:
        yield "- They do not agree; until they do, the site is open."
    if hidden:
        yield f"- {hidden} have judged this evidence; what they said is shown to you once you have said yours."
    if not (reviews or hidden or account.judged.earlier):
        yield "- Nobody has judged it yet."


def _said(one: Review) -> str:
    note = f" {one.note}" if one.note else ""
    return f"{utc_text(one.at_us)}, {one.by}: {one.verdict.value.replace('_', ' ')}.{note}"


def strength(log_ratio: float) -> str:
    """How strongly a line speaks, in words."""
    factor = float(np.exp(abs(log_ratio)))
    word = next(word for most, word in _STRENGTHS if factor <= most)
    return word if factor <= _STRENGTHS[0][0] else f"{word} {'for' if log_ratio > 0.0 else 'against'} a site"


def odds(log_ratio: float) -> str:
    """How far the odds move, in words."""
    factor = float(np.exp(abs(log_ratio)))
    if factor <= _STRENGTHS[0][0]:
        return "the odds stay as they are"
    return f"the odds are {'multiplied' if log_ratio > 0.0 else 'divided'} by {factor:.3g}"


def percent(share: float) -> str:
    """A share as people read it."""
    if 0.0 < share < 0.001 or 0.999 < share < 1.0:
        return "less than 0.1%" if share < 0.5 else "more than 99.9%"
    return f"{100.0 * share:.1f}%" if share < 0.1 or share > 0.99 else f"{100.0 * share:.0f}%"
