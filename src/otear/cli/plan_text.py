"""A plan in words and tables."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from rich.table import Table

from otear.cli.output import uncut
from otear.domain.bilingual import Bilingual
from otear.domain.plan import Because, Plan
from otear.domain.times import utc_text

_DAY_US = 86_400_000_000


def certificate_facts(plan: Plan) -> dict[str, str]:
    """What a plan is worth, line by line."""
    one = plan.guarantee
    low, high = one.p_detect * (one.factor - 2.0 * one.error), one.p_detect * (one.factor + 2.0 * one.error)
    swept = [box for box in plan.boxes if box.sorties]
    hours = sum(flight.back_us - flight.sortie.depart_us for flight in plan.sorties) / 3.6e9
    sites = f"{one.p_detect * plan.expected_sites:.2f} sites, where no request weighs ground"
    return {
        "for": f"{plan.days} days from {utc_text(plan.from_us)[:16]}Z, under {plan.authority_id}",
        "expected": f"{plan.expected_sites:.1f} sites still to be found; {plan.expectation}",
        "sorties": f"{len(plan.sorties)}, {hours:.1f} hours in the air, "
        f"{sum(flight.length_m for flight in plan.sorties) / 1000.0:,.0f} km",
        "ground": f"{len(swept)} of {len(plan.boxes)} boxes, {sum(box.area_km2 for box in swept):,.0f} of "
        f"{sum(box.area_km2 for box in plan.boxes):,.0f} km²",
        "finds": f"{one.p_detect:.1%} of all that is worth finding ({sites})",
        "at most": f"{one.bound:.1%} by any plan of these flights (proved: {one.bound_method}); ratio {one.ratio:.3f}",
        "proved too": "; ".join(f"{name} {value:.1%}" for name, value in one.bounds),
        "flown out": f"{low:.2%} to {high:.2%} in a simulation of lines, hills and errors ({one.factor:.3f} times)",
        "if weather": f"{one.with_cancellations:.1%}, with flights cancelled as usual",
        "explores": f"{one.explore_share:.1%} of the sweeping, drawn with seed {plan.seed}",
        "others": f"greedy {one.greedy:.1%}, lawn-mower {one.lawnmower:.1%} with the same flights",
    }


def days_of(plan: Plan, day: int | None) -> list[int]:
    """The days of a plan on which something flies, from 1; only `day` where it is given."""
    days = sorted({_day(plan, one.sortie.depart_us) for one in plan.sorties})
    return days if day is None else [one for one in days if one == day]


def ways(plan: Plan, day: int, *, spanish: bool) -> Iterator[str | Table]:
    """The sorties of a day, each with its boxes in order and the reason of each."""
    boxes = {box.name: box for box in plan.boxes}
    for one in plan.sorties:
        if _day(plan, one.sortie.depart_us) != day:
            continue
        yield (
            f"Day {day}, sortie {one.number}: {one.sortie.aircraft} by {one.sortie.sensor}, "
            f"{utc_text(one.sortie.depart_us)[:16]}Z to {utc_text(one.back_us)[11:16]}Z at "
            f"{one.sortie.height_msl_m:.0f} m; adds {one.finds:.2%}; flown by {', '.join(one.crews)}"
        )
        table = Table("box", "middle", "seen before", "finds", "why", box=None)
        uncut(table, 1)
        for name in one.boxes:
            box = boxes[name]
            place = f"{box.lat_deg:.4f} {box.lon_deg:.4f}"
            why = _said(box.words, spanish=spanish) + _asked(box.requests)
            table.add_row(box.name, place, f"{box.seen:.0%}", f"{box.found:.2%}", why)
        yield table


def left_out(plan: Plan, most: int, *, spanish: bool) -> Iterator[str]:
    """The best boxes that are not in, why, and all that was taken for granted."""
    out = [box for box in plan.boxes if not box.sorties]
    counts = Counter(box.because for box in out)
    yield f"Left out: {len(out)} boxes. " + ", ".join(f"{_PLAIN[why]} {n}" for why, n in counts.most_common())
    best = sorted(out, key=lambda box: -box.worth)[:most]
    for box in best:
        yield (
            f"  {box.name}  {box.lat_deg:.4f} {box.lon_deg:.4f}  worth {box.worth:.2%}: "
            + _said(box.words, spanish=spanish)
            + _asked(box.requests)
        )
    for words in plan.left_out_sorties:
        yield f"Not flown: {_said(words, spanish=spanish)}"
    for words in plan.assumed:
        yield f"Assumed: {_said(words, spanish=spanish)}"
    yield "A plan is about ground, not about people. Whether to act on what is found is for the host nation to decide."


_PLAIN = {
    Because.LESS_WORTH: "worth less",
    Because.SEEN: "seen not long ago",
    Because.NOT_ALLOWED: "not allowed",
    Because.NOT_FLYABLE: "cannot be flown",
    Because.TOO_NARROW: "too narrow",
    Because.CUT: "did not fit when laid out",
    Because.WORTH: "worth it",
    Because.DRAWN: "drawn",
}


def _day(plan: Plan, at_us: int) -> int:
    return (at_us - plan.from_us) // _DAY_US + 1


def _said(words: Bilingual, *, spanish: bool) -> str:
    return words.es if spanish else words.en


def _asked(requests: tuple[str, ...]) -> str:
    return f" (asked for: {', '.join(requests)})" if requests else ""
