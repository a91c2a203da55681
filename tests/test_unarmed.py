"""No schema, enumeration or command of the package has a word for weapons, the use of force, or identifying people.

Every name that somebody could fill in, choose or type is walked: enumerations and their members, dataclasses and
models and their fields, keys of mappings, public functions and what they take, tables and columns, KLV items, commands
with their options and helps, settings and policies. Only the module that holds the deny-list is left out.
"""

from __future__ import annotations

import ast
import dataclasses
import importlib
import importlib.util
import pkgutil
from collections.abc import Iterator
from enum import Enum, StrEnum
from importlib.resources import files
from pathlib import Path
from types import ModuleType
from typing import Any

import cedarpy
import pytest
import typer.main
from pydantic import BaseModel
from sqlalchemy import Column, Integer, MetaData, Table
from typer.core import TyperGroup

import otear
from otear.authority import unarmed
from otear.authority.roles import Action
from otear.authority.unarmed import ABOARD, DENIED, LOOK_ALIKES, STANDARD, armed_words
from otear.store.settings import setting_names
from otear.video.klv.items import ITEMS


def module_names() -> list[str]:
    """All of the package, but for the deny-list and for what runs or migrates as soon as it is imported."""
    left_out = (unarmed.__name__, "otear.__main__", "otear.store.migrations")
    names = [found.name for found in pkgutil.walk_packages(otear.__path__, "otear.")]
    return [name for name in names if not name.startswith(left_out)]


def names_in(module: ModuleType) -> Iterator[str]:
    """Names of a module's own classes with their members and fields, and of its tables with their columns."""
    yield module.__name__.rpartition(".")[2]
    for value in vars(module).values():
        if isinstance(value, type) and value.__module__ == module.__name__:
            yield from names_in_class(value)
        elif isinstance(value, Table):
            yield value.name
            yield from (f"{value.name} {column.name}" for column in value.columns)


def names_in_class(value: type) -> Iterator[str]:
    yield value.__name__
    if issubclass(value, Enum):
        for name, member in value.__members__.items():
            yield f"{value.__name__} {name}"
            yield f"{value.__name__} {member.value}"
    fields: list[str] = []
    if dataclasses.is_dataclass(value):
        fields += [f"{field.name} {field.type}" for field in dataclasses.fields(value)]
    if issubclass(value, BaseModel):
        fields += [f"{name} {field.annotation} {field.description}" for name, field in value.model_fields.items()]
    fields += list(getattr(value, "__annotations__", ()))
    yield from (f"{value.__name__} {name}" for name in fields)


def names_in_source(text: str) -> Iterator[str]:
    """Keys of mappings, and public functions with what they take."""
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Dict):
            yield from (key.value for key in node.keys if isinstance(key, ast.Constant) and isinstance(key.value, str))
        elif isinstance(node, ast.FunctionDef) and not node.name.startswith("_"):
            arguments = (*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs)
            yield " ".join((node.name, *(argument.arg for argument in arguments)))


def names_in_command(command: Any, path: str) -> Iterator[str]:
    yield f"{path} {command.help or ''}"
    for parameter in command.params:
        yield f"{path} {parameter.name} {' '.join(parameter.opts)} {getattr(parameter, 'help', '') or ''}"
        yield str(parameter.metavar or "")
    if isinstance(command, TyperGroup):
        for name, child in command.commands.items():
            yield from names_in_command(child, f"{path} {name}")


MODULES = module_names()
NEED_TORCH = {f"otear.detect.training.{name}" for name in ("export", "fitting", "loss", "network", "resumed")}


def test_the_whole_package_is_walked() -> None:
    assert {"otear.authority.roles", "otear.domain.aircraft", "otear.store.tables", "otear.video.klv.items"} < set(
        MODULES
    )
    assert len(MODULES) > 100


@pytest.mark.parametrize("module", MODULES)
def test_no_class_field_member_table_or_column_has_such_a_word(module: str) -> None:
    if module in NEED_TORCH:
        pytest.importorskip("torch", reason="torch comes with the extra `train`; the module's source is walked below")
    names = names_in(importlib.import_module(module))
    assert {name: armed_words(name) for name in names if armed_words(name)} == {}


@pytest.mark.parametrize("module", MODULES)
def test_no_key_and_no_public_function_has_such_a_word(module: str) -> None:
    found = importlib.util.find_spec(module)
    assert found is not None
    assert found.origin is not None
    names = names_in_source(Path(found.origin).read_text(encoding="utf-8"))
    assert {name: armed_words(name) for name in names if armed_words(name)} == {}


def test_no_command_option_or_help_has_such_a_word() -> None:
    application = importlib.import_module("otear.cli.main").app
    names = list(names_in_command(typer.main.get_command(application), "otear"))
    assert any("ingest" in name for name in names)
    assert {name: armed_words(name) for name in names if armed_words(name)} == {}


def test_no_klv_item_setting_or_action_has_such_a_word() -> None:
    names = [*(item.name for item in ITEMS.values()), *setting_names(), *Action]
    assert len(names) > 150
    assert {name: armed_words(name) for name in names if armed_words(name)} == {}


def policies() -> list[Any]:
    return [path for path in (files("otear.authority") / "policies").iterdir() if "cedar" in path.name]


@pytest.mark.parametrize("path", policies(), ids=lambda path: path.name)
def test_no_policy_and_no_schema_of_policies_has_such_a_word(path: Any) -> None:
    assert armed_words(path.read_text(encoding="utf-8")) == ()


def test_policies_are_there_to_be_walked() -> None:
    assert {path.name for path in policies()} >= {"roles.cedar", "limits.cedar", "otear.cedarschema"}
    assert cedarpy.PolicySet.from_str((files("otear.authority") / "policies/roles.cedar").read_text(encoding="utf-8"))


def planted() -> list[Any]:
    @dataclasses.dataclass
    class Mount:
        hardpoint_count: int

    class Model(BaseModel):
        laser_designator: bool

    class Verb(StrEnum):
        ENGAGE = "engage"

    class Quiet(StrEnum):
        A = "strike"

    class FaceRecognition:
        pass

    return [Mount, Model, Verb, Quiet, FaceRecognition]


@pytest.mark.parametrize("value", planted(), ids=lambda value: value.__name__)
def test_a_planted_class_would_be_found(value: type) -> None:
    module = ModuleType("otear.planted")
    value.__module__ = module.__name__
    setattr(module, value.__name__, value)
    assert any(armed_words(name) for name in names_in(module))


@pytest.mark.parametrize("text", ["x = {'kill_radius_m': 1}", "def strike(): ...", "def go(weapon): ..."])
def test_a_planted_key_function_or_parameter_would_be_found(text: str) -> None:
    assert any(armed_words(name) for name in names_in_source(text))


def test_a_planted_table_column_command_and_option_would_be_found() -> None:
    module = ModuleType("otear.planted")
    module.__dict__["table"] = Table("looks", MetaData(), Column("weapon_code", Integer))
    assert any(armed_words(name) for name in names_in(module))
    application = typer.Typer()

    @application.command("look")
    def look(kill_radius_m: float = 0.0) -> None:
        """See."""

    @application.command("strike")
    def other() -> None:
        """See."""

    assert sum(bool(armed_words(name)) for name in names_in_command(typer.main.get_command(application), "otear")) >= 2


@pytest.mark.parametrize("term", STANDARD)
def test_every_standard_term_holds_a_denied_word_and_is_needed(term: str) -> None:
    words = term.split()
    parts = [words[start:end] for start in range(len(words)) for end in range(start + 1, len(words) + 1)]
    alone = [word for part in parts if part != words for word in armed_words(" ".join(part))]
    assert alone, f"{term!r} holds nothing that is denied: it needs no exception"
    assert armed_words(term) == ()


def test_every_group_says_why_in_both_languages_and_repeats_no_word() -> None:
    listed = [word for group in (*DENIED, *ABOARD) for word in group.words]
    assert len(listed) == len(set(listed))
    assert all(group.because.en and group.because.es for group in (*DENIED, *ABOARD, LOOK_ALIKES))
    assert all(STANDARD.values())
