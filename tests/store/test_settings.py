"""The settings file: its own template is valid, and every mistake is named with its remedy."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from otear.errors import SettingError
from otear.store.settings import Settings, read_settings, setting_names, settings_text


def written(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "otear.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_the_template_changes_nothing(tmp_path: Path) -> None:
    assert read_settings(written(tmp_path, settings_text())) == Settings()


def test_every_default_in_the_template_is_what_the_code_uses(tmp_path: Path) -> None:
    uncommented = "\n".join(
        line.removeprefix("# ") if " = " in line and not line.endswith("=") else line
        for line in settings_text().splitlines()
    )
    assert tomllib.loads(uncommented), "the template must be TOML once its keys are uncommented"
    assert read_settings(written(tmp_path, uncommented)) == Settings()


def test_setting_names_are_those_of_the_template() -> None:
    assert [name.split(".")[1] for name in setting_names()] == [
        line.removeprefix("# ").split(" =")[0] for line in settings_text().splitlines() if " =" in line
    ]


@pytest.mark.parametrize(
    ("text", "field", "remedy"),
    [
        ("[grid]\ncel_m = 3.0", "grid.cel_m", "Did you mean cell_m?"),
        ("[gird]\n", "gird", "Did you mean grid?"),
        ('[grid]\ncell_m = "25"', "grid.cell_m", "Change its value"),
        ("[coverage]\ncap = 1.0", "coverage.cap", "Change its value"),
        ('[terrain]\ndatum = "navd88"', "terrain.datum", "Change its value"),
        ("grid = 3", "grid", "Change its value"),
        ("[platform]\nposition_m = inf", "platform.position_m", "Change its value"),
    ],
)
def test_a_mistake_names_its_field_and_remedy(tmp_path: Path, text: str, field: str, remedy: str) -> None:
    with pytest.raises(SettingError) as caught:
        read_settings(written(tmp_path, text))
    assert caught.value.field == field
    assert remedy in caught.value.remedy


def test_text_that_is_not_toml_names_the_file(tmp_path: Path) -> None:
    with pytest.raises(SettingError, match=r"otear\.toml: is not TOML"):
        read_settings(written(tmp_path, "[grid\n"))


def test_text_of_another_encoding_names_its_place(tmp_path: Path) -> None:
    path = tmp_path / "otear.toml"
    path.write_bytes('[terrain]\npaths = ["montaña"]'.encode("latin-1"))
    with pytest.raises(SettingError, match="is not UTF-8 text") as caught:
        read_settings(path)
    assert caught.value.offset == path.read_bytes().index(b"\xf1")
