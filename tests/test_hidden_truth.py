"""Nothing outside `otear.simulate` can read what is hidden in a world.

Not by an import, not in the bytes of the file, not through what is public of a world, and not by opening the file.
"""

from __future__ import annotations

import ast
import inspect
import json
import os
import re
import shutil
import subprocess
import sys
import textwrap
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, fields
from importlib import import_module
from pathlib import Path
from typing import Any, get_args, get_type_hints

import grimp
import numpy as np
import pyogrio
import pytest

from otear.flight.sortie import read_sortie
from otear.geo.frames import ecef_from_geodetic
from otear.simulate.world.folder import World, open_world
from otear.simulate.world.instructor import truth_of
from otear.simulate.world.make import make_world
from otear.simulate.world.truth import HiddenCue, HiddenSite, Lookalike, Truth

from .conftest import REPOSITORY, Clip

HIDDEN = tuple(f"otear.simulate.world.{name}" for name in ("truth", "seal", "hide", "instructor"))
SECRETS = {Truth, HiddenSite, HiddenCue, Lookalike}
TOLD = {
    "marked": (True, "a score names what was missed: it is what the instructor is told, who gives his folder for it"),
    "known": (False, "the answers of a crew that knows everything, asked for with the instructor's folder"),
}
"""What tells of the truth to whoever has it anyway: whether its type says so, and why it may."""
_ROOM = "otear.simulate"
_CLEAR_M = 50.0
"""No public place is nearer to the middle of a site than this: the smallest site has a radius of 22 m. Streams may be:
they were there first, and are the same whatever is hidden (tests/simulate/test_make.py)."""


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> World:
    return make_world(tmp_path_factory.mktemp("hidden") / "world", seed=5, sites=24, rows=900, columns=900)


@pytest.fixture(scope="module")
def truth(world: World) -> Truth:
    found = truth_of(world)
    assert len(found.sites) == 24
    return found


def test_no_module_outside_imports_the_truth() -> None:
    graph = grimp.build_graph("otear", cache_dir=None)
    assert set(HIDDEN) <= graph.modules
    for hidden in HIDDEN:
        importers = graph.find_modules_that_directly_import(hidden)
        assert importers
        assert [module for module in importers if not module.startswith(_ROOM)] == []


def test_only_the_commands_of_simulate_import_anything_of_it() -> None:
    graph = grimp.build_graph("otear", cache_dir=None)
    importers = {
        importer
        for module in graph.modules
        if module.startswith(_ROOM)
        for importer in graph.find_modules_that_directly_import(module)
        if not importer.startswith(_ROOM)
    }
    assert importers
    assert {module for module in importers if not module.startswith("otear.cli.simulate")} == set()
    users = {user for module in importers for user in graph.find_modules_that_directly_import(module)}
    assert users <= {"otear.cli.main", "otear.cli.simulate"}


def test_what_the_commands_of_simulate_use_gives_nothing_away() -> None:
    """Whatever a command calls, and whatever it gets from it, field by field and method by method, is never the truth;
    but for those that `TOLD` lists, with the reason."""
    used = {
        (node.module, alias.name)
        for path in sorted((REPOSITORY / "src" / "otear" / "cli").glob("simulate*.py"))
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith(_ROOM)
        for alias in node.names
    }
    assert len(used) > 15
    assert {name for _, name in used} >= set(TOLD)
    for module, name in sorted(used):
        thing = getattr(import_module(module), name)
        assert (reachable(thing) & SECRETS != set()) == (name in TOLD and TOLD[name][0]), f"{module}.{name}"


@dataclass
class Innocent:
    where: tuple[HiddenSite, ...] | None


class Asked:
    def later(self) -> Innocent:
        raise NotImplementedError


def called(_: int) -> Mapping[str, list[Asked]]:
    raise NotImplementedError


def test_the_search_finds_what_gives_the_truth_away() -> None:
    for thing in (Truth, Innocent, Asked, called, truth_of):
        assert reachable(thing) & SECRETS, thing
    assert not reachable(open_world) & SECRETS
    assert World in reachable(open_world)


def reachable(thing: Any) -> set[type]:
    """The classes of this project that come out of a function, or that somebody who has an object of a class gets at:
    its fields, and what its methods and properties return."""
    found: set[type] = set()
    waiting = [get_type_hints(thing)["return"] if inspect.isfunction(thing) else thing]
    while waiting:
        hint = waiting.pop()
        waiting += get_args(hint)
        if not inspect.isclass(hint) or hint in found or not hint.__module__.startswith(("otear", __name__)):
            continue
        found.add(hint)
        waiting += get_type_hints(hint).values()
        for member in vars(hint).values():
            asked = member.fget if isinstance(member, property) else getattr(member, "__func__", member)
            if inspect.isfunction(asked):
                waiting.append(get_type_hints(asked).get("return"))
    return found


def test_the_contract_is_for_every_room() -> None:
    contracts = tomllib.loads((REPOSITORY / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
    contract = next(one for one in contracts if one["name"] == "hidden truth")
    rooms = grimp.build_graph("otear", cache_dir=None).find_children("otear")
    assert set(contract["source_modules"]) == rooms - {_ROOM}
    assert contract["forbidden_modules"] == [_ROOM]
    assert all(one.startswith("otear.cli.simulate") for one in contract["ignore_imports"])


def test_the_contract_breaks_when_somebody_imports_it(tmp_path: Path) -> None:
    ignored = shutil.ignore_patterns("__pycache__", "data", "*.nbi", "*.nbc")
    shutil.copytree(REPOSITORY / "src", tmp_path / "src", ignore=ignored)
    shutil.copy(REPOSITORY / "pyproject.toml", tmp_path)

    def linted() -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [Path(sys.executable).with_name("lint-imports"), "--no-cache", "--contract", "hidden-truth"],
            cwd=tmp_path, env={**os.environ, "PYTHONPATH": str(tmp_path / "src")},
            capture_output=True, text=True, check=False,
        )  # fmt: skip

    kept = linted()
    assert "1 kept, 0 broken" in kept.stdout, kept.stdout + kept.stderr
    module = tmp_path / "src" / "otear" / "workflow" / "files.py"
    module.write_text(module.read_text() + "\n\ndef peek():\n    from otear.simulate.world.folder import open_world\n")
    broken = linted()
    assert broken.returncode == 1, broken.stdout
    assert "otear.workflow.files -> otear.simulate.world.folder" in broken.stdout


def test_nobody_outside_gets_at_it_by_a_name_put_together_at_run_time() -> None:
    """Modules are loaded by name in one place only, and only those of `benchmarks`."""
    checked = 0
    for path in sorted((REPOSITORY / "src" / "otear").rglob("*.py")):
        room = path.relative_to(REPOSITORY / "src" / "otear")
        if room.parts[0] == "simulate":
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            checked += 1
            names = {getattr(node, "attr", None), getattr(node, "id", None), getattr(node, "name", None)}
            assert not names & {"read_truth", "truth_of", "seed_of", "__import__", "exec", "run_module"}, f"{path}"
            loads = "import_module" in names
            assert not loads or room == Path("cli", "bench.py"), f"{path}:{node.lineno}"
            spelled = isinstance(node, ast.Constant) and isinstance(node.value, str) and "otear.simulate" in node.value
            assert not spelled, f"{path}:{node.lineno}"
    assert checked > 10_000


def test_the_bytes_of_the_file_say_nothing(world: World, truth: Truth) -> None:
    sealed = (world.folder / "instructor" / "truth").read_bytes()
    for site in truth.sites:
        for text in (site.site_id, site.kind.value, repr(site.lat_deg), repr(site.lon_deg), f"{site.lat_deg:.5f}"):
            assert text.encode() not in sealed
        assert np.float64(site.lat_deg).tobytes() not in sealed
    for word in (b"site", b"PK\x03\x04", b"NUMPY", b"laboratory", world.world_id.encode()):
        assert word not in sealed
    body = np.frombuffer(sealed[64:], dtype=np.uint8)
    share = np.bincount(body, minlength=256) / len(body)
    assert -np.sum(share * np.log2(share)) > 7.999


def test_what_is_public_of_a_world_tells_no_place_of_a_site(world: World, truth: Truth, tmp_path: Path) -> None:
    handed = tmp_path / "handed"
    shutil.copytree(world.folder, handed, ignore=shutil.ignore_patterns("instructor"))
    public = open_world(handed)
    found = [(public.lat_deg, public.lon_deg)]
    for layer in ("roads", "villages", "boundary"):
        _, _, shapes, _ = pyogrio.raw.read(public.layers, layer=layer)
        for shape in shapes:
            found += points_of(shape)
    for path in public.sorties:
        read_sortie(path.read_text(), path)
        found += [
            (float(a), float(b)) for a, b in re.findall(r'"lat_deg":([-\d.]+),"lon_deg":([-\d.]+)', path.read_text())
        ]
    found += [
        (float(b), float(a)) for a, b in re.findall(r"\[(-?\d+\.\d+), (-?\d+\.\d+)\]", public.authority.read_text())
    ]
    lat, lon = np.radians(np.array(found)).T
    public_m = ecef_from_geodetic(lat, lon, np.zeros(len(lat)))
    assert len(public_m) > 1_000
    for site in truth.sites:
        site_m = ecef_from_geodetic(*(np.radians([angle]) for angle in (site.lat_deg, site.lon_deg)), np.zeros(1))
        assert np.linalg.norm(public_m - site_m, axis=1).min() > _CLEAR_M
    for path in handed.rglob("*"):
        if path.is_file():
            data = path.read_bytes()
            assert not any(site.site_id.encode() in data for site in truth.sites)
    document = json.loads((handed / "world.json").read_text())
    assert "seed" not in document
    assert {field.name for field in fields(public)} & {"sites", "things", "lookalikes"} == set()


def points_of(wkb: bytes) -> list[tuple[float, float]]:
    """Latitude and longitude (degrees) of the points of a geometry."""
    import shapely

    return [(float(y), float(x)) for x, y in shapely.get_coordinates(shapely.from_wkb(wkb)).tolist()]


_WATCHED = """
import json, sys
from pathlib import Path
opened = []
watched = {"open", "os.listdir", "os.scandir"}
sys.addaudithook(lambda event, args: opened.append(str(args[0])) if event in watched else None)
from typer.testing import CliRunner
from otear.simulate.world.instructor import truth_of
from otear.cli.main import app
results = []
for words in json.loads(sys.argv[1]):
    ran = CliRunner().invoke(app, words)
    results.append([words, ran.exit_code, ran.output[-400:]])
Path(sys.argv[2]).write_text(json.dumps({"opened": opened, "results": results}))
"""


@pytest.mark.slow
def test_no_command_opens_the_file_even_where_it_lies_beside_the_workspace(
    world: World, clip: Clip, tmp_path: Path
) -> None:
    """Every command outside `simulate` runs, most of them with arguments that lead into the world's folder."""
    shutil.copytree(world.folder, tmp_path / "world")
    beside, sortie = tmp_path / "world", next((tmp_path / "world" / "sorties").glob("*.yaml"))
    with_world = [
        ["init"],
        ["key", "add", str(beside / "keys" / "host.pub"), "--role", "host", "--holder", "MEX"],
        ["key", "add", str(beside / "keys" / "programme.pub"), "--role", "programme", "--holder", "Programme"],
        ["authority", "import", str(beside / "authority.yaml")],
        *(["aircraft", "import", str(path)] for path in sorted((beside / "aircraft").glob("*.yaml"))),
        ["ingest", str(clip.recording), "--terrain", str(beside)],
        ["sortie", "show", str(sortie), "--terrain", str(beside)],
        ["coverage", "export", "--out", str(tmp_path / "coverage.gpkg")],
        ["locate", "latest", "--time", "1", "--pixel", "300", "200", "--terrain", str(beside)],
        ["ledger", "verify"],
    ]
    bare = [path for path in every_command() if path[:1] not in (["simulate"], ["bench"])]
    assert len(bare) > 25
    root = ["--workspace", str(tmp_path / "workspace")]
    commands = [[*root, *words] for words in (*with_world, *bare)]
    script, report = tmp_path / "watched.py", tmp_path / "report.json"
    script.write_text(textwrap.dedent(_WATCHED))
    ran = subprocess.run(
        [sys.executable, str(script), json.dumps(commands), str(report)],
        cwd=tmp_path, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert ran.returncode == 0, ran.stderr
    found = json.loads(report.read_text())
    for words, code, said in found["results"][:7]:
        assert code == 0, f"{words}: {said}"
    assert any(path.endswith("authority.yaml") for path in found["opened"])
    assert [path for path in found["opened"] if path.endswith(("instructor/truth", "instructor/seed"))] == []


def every_command() -> list[list[str]]:
    """The words of every command of the command line."""
    import typer.main
    from typer.core import TyperGroup

    from otear.cli.main import app

    def below(command: object, words: list[str]) -> list[list[str]]:
        if isinstance(command, TyperGroup):
            return [one for name, child in command.commands.items() for one in below(child, [*words, name])]
        return [words]

    return below(typer.main.get_command(app), [])
