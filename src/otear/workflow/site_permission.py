"""Who may judge a site: whoever may under every authority that the site rests on."""

from __future__ import annotations

import hashlib
from dataclasses import replace

from otear.authority.decide import in_force, may_look, required
from otear.authority.roles import Action, Resource
from otear.domain.authority import Authority
from otear.workflow.authorities import authorities_in_force
from otear.workflow.desk import Desk, Subject
from otear.workflow.held import footage_resource, lawful
from otear.workflow.site_accounts import Account

_ABOUT_DEG = 1e-4
"""A place is asked for as a triangle of ten metres."""


def may_judge(desk: Desk, account: Account) -> Authority:
    """The authority of the newest recording of a site, where this person may judge it under every one that it rests on.

    Raises `RefusedError`, which the ledger keeps.
    """
    action, subject, now_us = Action.REVIEW_SITE, Subject("site", account.site_id), desk.clock.now_us()
    newest: Authority | None = None
    for one in sorted(account.sources, key=lambda each: (each.row.start_us or 0, each.row.footage_id)):
        newest = one.authority
        desk.require(lawful(one.row, one.authority, now_us), action, subject, authority=newest)
        resource = replace(footage_resource(one.row, newest, now_us), kind="site", resource_id=account.site_id)
        desk.permit(action, subject, resource=resource, authority=newest)
    for report in account.reports:
        newest = newest or consent_at(desk, (report.lat_deg, report.lon_deg), subject)
    return required(newest)


def consent_at(desk: Desk, place_deg: tuple[float, float], subject: Subject) -> Authority:
    """The oldest authority in force that lets a place be looked at now, where this person may judge what is there.

    Raises `RefusedError`, which the ledger keeps.
    """
    action, now_us = Action.REVIEW_SITE, desk.clock.now_us()
    lat, lon = place_deg
    ring = [(lon, lat), (lon + _ABOUT_DEG, lat), (lon, lat + _ABOUT_DEG)]
    with desk.deciding(action, subject):
        found = authorities_in_force(desk)
        decisions = [(one, may_look(one, [ring], now_us, now_us, 0.0)) for one in found]
        authority = next((one for one, decision in decisions if decision.allowed), None)
        if authority is None:
            for _, decision in decisions:
                decision.enforce()
        authority = required(authority)
    resource = Resource(
        kind=subject.kind,
        resource_id=subject.subject_id,
        in_force=in_force(authority, now_us).allowed,
        revoked=authority.standing.revocation(authority.authority_id) is not None,
        covered=True,
        quarantined=False,
    )
    desk.permit(action, subject, resource=resource, authority=authority)
    return authority


def name_of(letter: str, desk: Desk, *said: object) -> str:
    """A new name for what this person does now: of two that do the same, the ledger has grown in between."""
    what = (desk.clock.now_us(), desk.actor.name, desk.workspace.ledger.size(), *said)
    text = "\n".join(str(one) for one in what)
    return f"{letter}-{hashlib.sha256(text.encode()).hexdigest()[:16]}"
