"""The price bound of a campaign: what no plan of its sorties can beat.

As for cells (`price_bound`): at any prices >= 0 for sweeps and, for each kind of sortie (base and endurance), any price
>= 0 for time, every plan finds at most

    sum_j max_n [f_j(n) - price_j n]  +  sum over sorties of the most that one path collects (`tour_bound`),

n whole and at most the number of sorties. The prices are sought by `bundle`, where the time of a kind of sortie is one
more coordinate, in endurances: a path's amount of it is what it leaves of its own.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from otear.errors import InputError
from otear.geo.frames import Floats
from otear.plan.search.bundle import ROUNDING, Finds, Known, Routes, minimise
from otear.plan.search.campaign import Campaign, Launch, Tours
from otear.plan.search.effort import divide
from otear.plan.search.tour_bound import BestPath, Legs, best_path, legs


@dataclass(frozen=True, eq=False)
class CampaignBound:
    """No plan finds more than `bound`; `prices` (n,) for sweeps and `time_prices` for a second, one for each kind of
    sortie in the order of `kinds`, prove it. `rounds` is how often paths were sought."""

    bound: float
    prices: Floats
    time_prices: dict[Launch, float]
    rounds: int


def kinds(campaign: Campaign) -> dict[Launch, int]:
    """How many sorties there are of each base and endurance, in their order."""
    found = dict[Launch, int]()
    for one in campaign.launches:
        found[one] = found.get(one, 0) + 1
    return found


def campaign_bound_at(
    campaign: Campaign, prices: Floats, time_prices: dict[Launch, float], *, of: Legs | None = None
) -> float:
    """What no plan can beat, by these prices, whatever they are. Raises `InputError` for one below zero."""
    if prices.shape != (len(campaign.ground),) or not (prices >= 0.0).all() or min(time_prices.values(), default=0) < 0:
        raise InputError("prices are not numbers from 0 up", field="prices", remedy="Give one a box")
    of = of or legs(campaign)
    most = sum(
        count * best_path(campaign, of, prices, time_prices[one], one.base, one.endurance_s).worth
        for one, count in kinds(campaign).items()
    )
    return (_finds(campaign, 0).beyond(np.maximum(prices, 1e-300)) + most) * (1.0 + ROUNDING)


def campaign_bound(
    campaign: Campaign,
    *,
    rounds: int = 120,
    tolerance: float = 1e-3,
    of: Legs | None = None,
    plan: Tours | None = None,
    step: float = 0.1,
) -> CampaignBound:
    """The lowest bound by prices that is found in so many rounds. A good `plan` shows what looks are worth: with it the
    bound is found sooner."""
    n, crews = len(campaign.ground), kinds(campaign)
    if not crews or not n:
        return CampaignBound(0.0, np.zeros(n), dict.fromkeys(crews, 0.0), 0)
    of = of or legs(campaign)
    finds = _finds(campaign, len(crews))
    length = int(max(one.endurance_s for one in crews) / of.step_s) + 2

    def routes(prices: Floats) -> Routes:
        cell = np.zeros((len(crews), length), dtype=np.int32)
        amount = np.zeros((len(crews), length))
        worth = 0.0
        for g, (one, count) in enumerate(crews.items()):
            path: BestPath = best_path(
                campaign, of, prices[:n], prices[n + g] / one.endurance_s, one.base, one.endurance_s
            )
            worth += count * path.worth
            boxes = len(path.boxes)
            cell[g, :boxes], amount[g, :boxes] = path.boxes, 1.0
            cell[g, boxes], amount[g, boxes] = n + g, 1.0 - path.lasts_s / one.endurance_s
        return Routes(worth, cell, amount)

    start, scale = _start(campaign, of, crews)
    found = minimise(
        finds,
        routes,
        np.array(list(crews.values()), dtype=np.float64),
        start,
        scale,
        rounds=rounds,
        tolerance=tolerance,
        step=step,
        known=None if plan is None else _known(campaign, plan, list(crews), length),
    )
    time_prices = {one: float(found.prices[n + g]) / one.endurance_s for g, one in enumerate(crews)}
    return CampaignBound(found.bound, found.prices[:n], time_prices, found.rounds)


def _known(campaign: Campaign, plan: Tours, crews: list[Launch], length: int) -> Known:
    """The tours of a plan as routes."""
    n = len(campaign.ground)
    cell, amount = np.zeros((len(plan), length), dtype=np.int32), np.zeros((len(plan), length))
    group = np.array([crews.index(one) for one in campaign.launches], dtype=np.int32)
    for k, tour in enumerate(plan):
        cell[k, : len(tour)], amount[k, : len(tour)] = tour, 1.0
        cell[k, len(tour)] = n + group[k]
        amount[k, len(tour)] = 1.0 - campaign.duration_s(k, tour) / campaign.launches[k].endurance_s
    return Known(group, cell, amount)


def _finds(campaign: Campaign, limits: int) -> Finds:
    """What sweeps find; `limits` coordinates for time come after the boxes, where nothing is found."""
    none = np.zeros(limits)
    most = np.full(len(campaign.ground), float(len(campaign.launches)))
    return Finds(
        np.concatenate([campaign.ground.prior, none]),
        np.concatenate([campaign.ground.rate, none]),
        np.concatenate([most, none]),
        whole=True,
    )


def _start(campaign: Campaign, of: Legs, crews: dict[Launch, int]) -> tuple[Floats, Floats]:
    """Prices to begin with: what a second is worth if sweeps were bought in the order of what they find in the time
    that they and the shortest leg to them take, times that time; and how far prices move."""
    ground = campaign.ground
    takes = of.lasts_s[:, 0] if of.lasts_s.shape[1] else campaign.sweep_s
    nth = np.arange(len(campaign.launches))
    gains = ground.prior[:, None] * np.exp(-ground.rate[:, None] * nth) * -np.expm1(-ground.rate[:, None])
    per_s = (gains / takes[:, None]).ravel()
    order = np.argsort(-per_s, kind="stable")
    away = sum(
        count * max(one.endurance_s - float((campaign.out_s + campaign.home_s)[one.base].min()), 0.0)
        for one, count in crews.items()
    )
    bought = int(np.searchsorted(np.cumsum(np.repeat(takes, len(nth))[order]), away))
    second = float(per_s[order[min(bought, len(order) - 1)]])
    prices = np.minimum(second * takes, np.maximum(gains[:, 0], 1e-6 * gains.max()))
    in_time = np.array([second * one.endurance_s for one in crews])
    scale = np.concatenate([ground.rate * np.maximum(prices, 1e-3 * prices.max()), in_time / list(crews.values())])
    return np.concatenate([prices, in_time]), scale


def koopman_campaign_bound(campaign: Campaign) -> float:
    """B0: the time of all sorties, spread over boxes at will, as if there were no ways to fly."""
    time_s = sum(one.endurance_s for one in campaign.launches)
    return divide(campaign.ground.prior, campaign.ground.rate / campaign.sweep_s, time_s).detected


def reach_campaign_bound(campaign: Campaign) -> float:
    """B1: as B0, less the way to the nearest box and home, and no box is swept more often than sorties can reach it."""
    time_s, most = 0.0, np.zeros(len(campaign.ground))
    for one in campaign.launches:
        away = (campaign.out_s + campaign.home_s)[one.base]
        within = away + campaign.sweep_s <= one.endurance_s
        if within.any():
            most += within
            time_s += one.endurance_s - float(away[within].min())
    spread = divide(campaign.ground.prior, campaign.ground.rate / campaign.sweep_s, time_s, most * campaign.sweep_s)
    return spread.detected
