"""Where reports come from: the same root is never counted twice, and what our own flight prompted adds nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from otear.domain.evidence import Report
from otear.errors import InputError


def roots_of(report_id: str, derived_from: Mapping[str, Sequence[str]]) -> frozenset[str]:
    """Whatever a report goes back to in the end: itself, where it goes back to nothing.

    Raises `InputError` for reports that go back to themselves.
    """
    return _roots(report_id, derived_from, ())


def independent(
    reports: Sequence[Report], derived_from: Mapping[str, Sequence[str]], counted: frozenset[str]
) -> tuple[list[Report], list[tuple[Report, str]]]:
    """The reports that say something new, oldest first, and the others, each with the root that had been counted.

    `derived_from` says what reports, and hand-overs, go back to; `counted` are the roots that count already: our passes
    over the place. A report with several roots is new only if every one of them is: it cannot be told how much of it
    each made.
    """
    known, new, old = set(counted), [], []
    for report in sorted(reports, key=lambda each: (each.time_us, each.report_id)):
        graph = {**derived_from, report.report_id: report.derived_from}
        roots = roots_of(report.report_id, graph)
        again = sorted(roots & known)
        if again:
            old.append((report, again[0]))
        else:
            known |= roots | {report.report_id}
            new.append(report)
    return new, old


def _roots(name: str, derived_from: Mapping[str, Sequence[str]], path: tuple[str, ...]) -> frozenset[str]:
    if name in path:
        raise InputError(
            f"{' → '.join((*path[path.index(name) :], name))} goes back to itself",
            field="derived_from",
            remedy="Say which of them came first",
        )
    parents = derived_from.get(name, ())
    if not parents:
        return frozenset({name})
    return frozenset().union(*(_roots(parent, derived_from, (*path, name)) for parent in parents))
