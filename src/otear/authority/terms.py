"""What an authority's terms say of everything but place: whether it is in force, for what, by what, to whom, how long.

Every function asks first whether the authority was revoked, each time anew. Times are microseconds since 1970-01-01Z.
A purpose, sensor or aircraft that is not known is None, and refused.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from otear.authority.reasons import among, missing, moment, period, said, settle, time_doubt
from otear.domain.authority import Approval, Authority, Authorization, DataKind, ProductKind, Revocation
from otear.domain.bilingual import Bilingual
from otear.domain.decision import Decision, allowed, refused

NOW = Bilingual("the present time", "la hora actual")
DAY_US = 86_400_000_000


def required(authority: object) -> Authority:
    """The authority that an act needs. Raises `RefusedError` by the rule `no_authority` where there is none."""
    if isinstance(authority, Authority):
        return authority
    raise refused(
        "no_authority",
        Bilingual("no authority was given", "no se indicó ninguna autorización"),
        Bilingual("an authority in force covered it", "una autorización vigente lo amparara"),
    ).refusal()


def standing(authority: Authority) -> Decision:
    """Whether an authority still stands, asked now. Raises `RefusedError` where there is no authority."""
    authority = required(authority)
    revocation = authority.standing.revocation(authority.authority_id)
    if revocation is None:
        return allowed("stands", "the authority was not revoked", "la autorización no fue revocada")
    return refused(
        revocation.rule,
        _fallen(authority.authority_id, revocation),
        Bilingual(
            "the host signed a new authorization and the programme approved it",
            "el Estado anfitrión firmara una nueva autorización y el programa la aprobara",
        ),
    )


def _fallen(authority_id: str, revocation: Revocation) -> Bilingual:
    """That an authority was revoked, with what is known of when, by whom and why."""
    at, why = moment(revocation.at_us), said(revocation.reason)
    when = Bilingual(f" at {at}", f" el {at}") if revocation.at_us else Bilingual("", "")
    by = Bilingual(f" by '{revocation.by}'", f" por '{revocation.by}'") if revocation.by else Bilingual("", "")
    how = Bilingual("was revoked", "fue revocada")
    if revocation.rule == "key_revoked":
        how = Bilingual("fell with a key that signed it, revoked", "cayó con una llave que la firmó, revocada")
        if not revocation.at_us:
            how, why = Bilingual("rests on a key that is gone", "se apoya en una llave que ya no consta"), ""
    return Bilingual(
        f"authority {authority_id} {how.en}{when.en}{by.en}{why}",
        f"la autorización {authority_id} {how.es}{when.es}{by.es}{why}",
    )


def in_force(authority: Authority, now_us: int) -> Decision:
    """Whether an authority stands, its approval's window holds `now_us`, and neither review date has passed."""
    return settle(_in_force(required(authority), now_us))


def _in_force(authority: Authority, now_us: int) -> Iterator[Decision]:
    yield standing(authority)
    yield held_at(authority, now_us, NOW)


def held_at(authority: Authority, at_us: int, when: Bilingual) -> Decision:
    """Whether an authority's dates hold at a time, which the reason calls `when`; revocation is not asked."""
    authority = required(authority)
    return dates_hold(authority.authorization, authority.approval, at_us, when)


def dates_hold(authorization: Authorization, approval: Approval, at_us: int, when: Bilingual) -> Decision:
    """Whether the approval's window holds `at_us`, which the reason calls `when`, and no review date has passed."""
    doubt = time_doubt(when, at_us)
    if doubt is not None:
        return doubt
    at, holds = moment(at_us), period(approval.window)
    because = Bilingual(
        f"{when.en} is {at}; the programme's approval holds {holds.en}",
        f"{when.es} es {at}; la aprobación del programa rige {holds.es}",
    )
    if at_us < approval.window.start_us:
        return refused("approval_not_yet", because, Bilingual("it were later", "fuera más tarde"))
    if at_us >= approval.window.end_us:
        anew = Bilingual("the programme approved it anew", "el programa la aprobara de nuevo")
        return refused("approval_expired", because, anew)
    if at_us > approval.review_by_us:
        what = Bilingual("the programme's approval", "la aprobación del programa")
        anew = Bilingual("the programme reviewed and approved it anew", "el programa la revisara y aprobara de nuevo")
        return refused("approval_unreviewed", _unreviewed(what, approval.review_by_us, at, when), anew)
    if at_us > authorization.review_by_us:
        what = Bilingual("the host's authorization", "la autorización del Estado anfitrión")
        anew = Bilingual(
            "the host reviewed it and issued a new authorization",
            "el Estado anfitrión la revisara y expidiera una nueva autorización",
        )
        return refused("authorization_unreviewed", _unreviewed(what, authorization.review_by_us, at, when), anew)
    return allowed("in_force", because.en, because.es)


def _unreviewed(what: Bilingual, review_by_us: int, at: str, when: Bilingual) -> Bilingual:
    by = moment(review_by_us)
    return Bilingual(
        f"{when.en} is {at}; {what.en} was to be reviewed by {by}",
        f"{when.es} es {at}; {what.es} debía revisarse a más tardar el {by}",
    )


def for_purpose(authority: Authority, purpose: str | None) -> Decision:
    """Whether the terms name a purpose."""
    name = Bilingual("the purpose", "el propósito")
    return _among(authority, "purpose", name, purpose, required(authority).authorization.purposes)


def with_sensor(authority: Authority, sensor: str | None) -> Decision:
    """Whether the terms name a kind of sensor."""
    name = Bilingual("the sensor", "el sensor")
    return _among(authority, "sensor", name, sensor, frozenset(map(str, required(authority).authorization.sensors)))


def by_aircraft(authority: Authority, aircraft: str | None) -> Decision:
    """Whether the terms name an aircraft."""
    name = Bilingual("the aircraft", "la aeronave")
    return _among(authority, "aircraft", name, aircraft, required(authority).authorization.aircraft)


def of_site_kind(authority: Authority, site_kind: str) -> Decision:
    """Whether the terms name a kind of site."""
    name = Bilingual("the kind of site", "el tipo de sitio")
    return _among(authority, "site_kind", name, site_kind, required(authority).authorization.site_kinds)


def _among(authority: Authority, rule: str, name: Bilingual, value: object, named: frozenset[str]) -> Decision:
    stands = standing(authority)
    if not stands.allowed:
        return stands
    if not isinstance(value, str) or not value:
        return missing(name)
    if value in named:
        return allowed(rule, f"{name.en} '{value}' is authorized", f"{name.es} '{value}' figura en la autorización")
    return refused(
        rule,
        Bilingual(f"{name.en} '{value}' is not authorized", f"{name.es} '{value}' no figura en la autorización"),
        among(name, named),
    )


def may_collect(
    authority: Authority, *, site_kinds: frozenset[str], purpose: str | None, sensor: str | None, now_us: int
) -> Decision:
    """Whether kinds of site, at least one, may be looked for now, for a purpose and by a sensor."""
    return settle(_collection(required(authority), site_kinds, purpose, sensor, now_us))


def _collection(
    authority: Authority, site_kinds: frozenset[str], purpose: str | None, sensor: str | None, now_us: int
) -> Iterator[Decision]:
    yield in_force(authority, now_us)
    yield for_purpose(authority, purpose)
    yield with_sensor(authority, sensor)
    if not isinstance(site_kinds, frozenset) or not site_kinds:
        yield missing(Bilingual("the kind of site", "el tipo de sitio"))
    for site_kind in sorted(site_kinds, key=str):
        yield of_site_kind(authority, site_kind)
    yield allowed("within_terms", "the collection is within the terms", "la recolección se ajusta a los términos")


def may_process(authority: Authority, purpose: str | None, now_us: int) -> Decision:
    """Whether footage may be processed now for a purpose."""
    return settle(_processing(required(authority), purpose, now_us))


def _processing(authority: Authority, purpose: str | None, now_us: int) -> Iterator[Decision]:
    yield in_force(authority, now_us)
    yield for_purpose(authority, purpose)


def may_release(authority: Authority, recipient_id: str, products: frozenset[ProductKind], now_us: int) -> Decision:
    """Whether products, at least one, may be handed to a recipient now."""
    return settle(_release(required(authority), recipient_id, products, now_us))


def _release(
    authority: Authority, recipient_id: str, products: frozenset[ProductKind], now_us: int
) -> Iterator[Decision]:
    yield in_force(authority, now_us)
    recipients = {recipient.recipient_id: recipient for recipient in authority.authorization.recipients}
    name = Bilingual("the recipient", "el destinatario")
    yield _among(authority, "recipient", name, recipient_id, frozenset(recipients))
    if not isinstance(products, frozenset) or not products:
        yield missing(Bilingual("the product", "el producto"))
    recipient = recipients[recipient_id]
    for product in sorted(products, key=str):
        what = Bilingual(f"the product for {recipient.name.en}", f"el producto para {recipient.name.es}")
        yield _among(authority, "product", what, product, frozenset(map(str, recipient.receives)))


def keep_until_us(authority: Authority, kind: DataKind, collected_us: int) -> int:
    """Until when data of a kind may be kept that was collected at `collected_us`. A revoked authority says so, too.

    Raises `RefusedError` where there is no authority, or no such time or kind.
    """
    authority = required(authority)
    doubt = time_doubt(Bilingual("the time of collection", "la hora de recolección"), collected_us)
    if doubt is None and kind not in tuple(DataKind):
        doubt = missing(Bilingual("the kind of data", "el tipo de dato"))
    if doubt is not None:
        raise doubt.refusal()
    return int(collected_us) + authority.authorization.retention.days(kind) * DAY_US


def covering(authority: Authority, check: Callable[[Authority], Decision]) -> tuple[Authority | None, Decision]:
    """The authority that allows something: this one, else the newest of those before it that stands and allows it.

    Footage that was made under a predecessor is covered by it for good. Whatever is done with it now is done under this
    one: it must stand, and the caller asks whether it is `in_force`. With the decision that allowed it; where none
    does, None and why this one does not.
    """
    authority = required(authority)
    stands = standing(authority)
    own = check(authority) if stands.allowed else stands
    if own.allowed:
        return authority, own
    for predecessor in authority.before if stands.allowed else ():
        if standing(predecessor).allowed:
            decision = check(predecessor)
            if decision.allowed:
                return predecessor, decision
    return None, own
