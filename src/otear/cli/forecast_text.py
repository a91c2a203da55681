"""What `otear forecast` prints for people, out of the documents that it prints for programs."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from rich.table import Table
from rich.text import Text

from otear.cli.output import uncut

_SHOWN = 8
Lines = Iterator[str | Text | Table]


def import_lines(told: dict[str, Any]) -> Lines:
    """What an import did."""
    already = f", {told['already_here']:,} were here already" if told["already_here"] else ""
    yield f"{told['file']}: {told['layout']}; {told['added']:,} records added{already}"
    yield series_table(told["series"])
    if told["unread"]:
        yield f"Columns that were not read: {', '.join(told['unread'])}"
    for conflict in told["conflicts"][:_SHOWN]:
        versions = "; ".join(_version(one) for one in conflict["versions"])
        rounding = " (they differ by rounding only)" if conflict["only_rounding"] else ""
        yield _warning(f"{conflict['about']}: {versions}{rounding}. All are kept.")
    for one in told["impossible"][:_SHOWN]:
        parts = " + ".join(f"{part['value']:,g}" for part in one["parts"])
        yield _warning(
            f"{one['about']}: {one['whole']['series']} counts {one['whole']['value']:,g}, and {parts} in parts of it."
        )
    more = sum(max(len(told[name]) - _SHOWN, 0) for name in ("conflicts", "impossible"))
    if more:
        yield _warning(f"{more} more contradictions; --json lists all.")


def _version(one: dict[str, Any]) -> str:
    value = "no number" if one["value"] is None else f"{one['value']:,g}"
    return f"{one['series']} says {value} (line {one['line']})"


def _warning(said: str) -> Text:
    return Text.assemble(("! ", "yellow"), said)


def series_table(series: list[dict[str, Any]]) -> Table:
    """What is in each series."""
    table = Table("series", "of", "records", "from", "to", "areas", "agency", box=None)
    uncut(table, 0)
    for column in (2, 5):
        table.columns[column].justify = "right"
    for column in (3, 4):
        table.columns[column].no_wrap = True
        table.columns[column].min_width = 10
    for one in series:
        period = (one["first"] or "", one["last"] or "")
        table.add_row(
            one["series"], f"{one['what']}s", f"{one['records']:,}", *period, f"{one['areas']:,}",
            ", ".join(one["agencies"]),
        )  # fmt: skip
    return table


def forecast_lines(told: dict[str, Any]) -> Lines:
    """A forecast that was kept."""
    yield (
        f"Forecast {told['forecast_id']}: {told['expected']:,.4g} sites expected in {told['year']}, in"
        f" {told['areas']['count']:,} areas of {told['areas']['name']}"
    )
    yield _learned(told)
    if len(told["kinds"]) > 1:
        kinds = ", ".join(f"{one['expected']:,.3g} {one['kind'].replace('_', ' ')}" for one in told["kinds"])
        yield f"By kind: {kinds}"
    yield highest_table(told)
    yield from _doubts(told)
    for warning in told["warnings"]:
        yield _warning(warning)


def _learned(told: dict[str, Any]) -> str:
    first, last = told["years"]
    left = "; ".join(f"{one['why']} ({one['records']:,})" for one in told["left_out"])
    out = f" Records were left out: {left}." if left else ""
    return f"{told['model']}, learned from {told['series']}, {first} to {last}: {told['counted']:,} sites.{out}"


def highest_table(told: dict[str, Any]) -> Table:
    """The areas with the highest numbers."""
    table = Table("key", "area", "state", "expected", f"{told['interval']:.0%} interval", box=None)
    for column in (3, 4):
        table.columns[column].justify = "right"
    for one in told["highest"][:_SHOWN]:
        table.add_row(
            one["area"], one["name"], one["state"], f"{one['expected']:,.3g}", f"{one['low']:,} to {one['high']:,}"
        )
    return table


def _doubts(told: dict[str, Any]) -> Lines:
    for sentence in (*told["assumed"], *told["are_not"]):
        yield f"- {sentence}"


def map_lines(told: dict[str, Any]) -> Lines:
    """What is on a map."""
    yield f"{told['expected']:,.4g} sites expected in {told['year']}"
    yield _learned(told)
    table = Table("state", "trend", "why", box=None)
    for one in told["trends"]["states"]:
        table.add_row(one["name"], one["trend"], one["because"])
    yield table
    yield f"Picture {told['picture']}"


def alert_lines(told: dict[str, Any]) -> Lines:
    """Places that are rising, with the evidence."""
    (a, b), (c, d) = told["recent"], told["earlier"]
    beside = ", more than everything together" if told["beside_all"] else ""
    yield (
        f"{told['series']}: {len(told['alerts'])} of {told['judged']:,} places with sites are rising{beside}, {a} to"
        f" {b} beside {c} to {d}; at most {told['false_share']:.0%} of them are expected to be false"
    )
    for one in told["alerts"]:
        named = " ".join(dict.fromkeys((one["area"], one["name"])))
        named += f", {one['state']}" if one["state"] != one["name"] else ""
        never = "; never before" if one["never_before"] else ""
        yield Text(named, style="bold")
        yield (
            f"  {one['recent_sites']:,g} sites after {one['earlier_sites']:,g}; rate ×{one['ratio']:,.3g} (90%:"
            f" {one['low']:,.2g} to {one['high']:,.3g}); false with {one['false_share']:.2g}{never}"
        )
        for record in one["records"][:_SHOWN]:
            place = f" {record['place']}" if record["place"] else ""
            cited = f" {record['url']}" if record["url"] else ""
            yield f"  {record['period']}{place}: {record['count']:,} ({record['file']} line {record['line']}){cited}"
        if len(one["records"]) > _SHOWN:
            yield f"  and {len(one['records']) - _SHOWN} more records; --json lists all"
    yield from _doubts(told)


def flow_lines(told: dict[str, Any]) -> Lines:
    """Flows that were drawn."""
    table = Table("from", "to", "of", "consignments", box=None)
    table.columns[3].justify = "right"
    for one in told["flows"]:
        count = "not counted" if one["consignments"] is None else f"{one['consignments']:,}"
        table.add_row(one["origin"], one["destination"], one["commodity"], count)
    yield table
    hidden = len(told["flows"]) - told["drawn"]
    if hidden:
        yield _warning(f"{hidden} are not drawn, for want of a place.")
    yield f"Picture {told['picture']}"
