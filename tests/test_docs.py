"""The documentation is true: every command, option, setting and page is in it, and its commands run."""

from __future__ import annotations

import re
import shlex
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer.main
from typer.core import TyperGroup, TyperOption

from otear.cli.main import app
from otear.store.settings import setting_names

from .command_server import typed

REPOSITORY = Path(__file__).resolve().parent.parent
DOCS = REPOSITORY / "docs"
PAGES = sorted(DOCS.glob("*.md"))


def commands(command: Any, path: str = "otear") -> Iterator[tuple[str, Any]]:
    if isinstance(command, TyperGroup):
        for name, child in command.commands.items():
            yield from commands(child, f"{path} {name}")
    else:
        yield path, command


COMMANDS = dict(commands(typer.main.get_command(app)))


def test_there_are_commands_to_document() -> None:
    assert {"otear init", "otear ingest", "otear locate", "otear coverage at"} <= set(COMMANDS)


@pytest.mark.parametrize("path", COMMANDS)
def test_every_command_and_option_is_documented(path: str) -> None:
    lines = [line for line in (DOCS / "commands.md").read_text(encoding="utf-8").splitlines() if f"`{path}" in line]
    assert lines, f"docs/commands.md does not mention `{path}`"
    for parameter in COMMANDS[path].params:
        if isinstance(parameter, TyperOption):
            shown = any(f"`{option}" in lines[0] for option in parameter.opts)
            assert shown, f"`{path}` {parameter.opts} is not in {lines[0]}"


@pytest.mark.parametrize("name", setting_names())
def test_every_setting_is_documented(name: str) -> None:
    assert f"`{name}`" in (DOCS / "settings.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("page", [page.name for page in PAGES if page.name != "README.md"])
def test_every_page_is_in_the_list_of_pages(page: str) -> None:
    assert f"]({page})" in (DOCS / "README.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("page", [*PAGES, REPOSITORY / "README.md", REPOSITORY / "DESIGN.md"], ids=lambda p: p.name)
def test_every_link_leads_somewhere(page: Path) -> None:
    for target in re.findall(r"\]\(([^)#]+)[^)]*\)", page.read_text(encoding="utf-8")):
        assert target.startswith("http") or (page.parent / target).exists(), f"{page.name} links to {target}"


def shown_commands(page: Path) -> list[str]:
    blocks = re.findall(r"```console\n(.*?)```", page.read_text(encoding="utf-8"), re.DOTALL)
    return [line[2:] for block in blocks for line in block.splitlines() if line.startswith("$ ")]


def in_reading_order() -> list[Path]:
    names = re.findall(r"\]\((\w[\w-]*\.md)\)", (DOCS / "README.md").read_text(encoding="utf-8"))
    return [DOCS / name for name in names]


@pytest.mark.slow
def test_every_command_on_the_pages_runs(tmp_path: Path) -> None:
    """In one folder and one after the other, as a reader who goes through the pages in a checkout would type them."""
    (tmp_path / "docs").symlink_to(DOCS)
    ran = 0
    for page in in_reading_order():
        for line in shown_commands(page):
            words = shlex.split(line)
            assert words[0] == "otear", f"{page.name}: {line}"
            finished = typed(words[1:], tmp_path)
            assert finished.returncode == 0, f"{page.name}: {line}\n{finished.stderr}"
            ran += 1
    assert ran >= 60
    for picture in ("quicklook.png", "authority.png"):
        assert (tmp_path / picture).read_bytes().startswith(b"\x89PNG")


@pytest.mark.slow
def test_make_run_does_the_main_job(tmp_path: Path) -> None:
    """`make run`, as README.md promises, on a copy that has only what is under version control."""
    make = shutil.which("make")
    if make is None:
        pytest.skip("there is no make on this machine")
    finished = subprocess.run(
        [make, "run", f"OUT={tmp_path}"], cwd=REPOSITORY, capture_output=True, text=True, check=False
    )
    assert finished.returncode == 0, finished.stderr
    assert "packets kept" in finished.stdout or "kept:" in finished.stdout
    picture = re.search(r"Picture (\S+)", finished.stdout)
    assert picture is not None
    assert Path(picture[1]).read_bytes().startswith(b"\x89PNG")


def test_the_readme_names_the_two_commands_and_the_clip() -> None:
    readme = (REPOSITORY / "README.md").read_text(encoding="utf-8")
    first_screen = "\n".join(readme.splitlines()[:25])
    assert "make run" in first_screen
    assert "make test" in first_screen
    assert "ingest ../shared/data/video/huntsville-sim.ts" in first_screen


@pytest.mark.slow
def test_the_readmes_next_lines_ingest_the_public_clip(shared_data: Path, tmp_path: Path) -> None:
    """As they stand, after `make run`: first into quarantine, then, once an authority covers it, out of it."""
    readme = (REPOSITORY / "README.md").read_text(encoding="utf-8")
    lines = [shlex.split(line) for line in readme.splitlines() if line.startswith("    .venv/bin/otear ")]
    assert [words[3] for words in lines] == ["ingest", "key", "authority", "ingest"]
    programme = ("docs/examples/keys/programme-example.pub", "--role", "programme", "--holder", "Example programme")
    said = []
    for line in (["init"], ["key", "add", *programme], *(words[3:] for words in lines)):
        words = [word.replace("../shared/data", str(shared_data)) for word in line]
        finished = typed(["--workspace", str(tmp_path / "workspace"), *words], REPOSITORY)
        assert finished.returncode == 0, f"{words}\n{finished.stderr}"
        said.append(finished.stdout)
    assert "277 kept" in said[2]
    assert "In quarantine" in said[2]
    assert "277 kept" in said[-1]
    assert "quarantine" not in said[-1]
