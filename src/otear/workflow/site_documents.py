"""The account of a site as data: what `--json` prints, with the same keys for every site."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

from otear.detect.odds import probability
from otear.domain.evidence import Line
from otear.domain.sites import Review
from otear.domain.times import utc_text
from otear.workflow.site_accounts import Account

NO_PROOF = (
    "This account is no proof that there is a site, nor that there is none. Whether to act, and how, is for the "
    "competent authority of the host nation alone to decide."
)


def document(account: Account, person: str) -> dict[str, Any]:
    """An account as `--json` prints it, for somebody who may not see what others say before he has said his own."""
    belief = account.belief
    reviews, hidden = account.judged.shown_to(person)
    return {
        "site_id": account.site_id,
        "also_known_as": account.also_known_as,
        "kind": kind_of(account),
        "kinds": {kind.value: share for kind, share in sorted(belief.kinds.items(), key=lambda pair: -pair[1])},
        "if_none": dict(sorted(belief.others.items(), key=lambda pair: -pair[1])),
        "place": {**asdict(account.place), "ellipse": asdict(account.ellipse)},
        "posterior": belief.posterior,
        "prior": belief.prior,
        "state": account.judged.state,
        "evidence": [_evidence(account, line, after) for line, after in running(account)],
        "not_counted": [
            {"subject": one.subject, "time": utc_text(one.time_us), "why": one.why} for one in account.uncounted
        ]
        + [
            {"subject": line.subject, "time": None if line.time_us is None else utc_text(line.time_us), "why": line.why}
            for line in belief.lines
            if line.kind == "not counted"
        ],
        "not_covered": {
            "never_in_a_picture": None if account.withheld and account.never else account.never,
            "hidden": [
                {"look": _look(account, one.footage_id), "share": one.hidden} for one in account.looks if one.hidden
            ],
            "never": account.never_so,
        },
        "reviews": [_review(one) for one in reviews],
        "reviews_not_shown": hidden,
        "reviews_before": [_review(one) for one in account.judged.earlier],
        "next": {"step": account.next.step, "worth": account.next.worth},
        "passes_for": sum(line.kind == "cue" and line.log_ratio > 0.0 for line in belief.lines),
        "passes_against": sum(line.kind == "miss" and line.log_ratio < 0.0 for line in belief.lines),
        "pieces_withheld": len(account.pieces) - len(account.cues) - len(account.reports),
        "withheld": account.withheld,
        "decides": NO_PROOF,
    }


def kind_of(account: Account) -> str:
    """What a site is likeliest to be, if it is one."""
    return max(account.belief.kinds, key=lambda kind: account.belief.kinds[kind]).value


def running(account: Account) -> Iterator[tuple[Line, float]]:
    """Each line that counts, and the belief after it."""
    total = 0.0
    for line in account.belief.lines:
        if line.kind != "not counted":
            total += line.log_ratio
            yield line, float(probability(total))


def _review(one: Review) -> dict[str, Any]:
    return {"by": one.by, "time": utc_text(one.at_us), "verdict": one.verdict, "note": one.note}


def _evidence(account: Account, line: Line, after: float) -> dict[str, Any]:
    """One line of the account, with the cues, the miss or the report that it is about."""
    about: dict[str, Any] = {}
    if line.kind == "cue":
        about = {"cue": [cue.cue_id for cue in account.cues if cue.footage_id == line.subject]}
    elif line.kind == "miss":
        passed = next(one for one in account.passes if one.pass_id == line.subject)
        about = {"miss": {"pd": passed.pd, "condition": passed.condition}}
    elif line.kind == "report":
        about = {"report": line.subject}
    return {
        "look": _look(account, line.subject) if line.kind in {"cue", "miss"} else None,
        "kind": line.kind,
        "time": None if line.time_us is None else utc_text(line.time_us),
        **about,
        "llr": line.log_ratio,
        "why": line.why,
        "belief": after,
    }


def _look(account: Account, footage_id: str) -> str:
    """The look of a recording that saw most of a site, as `footage:number`."""
    numbers = [one.look for one in account.looks if one.footage_id == footage_id]
    numbers += [cue.look for cue in account.cues if cue.footage_id == footage_id and cue.look is not None]
    return f"{footage_id}:{numbers[0]}" if numbers else footage_id
