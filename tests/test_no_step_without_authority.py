"""No step without authority: whatever reaches the content of footage demands one, by its types and when it runs.

The functions are not listed here. They are found: every function of the use-cases from which code that opens content
can be reached. A new one that can be called without an authority fails these tests until it takes one.
"""

from __future__ import annotations

import ast
import importlib
import inspect
import pkgutil
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, get_type_hints

import pytest

import otear.cli
import otear.workflow
from otear.authority import decide, flying, looking, terms
from otear.domain.authority import Authority
from otear.domain.decision import Decision
from otear.errors import RefusedError
from otear.store.workspace import Workspace
from otear.workflow.flown import Flown
from otear.workflow.held import Held

from .conftest import REPOSITORY
from .consent import desk_in

OPENS = {"blobs", "derived"}
"""What of a workspace leads to content: raw recordings, and what was derived from them."""
READS = {
    "otear.store.recording_files": re.compile("read_"),
    "otear.coverage.files": re.compile("read_|coverage_at"),
    "otear.coverage.aggregate": re.compile("aggregate"),
    "otear.video.frames": re.compile("frame_at|video_info"),
    "otear.video.recording": re.compile("RecordingReader"),
}
"""What of other rooms opens content."""
DEMANDS = {"Authority", "Held", "Sequence[Held]", "Sequence[Authority]"}

WITHOUT = {
    ("custody", "take_in"): "takes footage into custody: it is kept and counted, and shown to nobody",
    ("flown", "flown"): "the facts of a flight, for an authority to judge",
    ("footage", "packet_items"): "metadata, which may be read of footage in quarantine, too",
    ("track", "trusted_telemetry"): "metadata",
    ("track", "track_geojson"): "metadata; footprints only under an authority in force",
    ("track", "write_track"): "metadata; footprints only under an authority in force",
    ("retention", "purge"): "takes content away",
    ("retention", "due"): "what a purge would take away",
}
"""What may reach content without an authority, and why. Anything else that does fails."""


@dataclass(frozen=True)
class Function:
    """A function of the use-cases, as its source says: what it is called with, and what it calls."""

    module: str
    name: str
    node: ast.FunctionDef
    opens: bool
    calls: frozenset[tuple[str, str]]

    @property
    def demands(self) -> bool:
        """Whether it cannot be called without an authority."""
        arguments = self.node.args
        positional = [*arguments.posonlyargs, *arguments.args]
        required = positional[: len(positional) - len(arguments.defaults)]
        required += [
            one for one, default in zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True) if not default
        ]
        return any(one.annotation is not None and ast.unparse(one.annotation) in DEMANDS for one in required)

    @property
    def public(self) -> bool:
        return not any(part.startswith("_") for part in self.name.split("."))


def functions_of(module: str) -> Iterator[Function]:
    """The functions of a module's source, methods included."""
    specification = importlib.import_module(module)
    assert specification.__file__ is not None
    tree = ast.parse(Path(specification.__file__).read_text(encoding="utf-8"))
    yield from functions_in(tree, module)


def functions_in(tree: ast.Module, module: str) -> Iterator[Function]:
    imported = {
        alias.asname or alias.name: (node.module or "", alias.name)
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    }
    for holder, prefix in ((tree, ""), *((one, f"{one.name}.") for one in tree.body if isinstance(one, ast.ClassDef))):
        for node in holder.body:
            if not isinstance(node, ast.FunctionDef):
                continue
            names = {one.id for one in ast.walk(node) if isinstance(one, ast.Name)}
            attributes = {one.attr for one in ast.walk(node) if isinstance(one, ast.Attribute)}
            calls = {imported.get(name, (module, name)) for name in names}
            reads = any(room in READS and READS[room].match(name) for room, name in calls)
            yield Function(module, prefix + node.name, node, reads or bool(attributes & OPENS), frozenset(calls))


@cache
def use_cases() -> dict[tuple[str, str], Function]:
    modules = [f"otear.workflow.{one.name}" for one in pkgutil.iter_modules(otear.workflow.__path__)]
    return {(one.module, one.name): one for module in modules for one in functions_of(module)}


def reaching(known: dict[tuple[str, str], Function], cut: Callable[[Function], bool]) -> set[tuple[str, str]]:
    """The functions from which content can be reached without passing through another one that is `cut`."""
    found = {key for key, one in known.items() if one.opens}
    while True:
        through = {key for key in found if not cut(known[key])}
        more = {key for key, one in known.items() if key not in found and one.calls & through}
        if not more:
            return found
        found |= more


def short(key: tuple[str, str]) -> tuple[str, str]:
    return key[0].removeprefix("otear.workflow."), key[1]


def allowed_without(one: Function) -> bool:
    return short((one.module, one.name)) in WITHOUT


@cache
def steps() -> dict[tuple[str, str], Function]:
    """The public functions that reach content, through whatever, and demand an authority: the steps."""
    known = use_cases()
    found = sorted(reaching(known, lambda _: False))
    return {short(key): known[key] for key in found if known[key].demands and known[key].public}


def test_whatever_reaches_the_content_of_footage_demands_an_authority() -> None:
    known = use_cases()
    found = reaching(known, lambda one: one.demands or allowed_without(one))
    loose = {short(key) for key in found if known[key].public and not known[key].demands} - set(WITHOUT)
    assert not loose, f"take an authority, or say in WITHOUT why not: {sorted(loose)}"


def test_what_is_let_off_is_there_and_does_reach_content() -> None:
    found = {short(key) for key in reaching(use_cases(), lambda one: one.demands)}
    assert set(WITHOUT) <= found
    assert not [key for key in WITHOUT if use_cases()[f"otear.workflow.{key[0]}", key[1]].demands]


def test_the_steps_that_there_are_were_found() -> None:
    """So that the walk itself cannot go blind."""
    assert set(steps()) >= {
        ("adopt", "adopt"), ("looking", "look"), ("locate", "locate"), ("locate", "draw"), ("quicklook", "quicklook"),
        ("coverage", "at"), ("coverage", "export"), ("track", "pass_of"),
    }  # fmt: skip


def test_the_command_line_opens_no_content_itself() -> None:
    modules = [f"otear.cli.{one.name}" for one in pkgutil.iter_modules(otear.cli.__path__)]
    assert not [(one.module, one.name) for module in modules for one in functions_of(module) if one.opens]


@pytest.mark.parametrize(
    ("source", "loose"),
    [
        ("def show(workspace): return workspace.blobs.path('x')", True),
        ("def show(workspace, authority: Authority): return workspace.blobs.path('x')", False),
        ("def show(workspace, authority: Authority | None): return workspace.blobs.path('x')", True),
        ("def show(workspace, authority: Authority = NONE): return workspace.blobs.path('x')", True),
        ("def show(desk, *, sources: Sequence[Held]): return desk.workspace.derived('x')", False),
        ("def _raw(w): return w.blobs\ndef show(workspace): return _raw(workspace)", True),
        ("def gate(w, a: Authority): return w.blobs\ndef show(workspace): return gate(workspace, NONE)", False),
        ("from otear.video.frames import frame_at as f\ndef show(path): return f(path, 0.0)", True),
        ("def show(workspace): return workspace.root", False),
    ],
)
def test_the_walk_tells_what_demands_an_authority_from_what_does_not(source: str, loose: bool) -> None:
    known = {(one.module, one.name): one for one in functions_in(ast.parse(source), "m")}
    assert ((("m", "show") in reaching(known, lambda one: one.demands)) and not known["m", "show"].demands) is loose


def runnable(key: tuple[str, str]) -> Any:
    return getattr(importlib.import_module(f"otear.workflow.{key[0]}"), key[1])


def demanded(function: Any) -> str:
    """The name of the parameter that an authority comes in by."""
    annotations = {name: str(one.annotation) for name, one in inspect.signature(function).parameters.items()}
    return next(name for name, annotation in annotations.items() if annotation in DEMANDS)


class Nothing:
    """Stands in for every other argument: nobody may look at it before the authority."""

    def __getattribute__(self, name: str) -> Any:
        raise AssertionError(f"{name} was asked for before the authority was")


@pytest.mark.parametrize("key", sorted(steps()), ids=".".join)
@pytest.mark.parametrize("given", [None, "a-0123456789abcdef", {}, object()], ids=["none", "text", "mapping", "object"])
def test_a_step_without_an_authority_is_refused_when_it_runs(
    key: tuple[str, str], given: object, workspace: Workspace
) -> None:
    """And changes nothing: the ledger stays empty, and no file is written."""
    step = runnable(key)
    signature, name = inspect.signature(step), demanded(step)
    nothing: dict[str, Any] = {
        one.name: desk_in(workspace) if one.name == "desk" else Nothing()
        for one in signature.parameters.values()
        if one.name != name and one.default is inspect.Parameter.empty
    }
    if "now_us" in nothing:
        nothing["now_us"] = lambda: 1
    many = "Sequence" in str(signature.parameters[name].annotation)
    before = sorted(workspace.root.rglob("*"))
    for wrong in (given, [given], [Held(None, given)]) if many else (given,):  # type: ignore[arg-type]
        with pytest.raises(RefusedError) as caught:
            step(**nothing, **{name: wrong})
        assert caught.value.rule == "no_authority"
        assert caught.value.spanish is not None
    assert sorted(workspace.root.rglob("*")) == before


DECIDING = {name: getattr(decide, name) for name in decide.__all__ if inspect.isfunction(getattr(decide, name))}


def test_every_decision_of_authority_is_handed_on() -> None:
    made = {
        name
        for module in (terms, flying, looking)
        for name, one in inspect.getmembers(module, inspect.isfunction)
        if one.__module__ == module.__name__ and not name.startswith("_") and get_type_hints(one)["return"] is Decision
    }
    assert {name for name, one in DECIDING.items() if get_type_hints(one)["return"] is Decision} | {
        "standing",
        "held_at",
    } == made - {"dates_hold"}  # which judges documents that are no authority yet


@pytest.mark.parametrize("name", [*DECIDING, "standing", "held_at"])
def test_whatever_decides_takes_an_authority_first_and_refuses_without(name: str) -> None:
    decides = DECIDING.get(name) or getattr(terms, name)
    first, *rest = inspect.signature(decides).parameters.values()
    assert first.name == "authority"
    assert first.default is inspect.Parameter.empty
    assert first.kind is inspect.Parameter.POSITIONAL_OR_KEYWORD
    assert get_type_hints(decides)["authority"] is (object if name == "required" else Authority)
    others: dict[str, Any] = {one.name: Nothing() for one in rest if one.default is inspect.Parameter.empty}
    for wrong in (None, "a-0123456789abcdef", {}, object()):
        with pytest.raises(RefusedError) as caught:
            decides(wrong, **others)
        assert caught.value.rule == "no_authority"


def test_the_facts_of_a_flight_do_not_hold_an_authority() -> None:
    """Else one could be carried along in them, and the argument left out."""
    assert not {str(annotation) for annotation in get_type_hints(Flown).values()} & {str(Authority)}


@pytest.mark.slow
def test_leaving_the_authority_out_is_a_type_error(tmp_path: Path) -> None:
    """One run of mypy by the project's own settings over every step and every decision, each called with an authority,
    without, with None in its place, and with something else."""
    calls = {f"otear.workflow.{module}": [] for module, _ in steps()} | {
        "otear.authority.terms": ["standing", "held_at"]
    }
    for module, name in steps():
        calls[f"otear.workflow.{module}"].append(name)
    calls["otear.authority.decide"] = [name for name in DECIDING if name != "required"]
    head = [
        "from typing import Any",
        "from otear.domain.authority import Authority",
        "from otear.workflow.held import Held",
    ]
    right, wrong = list(head), list(head)
    for number, (module, names) in enumerate(calls.items()):
        for lines in (right, wrong):
            lines.append(f"import {module} as m{number}")
        for name in names:
            signature = inspect.signature(getattr(importlib.import_module(module), name))
            called, parameter = f"m{number}.{name}", demanded(getattr(importlib.import_module(module), name))
            rest = "".join(
                f", {one.name}=x"
                for one in signature.parameters.values()
                if one.name != parameter and one.default is inspect.Parameter.empty
            )
            many = "Sequence[Held]" in str(signature.parameters[parameter].annotation)
            good = "[Held(x, a)]" if many else "[a]" if "Sequence" in str(signature.parameters[parameter]) else "a"
            right.append(f"def f{len(right)}(a: Authority, x: Any) -> None: {called}({parameter}={good}{rest})")
            bad = ["None", "'a-0123456789abcdef'", "object()", *(["[Held(x, None)]", "[None]"] if many else [])]
            wrong.append(f"def f{len(wrong)}(x: Any) -> None: {called}({rest.removeprefix(', ')})")
            wrong += [
                f"def f{len(wrong) + k}(x: Any) -> None: {called}({parameter}={one}{rest})" for k, one in enumerate(bad)
            ]
    (tmp_path / "right.py").write_text("\n".join(right) + "\n", encoding="utf-8")
    (tmp_path / "wrong.py").write_text("\n".join(wrong) + "\n", encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-m", "mypy", "--config-file", "pyproject.toml", *map(str, tmp_path.glob("*.py"))],
        cwd=REPOSITORY,
        capture_output=True,
        text=True,
        check=False,
    )
    found = re.findall(r"^.*?(right|wrong)\.py:(\d+): error: .*\[([a-z-]+)\]$", done.stdout, re.MULTILINE)
    assert done.returncode == 1, done.stdout + done.stderr
    assert not [one for one in found if one[0] == "right"], done.stdout
    marked = {int(line) for file, line, _ in found if file == "wrong"}
    calling = {number for number, line in enumerate(wrong, start=1) if line.startswith("def ")}
    assert marked == calling, [wrong[number - 1] for number in sorted(calling ^ marked)]
    assert {code for _, _, code in found} <= {"call-arg", "arg-type", "list-item"}
