"""Each rule that a decision may bear has one name and one meaning, stands in the catalogue and on a page."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from otear.authority.roles import packaged_policies
from otear.authority.rules import CATALOGUES, OF_WITNESSES, RULES

REPOSITORY = Path(__file__).resolve().parents[2]
SOURCES = sorted((REPOSITORY / "src" / "otear").rglob("*.py"))
MAKERS = {"refused": 0, "allowed": 0, "Revocation": 0, "_among": 1}
"""What makes a decision, or is turned into one, and which of its arguments is the rule."""


def page(name: str) -> str:
    return (REPOSITORY / "docs" / name).read_text(encoding="utf-8")


def literal_rules(path: Path) -> Iterator[str]:
    """Rules that are written where a decision is made, or given a name that it is made with."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call):
            name = node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")
            given = node.args[MAKERS[name]] if name in MAKERS and len(node.args) > MAKERS[name] else None
        elif isinstance(node, ast.Assign) and [getattr(target, "id", "") for target in node.targets] == ["rule"]:
            given = node.value
        else:
            continue
        # A rule that is chosen between two is either.
        found = (ast.walk(given.body), ast.walk(given.orelse)) if isinstance(given, ast.IfExp) else ([given],)
        for one in (one for part in found for one in part):
            if isinstance(one, ast.Constant) and isinstance(one.value, str):
                yield one.value


WRITTEN = {rule: path for path in SOURCES for rule in literal_rules(path)}
POLICIES = set(re.findall(r'^@id\("(\w+)"\)', packaged_policies().roles + packaged_policies().limits, re.MULTILINE))


def test_no_rule_has_two_meanings() -> None:
    assert sum(map(len, CATALOGUES)) == len(RULES)
    for language in ("en", "es"):
        meanings = [meaning.text(language) for meaning in RULES.values()]
        assert all(meanings)
        assert len(set(meanings)) == len(meanings)


def test_every_rule_that_a_decision_is_made_by_is_in_the_catalogue() -> None:
    assert {"revoked", "key_revoked", "purpose", "quarantined", "witness-log", "role"} <= set(WRITTEN)
    strangers = {rule: path.name for rule, path in WRITTEN.items() if rule not in RULES}
    assert not strangers
    assert set(RULES) >= POLICIES


def test_every_rule_of_the_catalogue_is_one_that_decisions_are_made_by() -> None:
    assert set(RULES) == set(WRITTEN) | POLICIES


@pytest.mark.parametrize("rule", RULES)
def test_every_rule_is_on_a_page_and_means_the_same_wherever_it_is(rule: str) -> None:
    if rule in OF_WITNESSES:
        assert f"| `{rule}` |" in page("ledger.md")
        return
    row = f"| `{rule}` | {RULES[rule].en} | {RULES[rule].es} |"
    rows = [line for name in ("authority.md", "roles.md") for line in page(name).splitlines()]
    listed = [line for line in rows if re.match(rf"\| `{rule}` \| [^|]+ \| [^|]+ \|$", line)]
    assert listed
    assert set(listed) == {row}
