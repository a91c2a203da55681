"""`otear capacity`: what fewer or more survey orbits need and buy."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.table import Table

from otear.cli.output import JsonOption, facts_table, out, print_json

if TYPE_CHECKING:
    from otear.workflow.capacity import Answered

_PICTURE = Path("capacity.png")


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command(name="capacity")(capacity)


def capacity(
    orbits: Annotated[
        list[str] | None, typer.Option(help="How many orbits: one number or several, as in 40,60,90; may be repeated.")
    ] = None,
    more: Annotated[list[str] | None, typer.Argument(help="More numbers of orbits.", show_default=False)] = None,
    days: Annotated[int, typer.Option(help="How many days sites are looked for.")] = 7,
    confidence: Annotated[float, typer.Option(help="How surely the airframes have the planned hours.")] = 0.9,
    flown: Annotated[float, typer.Option(help="Share of planned hours that is really flown.")] = 0.22,
    endurance: Annotated[float, typer.Option(help="Hours in the air of one flight, reserve included.")] = 20.0,
    transit: Annotated[float, typer.Option(help="Hours of flight to the area, one way.")] = 2.0,
    turn_round: Annotated[float, typer.Option(help="Hours from landing to the next take-off.")] = 10.0,
    reserve: Annotated[float, typer.Option(help="Hours in the tanks that are never flown.")] = 1.0,
    availability: Annotated[float, typer.Option(help="Share of airframes that is fit to fly.")] = 0.8,
    repair: Annotated[float, typer.Option(help="Days in the mean until an unfit airframe is fit again.")] = 3.0,
    cancelled: Annotated[float, typer.Option(help="Share of days on which weather keeps a whole base down.")] = 0.1,
    bases: Annotated[int, typer.Option(help="Bases, each with its own weather.")] = 4,
    shift: Annotated[float, typer.Option(help="Hours that a crew sits at most.")] = 8.0,
    shifts_a_week: Annotated[float, typer.Option(help="Shifts that a crew flies in a week, leave taken off.")] = 4.2,
    gsd: Annotated[float, typer.Option(help="Ground sample distance in metres that a look needs.")] = 0.2,
    sweep: Annotated[
        float | None, typer.Option(help="Square kilometres an hour; else those of the widest field that shows --gsd.")
    ] = None,
    pd: Annotated[float, typer.Option(help="Probability that a site in view shows itself to one look.")] = 0.5,
    sites: Annotated[float, typer.Option(help="Sites expected in the worked example.")] = 527.0,
    site_worth: Annotated[float, typer.Option(help="US dollars that one more detected site is worth.")] = 1_000_000.0,
    hour_cost: Annotated[
        list[float] | None,
        typer.Option(help="US dollars that a flight hour costs; may be repeated. Else 12255 and 2468."),
    ] = None,
    seed: Annotated[int, typer.Option(help="What the forecast is drawn with.", min=0)] = 0,
    picture: Annotated[
        Path | None, typer.Option("--out", help="PNG file to draw to; capacity.png, but with --json only where named.")
    ] = None,
    json: JsonOption = False,
) -> None:
    """Tell what survey orbits need, what they find, and where one more is no longer worth it: a worked example.

    Airframes, crews and flight hours at a stated confidence; the share of sites detected if all planned hours are flown
    and if the usual share is. It runs on public figures and a synthetic forecast, and needs no workspace.
    """
    from otear.domain.capacity import Crewing, Looking, OrbitFleet, Period, Worth
    from otear.plan.capacity.answer import CapacityTerms
    from otear.plan.capacity.example import camera_looking
    from otear.workflow.capacity import answer_example, check_picture, document, draw

    path = picture if picture is not None or json else _PICTURE
    if path is not None:
        check_picture(path)
    terms = CapacityTerms(
        OrbitFleet(endurance, transit, turn_round, reserve, availability, repair, cancelled, bases),
        Crewing(shift, shifts_a_week),
        camera_looking(gsd, pd) if sweep is None else Looking(sweep, pd),
        Worth(site_worth, tuple(hour_cost)) if hour_cost else Worth(site_worth),
        Period(days, confidence, flown),
    )
    answered = answer_example(terms, _counts([*(orbits or []), *(more or [])]), sites, seed)
    if path is not None:
        draw(answered, path)
    if json:
        print_json(document(answered, path))
        return
    _print(answered)
    out.print(f"Picture {path}")


def _counts(words: list[str]) -> list[int]:
    """Numbers out of lists with commas. Raises `InputError` for what is no whole number."""
    from otear.errors import InputError

    counts = []
    for word in (part for words_with_commas in words for part in words_with_commas.split(",")):
        if not (word.strip().isascii() and word.strip().isdigit()):
            raise InputError(
                f"{word!r} is no number of orbits", field="--orbits", remedy="Give whole numbers, as in 40,60,90"
            )
        counts.append(int(word))
    return counts


def _print(answered: Answered) -> None:
    from otear.workflow.capacity import document

    per, terms, forecast = document(answered, None)["per_orbit"], answered.terms, answered.forecast
    out.print(
        facts_table(
            f"Survey orbits over {terms.period.days} days",
            {
                "one orbit": f"{per['airframes']:.1f} airframes in the mean, {per['crews']} crews",
                "one flight": f"{per['on_station_h']:g} h on station",
                "one look": f"{terms.looking.sweep_km2_h:.0f} km² an hour; a site in view shows itself with"
                f" {terms.looking.pd:g}",
                "forecast": forecast.name,
                "sites": f"{forecast.sites:g} expected, in {len(forecast.expected)} cells",
            },
        )
    )
    for table in (_needs(answered), _finds(answered), _costs(answered)):
        out.print()
        out.print(table)
    out.print()
    for step in answered.capacity.steps:
        out.print(
            f"From {step.before} to {step.after} orbits: {step.orbits_ratio - 1.0:+.0%} orbits, {step.airframes:+d}"
            f" airframes, {step.crews:+d} crews, {step.hours_flown:+,.0f} h really flown;"
            f" {100.0 * step.p_detect:+.1f} points, {step.sites_ratio - 1.0:+.1%} sites."
        )
    for line in answered.limits:
        out.print(f"! {line}")


def _needs(answered: Answered) -> Table:
    return _table(
        f"What they need, to have the planned hours with {answered.terms.period.confidence:.0%}",
        ("orbits", "airframes", "in the mean", "crews", "planned flight h", "really flown h"),
        [
            (
                str(row.orbits),
                str(row.need.airframes),
                f"{row.need.airframes_by_mean:.0f}",
                str(row.need.crews),
                f"{row.ideal.hours_flown:,.0f}",
                f"{row.real.hours_flown:,.0f}",
            )
            for row in answered.capacity.rows
        ],
    )


def _finds(answered: Answered) -> Table:
    return _table(
        "What they find: share of sites",
        ("orbits", "hours flown", "at most", "90% of draws", "flown plans", "one more adds"),
        [
            (
                orbits,
                f"{name} {case.flown_share:.0%}",
                f"{case.p_detect:.1%}",
                _range(case.p_detect_90),
                _range(case.p_detect_flown),
                f"{100.0 * case.p_detect_per_extra_orbit:.2f} points",
            )
            for row in answered.capacity.rows
            for orbits, name, case in ((str(row.orbits), "ideal", row.ideal), ("", "real", row.real))
        ],
    )


def _costs(answered: Answered) -> Table:
    found, worth = answered.capacity, answered.terms.worth
    rows = [
        (
            f"{usd:,.0f}",
            case,
            *(_dollars((row.ideal if case == "ideal" else row.real).usd_per_further_site[k]) for row in found.rows),
            f"{stops[k]:.0f}",
        )
        for k, usd in enumerate(worth.hour_usd)
        for case, stops in found.worth_up_to.items()
    ]
    orbits = (f"{row.orbits} orbits" for row in found.rows)
    return _table(
        f"What a further site costs by one more orbit, US dollars; beyond how many orbits over {worth.site_usd:,.0f}",
        ("a flight hour", "case", *orbits, "beyond"),
        rows,
    )


def _table(title: str, names: tuple[str, ...], rows: list[tuple[str, ...]]) -> Table:
    """A table to the right edge of its columns, none of them ever cut: people copy from them."""
    table = Table(title=title, title_justify="left", box=None, pad_edge=False)
    widths = [max(map(len, column)) for column in zip(names, *rows, strict=True)]
    for name, width in zip(names, widths, strict=True):
        table.add_column(name.rjust(width), no_wrap=True, overflow="ignore", min_width=width)
    for row in rows:
        table.add_row(*(cell.rjust(width) for cell, width in zip(row, widths, strict=True)))
    return table


def _dollars(usd: float) -> str:
    """An amount; a dash where one more orbit finds nothing."""
    return f"{usd:,.0f}" if usd < float("inf") else "–"


def _range(bounds: tuple[float, float]) -> str:
    return f"{bounds[0]:.0%} to {bounds[1]:.0%}"
