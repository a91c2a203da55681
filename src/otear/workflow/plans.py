"""Plans that were made: listed, shown, drawn, and exported sortie by sortie for the cockpit."""

from __future__ import annotations

from pathlib import Path

from otear.authority.roles import Action
from otear.domain.authority import Authority
from otear.domain.plan import Plan, PlannedSortie
from otear.errors import InputError, NotFoundError
from otear.flight.wind import Wind
from otear.geo.terrain import Terrain
from otear.workflow import sorties
from otear.workflow.authorities import acting_named, authorities_in_force
from otear.workflow.desk import Desk, Subject
from otear.workflow.files import drafted, text_sha256
from otear.workflow.plan_picture import draw_plan


def listed(desk: Desk) -> list[Plan]:
    """All plans, oldest first. Raises `RefusedError` where this person may not know."""
    desk.permit(Action.VIEW_METADATA, Subject("plan", "all"))
    return desk.workspace.plans.plans()


def shown(desk: Desk, name: str) -> Plan:
    """One plan by the beginning of its identifier, or `latest`. Raises `NotFoundError` for none or several."""
    known = listed(desk)
    if name == "latest" and known:
        return known[-1]
    found = [one for one in known if name and one.plan_id.startswith(name)]
    if len(found) != 1:
        raise NotFoundError(
            f"{'several plans begin' if found else 'no plan begins'} with {name!r}",
            field="plan_id",
            remedy="`otear plan list` shows what there is, `otear plan make` makes one",
        )
    return found[0]


def authority_now(desk: Desk, plan: Plan) -> Authority:
    """What the authority of a plan acts through today. Raises `NotFoundError`."""
    return acting_named(desk, plan.authority_id)


def authority_for(desk: Desk, name: str | None) -> Authority:
    """What to plan under: what `name` begins, else the only authority in force.

    Raises `NotFoundError` for none or several of that name or several in force; `RefusedError`, which the ledger keeps,
    where nothing is in force.
    """
    if name is not None:
        return acting_named(desk, name)
    found = authorities_in_force(desk)
    if len(found) > 1:
        raise NotFoundError(
            f"{len(found)} authorities are in force",
            field="--authority",
            remedy=f"Name one: {', '.join(one.authority_id for one in found)}",
        )
    if not found:
        desk.require(sorties.NONE_IN_FORCE, Action.PLAN, Subject("plan", "draft"))
    return found[0]


def export(
    desk: Desk, plan: Plan, authority: Authority, path: Path, *, number: int | None, terrain: Terrain | None
) -> list[tuple[Path, tuple[str, ...]]]:
    """Write the sorties of a plan, each laid out anew and put to the authority as it stands now: one file by the ending
    of `path` where there is one sortie or one `number`, else a file for each, with its number before the ending.

    Returns the files with what a person must know of each. Raises `InputError` for a plan without sorties and an ending
    that is none, `RefusedError`, which the ledger keeps, where the authority does not allow it any more.
    """
    chosen = _chosen(plan, number)
    written = []
    for one in chosen:
        to = path if len(chosen) == 1 else path.with_name(f"{path.stem}-{one.number}{path.suffix}")
        flown = sorties.planned(desk, one.sortie, authority, wind=Wind(*plan.wind), terrain=terrain)
        written.append((to, sorties.export(desk, flown, authority, to)))
    return written


def picture(desk: Desk, plan: Plan, authority: Authority, path: Path, *, terrain: Terrain | None) -> None:
    """Draw a plan as a map with its timeline. Raises `InputError` for another ending than .png."""
    with drafted(path) as draft:
        draw_plan(plan, authority, draft, relief=None if terrain is None else terrain.heights)
        subject = Subject("plan", plan.plan_id, text_sha256(plan.plan_id))
        note = desk.note(Action.PLAN, subject, authority=authority, reason=f"drawn to {path.resolve()}")
        desk.workspace.ledger.append([note])


def _chosen(plan: Plan, number: int | None) -> tuple[PlannedSortie, ...]:
    if number is not None:
        chosen = tuple(one for one in plan.sorties if one.number == number)
        if not chosen:
            raise InputError(
                f"{plan.plan_id} has no sortie {number}",
                field="--sortie",
                remedy=f"It has 1 to {len(plan.sorties)}" if plan.sorties else "It has none",
            )
        return chosen
    if not plan.sorties:
        raise InputError(
            f"{plan.plan_id} has no sorties",
            field="plan_id",
            remedy="`otear plan show` says why; give more days, other aircraft or another base",
        )
    return plan.sorties
