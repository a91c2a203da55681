"""`otear forecast`: what others counted, and where sites are expected from it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from otear.cli import forecast_score
from otear.cli.desk import desk_in
from otear.cli.output import JsonOption, out, print_json, progress_bars

if TYPE_CHECKING:
    from otear.workflow.forecast_learning import Chosen
    from otear.workflow.forecast_map import Sources

SeriesOption = Annotated[str | None, typer.Option(help="Which series. Default: the one that places most sites.")]
AreasOption = Annotated[
    list[Path] | None,
    typer.Option(
        help="GeoJSON of the areas that are counted in, with their keys; a second one of the states that they lie in."
        " Default: those of the forecast that was made last."
    ),
]
FromOption = Annotated[
    list[Path] | None,
    typer.Option("--from", help="A file of records, instead of those that were imported; may be repeated."),
]
KindOption = Annotated[
    list[str] | None,
    typer.Option(help="Only sites of this kind, as laboratory or pill_press; may be repeated."),
]
StatusOption = Annotated[
    Literal["active", "inactive", "unknown"],
    typer.Option(help="Which of the totals of a series: of most it is not known how many sites were at work."),
]
YearOption = Annotated[
    int | None, typer.Option(help="The year to forecast. Default: the one after the last that is over and counted.")
]
LanguageOption = Annotated[Literal["en", "es"], typer.Option(help="What is written on it.")]


def register(app: typer.Typer) -> None:
    """Add the group of commands."""
    group = typer.Typer(
        help="What others counted, and where sites are expected from it.", no_args_is_help=True, rich_markup_mode=None
    )
    for name, command in (
        ("import", import_file), ("series", list_series), ("fit", fit), ("map", draw_map), ("alerts", alerts),
        ("flows", draw_flows),
    ):  # fmt: skip
        group.command(name=name)(command)
    forecast_score.register(group)
    app.add_typer(group, name="forecast")


def import_file(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(help="Counts, events, seizures or flows, as CSV.")],
    series: Annotated[
        str | None, typer.Option(help="The one series that is wanted, or the name of one whose rows name none.")
    ] = None,
    json: JsonOption = False,
) -> None:
    """Take in records that others made. The same file again adds nothing; what contradicts is kept side by side."""
    from otear.cli.forecast_text import import_lines
    from otear.workflow.forecast_records import import_document, import_records

    desk = desk_in(context)
    with progress_bars() as bars:
        document = import_document(import_records(desk, file, series, bars))
    if json:
        print_json(document)
        return
    for line in import_lines(document):
        out.print(line)


def list_series(context: typer.Context, json: JsonOption = False) -> None:
    """List the series of records that are kept; none is ever added to another."""
    from otear.cli.forecast_text import series_table
    from otear.workflow.forecast_records import file_document, kept_series, series_document

    records, files = kept_series(desk_in(context))
    found = [series_document(one) for one in records.every]
    if json:
        print_json({"series": found, "files": [file_document(file) for file in files]})
        return
    out.print(series_table(found) if found else "No records. Take some in with `otear forecast import`.")


def fit(
    context: typer.Context,
    series: SeriesOption = None,
    areas: AreasOption = None,
    kind: KindOption = None,
    status: StatusOption = "unknown",
    year: YearOption = None,
    json: JsonOption = False,
) -> None:
    """Learn from one series and keep how many sites are expected in each area, and how uncertain that is."""
    from otear.cli.forecast_text import forecast_lines
    from otear.workflow.forecast import fit as learn
    from otear.workflow.forecast import this_year
    from otear.workflow.forecast_documents import document

    desk = desk_in(context)
    with progress_bars() as bars:
        row, found = learn(desk, areas or [], _chosen(series, kind, status), year, progress=bars)
    told = document(row, found.ground, this_year(desk))
    if json:
        print_json(told)
        return
    for line in forecast_lines(told):
        out.print(line)


def draw_map(
    context: typer.Context,
    picture: Annotated[Path, typer.Option("--out", help="PNG file to draw to.")],
    files: FromOption = None,
    areas: AreasOption = None,
    series: SeriesOption = None,
    kind: KindOption = None,
    status: StatusOption = "unknown",
    year: YearOption = None,
    state: Annotated[
        list[str] | None,
        typer.Option(help="A state whose trend is told, by key or name; may be repeated. Default: five of Mexico."),
    ] = None,
    language: LanguageOption = "en",
    json: JsonOption = False,
) -> None:
    """Draw what is expected, how uncertain that is, where states are going, and what the counts are and are not.

    The forecast that was made last, or with --from or --areas one that is made for the picture and not kept.
    """
    from otear.cli.forecast_text import map_lines
    from otear.workflow.forecast_map import write_map

    sources = _sources(files, areas, _chosen(series, kind, status), year)
    desk = desk_in(context)
    with progress_bars() as bars:
        told = write_map(desk, sources, picture, states=state or [], language=language, progress=bars)
    if json:
        print_json(told)
        return
    for line in map_lines(told):
        out.print(line)


def alerts(
    context: typer.Context,
    files: FromOption = None,
    areas: AreasOption = None,
    series: SeriesOption = None,
    kind: KindOption = None,
    status: StatusOption = "unknown",
    by: Annotated[Literal["area", "state"], typer.Option(help="What is watched: areas, or the states they lie in.")] = (
        "area"
    ),
    recent: Annotated[int, typer.Option(help="How many of the last years are held against those before.")] = 2,
    earlier: Annotated[int, typer.Option(help="How many years before them.")] = 4,
    factor: Annotated[float, typer.Option(help="How many times the earlier rate it must be above.")] = 1.0,
    false_share: Annotated[float, typer.Option(help="What share of the alerts may be false, 0 to 1.")] = 0.1,
    beside_all: Annotated[
        bool, typer.Option("--beside-all", help="Only what rises more than everything together.")
    ] = False,
    json: JsonOption = False,
) -> None:
    """List places whose rate is rising, clearest first, with the counts and the records that say so."""
    from otear.cli.forecast_text import alert_lines
    from otear.workflow.forecast_alerts import Terms, alerts_document, raised

    terms = Terms(recent, earlier, factor, false_share, beside_all, by == "state")
    sources = _sources(files, areas, _chosen(series, kind, status), None)
    told = alerts_document(raised(desk_in(context), sources, terms))
    if json:
        print_json(told)
        return
    for line in alert_lines(told):
        out.print(line)


def draw_flows(
    context: typer.Context,
    picture: Annotated[Path, typer.Option("--out", help="PNG file to draw to.")],
    files: FromOption = None,
    areas: AreasOption = None,
    series: Annotated[str | None, typer.Option(help="Which series of flows, where there are several.")] = None,
    language: LanguageOption = "en",
    json: JsonOption = False,
) -> None:
    """Draw the flows of one series as a map: from where to where, of which class, how many consignments."""
    from otear.cli.forecast_text import flow_lines
    from otear.workflow.forecast_flows import write_flows

    sources = _sources(files, areas, _chosen(series, None, "unknown"), None)
    told = write_flows(desk_in(context), sources, picture, language=language)
    if json:
        print_json(told)
        return
    for line in flow_lines(told):
        out.print(line)


def _chosen(series: str | None, kinds: Sequence[str] | None, status: str) -> Chosen:
    """What is to be learned from. Raises `SettingError` for a kind of site that there is not."""
    from otear.domain.kinds import SiteKind
    from otear.domain.records import Status
    from otear.errors import SettingError
    from otear.workflow.forecast_learning import Chosen

    for kind in kinds or []:
        if kind not in set(SiteKind):
            raise SettingError(f"{kind!r} is no kind of site", field="--kind", remedy=f"Kinds: {', '.join(SiteKind)}")
    return Chosen(series, frozenset(SiteKind(kind) for kind in kinds or []), Status(status))


def _sources(files: list[Path] | None, areas: list[Path] | None, chosen: Chosen, year: int | None) -> Sources:
    from otear.workflow.forecast_map import Sources

    return Sources(tuple(files or []), tuple(areas or []), chosen, year)
