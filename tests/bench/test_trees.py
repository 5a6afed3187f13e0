"""That what arrived is held against what was sent."""

from __future__ import annotations

from pathlib import Path

import pytest
from bench.health_data import HealthData
from bench.trees import Tree, check_same_files, files_of


@pytest.fixture
def source(tmp_path: Path) -> Path:
    Tree("X", 3, 100).write(tmp_path / "source")
    return tmp_path / "source"


def copy_with_other_names(source: Path, stored: Path) -> Path:
    stored.mkdir()
    for number, file in enumerate(files_of(source)):
        (stored / f"stored_{number}.png").write_bytes(file.read_bytes())
    return stored


def test_names_may_differ(source: Path, tmp_path: Path) -> None:
    check_same_files(source, copy_with_other_names(source, tmp_path / "stored"))


def test_a_byte_that_differs_is_found(source: Path, tmp_path: Path) -> None:
    stored = copy_with_other_names(source, tmp_path / "stored")
    last = files_of(stored)[-1]
    last.write_bytes(last.read_bytes()[:-1] + b"\0")
    with pytest.raises(RuntimeError, match="stored_2.png differs"):
        check_same_files(source, stored)


def test_a_file_that_is_missing_is_found(source: Path, tmp_path: Path) -> None:
    stored = copy_with_other_names(source, tmp_path / "stored")
    files_of(stored)[0].unlink()
    with pytest.raises(RuntimeError, match="has 2 files"):
        check_same_files(source, stored)


def test_health_data_grows_at_the_ends_of_its_files(tmp_path: Path) -> None:
    HealthData(200_000).write(tmp_path / "before")
    HealthData(400_000).write(tmp_path / "after")
    before, after = files_of(tmp_path / "before"), files_of(tmp_path / "after")
    assert len(before) == len(after) == 80
    assert 200_000 < sum(file.stat().st_size for file in before) < 250_000
    for old, new in zip(before, after):
        assert new.read_text().startswith(old.read_text().removesuffix("\n  ]\n}\n"))
