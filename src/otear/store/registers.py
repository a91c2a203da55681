"""Authorities, keys and the fleet, in the index database."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Engine, delete, insert, select, update

from otear.domain.authority import Revocation
from otear.domain.ledger import Draft
from otear.store.base import AircraftRow, AuthorityRow, KeyRow
from otear.store.ledger import SqlLedger, writing
from otear.store.tables import aircraft, authorities, keys, revocations


class SqlRegisters:
    """Who may do what, and with what; every change is written together with its ledger entries."""

    def __init__(self, engine: Engine, ledger: SqlLedger) -> None:
        self._engine = engine
        self._ledger = ledger

    def add_authority(self, row: AuthorityRow, notes: Sequence[Draft]) -> None:
        """Keep an authority; the same one again counts as imported now."""
        with writing(self._engine) as connection:
            held = select(authorities.c.authority_id).where(authorities.c.authority_id == row.authority_id)
            if connection.execute(held).first() is None:
                connection.execute(insert(authorities).values(**vars(row)))
            else:  # it was verified once more, with the keys of today
                same = authorities.c.authority_id == row.authority_id
                connection.execute(update(authorities).where(same).values(imported_us=row.imported_us))
            self._ledger.append_in(connection, notes)

    def authorities(self) -> list[AuthorityRow]:
        """Every authority, in the order of import."""
        query = select(authorities).order_by(authorities.c.imported_us, authorities.c.authority_id)
        with self._engine.connect() as connection:
            return [AuthorityRow(**row._mapping) for row in connection.execute(query)]

    def revoke(self, authority_id: str, revocation: Revocation, notes: Sequence[Draft]) -> None:
        """Take consent back; the first revocation stands."""
        with writing(self._engine) as connection:
            fallen = select(revocations.c.at_us).where(revocations.c.authority_id == authority_id)
            if connection.execute(fallen).first() is None:
                connection.execute(
                    insert(revocations).values(
                        authority_id=authority_id,
                        revoked_by=revocation.by,
                        at_us=revocation.at_us,
                        reason=revocation.reason,
                    )
                )
            self._ledger.append_in(connection, notes)

    def revocation(self, authority_id: str) -> Revocation | None:
        """The revocation of an authority, as it is at this moment."""
        query = select(revocations).where(revocations.c.authority_id == authority_id)
        with self._engine.connect() as connection:
            row = connection.execute(query).first()
        return None if row is None else Revocation("revoked", row.revoked_by, row.at_us, row.reason)

    def put_keys(self, rows: Sequence[KeyRow], notes: Sequence[Draft]) -> None:
        """Keep keys, over what was known of them; one that was revoked stays revoked, whatever `rows` say."""
        with writing(self._engine) as connection:
            for row in rows:
                fallen = (keys.c.key_id == row.key_id) & keys.c.revoked_us.is_not(None)
                if connection.execute(select(keys.c.key_id).where(fallen)).first() is not None:
                    continue
                connection.execute(delete(keys).where(keys.c.key_id == row.key_id))
                connection.execute(insert(keys).values(**vars(row)))
            self._ledger.append_in(connection, notes)

    def all_keys(self) -> list[KeyRow]:
        """Every key, in the order of addition."""
        with self._engine.connect() as connection:
            rows = connection.execute(select(keys).order_by(keys.c.added_us, keys.c.key_id))
            return [KeyRow(**row._mapping) for row in rows]

    def add_aircraft(self, row: AircraftRow, notes: Sequence[Draft]) -> None:
        """Keep an aircraft; the same one twice changes nothing but the notes."""
        with writing(self._engine) as connection:
            held = select(aircraft.c.aircraft_id).where(aircraft.c.aircraft_id == row.aircraft_id)
            if connection.execute(held).first() is None:
                connection.execute(insert(aircraft).values(**vars(row)))
            self._ledger.append_in(connection, notes)

    def aircraft(self) -> list[AircraftRow]:
        """The fleet, in the order of import."""
        query = select(aircraft).order_by(aircraft.c.imported_us, aircraft.c.aircraft_id)
        with self._engine.connect() as connection:
            return [AircraftRow(**row._mapping) for row in connection.execute(query)]
