"""Requests and plans in the index database; every change is written with its ledger entries."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Engine, insert, select, update

from otear.domain.ledger import Draft
from otear.domain.plan import Plan
from otear.store.ledger import SqlLedger, writing
from otear.store.plan_documents import plan_from, plan_text
from otear.store.plan_tables import plans, requests


@dataclass(frozen=True)
class RequestRow:
    """A request as it came in, and whether it was withdrawn."""

    request_id: str
    imported_us: int
    by: str
    document: str
    withdrawn_us: int | None = None
    withdrawn_by: str | None = None
    withdrawn_because: str | None = None


class SqlPlans:
    """Requests and plans."""

    def __init__(self, engine: Engine, ledger: SqlLedger) -> None:
        self._engine = engine
        self._ledger = ledger

    def add_request(self, row: RequestRow, notes: Sequence[Draft]) -> bool:
        """Take in a request; one that is there already stays as it is, and False is returned."""
        with writing(self._engine) as connection:
            known = select(requests.c.request_id).where(requests.c.request_id == row.request_id)
            if connection.execute(known).first() is not None:
                return False
            connection.execute(insert(requests), [vars(row)])
            self._ledger.append_in(connection, notes)
        return True

    def withdraw(self, request_id: str, at_us: int, by: str, because: str, notes: Sequence[Draft]) -> bool:
        """Withdraw a request; False where there is none of that name that still stands."""
        with writing(self._engine) as connection:
            change = (
                update(requests)
                .where(requests.c.request_id == request_id, requests.c.withdrawn_us.is_(None))
                .values(withdrawn_us=at_us, withdrawn_by=by, withdrawn_because=because)
            )
            if connection.execute(change).rowcount == 0:
                return False
            self._ledger.append_in(connection, notes)
        return True

    def requests(self) -> list[RequestRow]:
        """All requests, in the order of import."""
        query = select(requests).order_by(requests.c.imported_us, requests.c.request_id)
        with self._engine.connect() as connection:
            return [RequestRow(**row._mapping) for row in connection.execute(query)]

    def put_plan(self, plan: Plan, notes: Sequence[Draft]) -> None:
        """Keep a plan; the same plan once."""
        with writing(self._engine) as connection:
            known = select(plans.c.plan_id).where(plans.c.plan_id == plan.plan_id)
            if connection.execute(known).first() is None:
                row = {
                    "plan_id": plan.plan_id,
                    "made_us": plan.made_us,
                    "authority_id": plan.authority_id,
                    "document": plan_text(plan),
                }
                connection.execute(insert(plans), [row])
            self._ledger.append_in(connection, notes)

    def plans(self) -> list[Plan]:
        """All plans, oldest first."""
        query = select(plans.c.document).order_by(plans.c.made_us, plans.c.plan_id)
        with self._engine.connect() as connection:
            return [plan_from(text) for text in connection.execute(query).scalars()]
