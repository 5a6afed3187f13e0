"""The zip for Windows: what is in it, and that what it tells its users holds for the program, under Wine."""

from __future__ import annotations

import getpass
import re
import subprocess
import zipfile
from collections.abc import Callable
from pathlib import Path
from xml.etree import ElementTree

import pytest
from programs import REPOSITORY
from wine import EXECUTABLE, WindowsSender, missing

pytestmark = pytest.mark.skipif(bool(missing()), reason=missing())

LICENCES = {"gcc-mingw-w64-base", "libcli11-dev", "libcurl4-openssl-dev", "libfmt-dev", "libmodpbase64-dev",
            "libspdlog-dev", "libsqlite3-dev", "libtomlplusplus-dev", "libutf8proc-dev", "libzstd-dev",
            "mingw-w64-x86-64-dev", "nlohmann-json3-dev"}
TASK = "{http://schemas.microsoft.com/windows/2004/02/mit/task}"
OPTION = re.compile(r"(?<![\w-])--[a-z][a-z-]+")
MOST_LINES = 66
"""Of a page."""


@pytest.fixture(scope="module")
def package(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("package")
    subprocess.run(["cpack", "-G", "ZIP", "--config", EXECUTABLE.parents[1] / "CPackConfig.cmake", "-B", folder],
                   check=True, stdout=subprocess.DEVNULL)
    [file] = folder.glob("*.zip")
    return file


@pytest.fixture(scope="module")
def unpacked(package: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("unpacked")
    with zipfile.ZipFile(package) as archive:
        archive.extractall(folder)
    return folder


def text_of(file: Path) -> str:
    """Of a file whose lines all end as Windows' own editors have them."""
    content = file.read_bytes()
    assert content.count(b"\n") == content.count(b"\r\n") == content.count(b"\r") > 0, file.name
    return content.decode("ascii").replace("\r\n", "\n")


def with_all_settings(text: str) -> str:
    """The comments that are settings as well."""
    return re.sub(r"^#(?=[a-z-]+ = |\[)", "", text, flags=re.MULTILINE)


def test_the_zip_has_the_program_and_what_belongs_to_it(package: Path, unpacked: Path) -> None:
    version = subprocess.run(["grep", "-oP", r"project\(healthmetric VERSION \K[0-9.]+", REPOSITORY / "CMakeLists.txt"],
                             check=True, capture_output=True, text=True).stdout.strip()
    assert package.name == f"healthmetric-sender-{version}-windows-x86_64.zip"
    files = {str(path.relative_to(unpacked)) for path in unpacked.rglob("*") if path.is_file()}
    assert files == {"healthmetric-sender.exe", "LICENSE.txt", "README.txt", "daily-task.xml", "sender.toml",
                     *(f"third-party-licences/{name}.txt" for name in LICENCES)}
    assert (unpacked / "healthmetric-sender.exe").read_bytes() == EXECUTABLE.read_bytes()
    assert text_of(unpacked / "LICENSE.txt") == (REPOSITORY / "LICENSE").read_text()
    runtime = (unpacked / "third-party-licences/gcc-mingw-w64-base.txt").read_text()
    assert "GCC RUNTIME LIBRARY EXCEPTION" in runtime


def test_the_readme_is_a_page_whose_options_exist(unpacked: Path, windows_sender: WindowsSender) -> None:
    text = text_of(unpacked / "README.txt")
    assert "@" not in text
    lines = text.splitlines()
    assert len(lines) <= MOST_LINES
    assert max(map(len, lines)) <= 100
    known = set(OPTION.findall(windows_sender("--help").stdout))
    named = set(OPTION.findall(text))
    assert {"--dry-run", "--changed-only"} <= named <= known
    for command in ("setup", "doctor"):
        assert f"healthmetric-sender {command}\n" in text
        assert windows_sender(command, "--help").status == 0
    for file in re.findall(r"[\w-]+\.(?:toml|xml|exe|txt)", re.sub(r"token\.txt|cmd\.exe", "", text)):
        assert (unpacked / file).exists(), file


@pytest.mark.parametrize("edit", [str, with_all_settings], ids=["as it is", "all settings"])
def test_the_sample_configuration_is_accepted(unpacked: Path, windows_sender: WindowsSender,
                                              edit: Callable[[str], str], tmp_path: Path) -> None:
    text = edit(text_of(unpacked / "sender.toml"))
    place = windows_sender.appdata / "healthmetric"
    place.mkdir(parents=True)
    (place / "sender.toml").write_bytes(text.replace("OWNER/REPOSITORY", "lab/data").replace("\n", "\r\n").encode())
    profile = windows_sender.wine_prefix / "drive_c/users" / getpass.getuser()
    (profile / "Documents/health").mkdir(exist_ok=True)
    (profile / "Documents/health/data.json").write_text("{}\n")
    certificates = tmp_path / "ca.pem"
    certificates.write_bytes(Path("/etc/ssl/certs/ca-certificates.crt").read_bytes())
    result = windows_sender("--dry-run", "--ca-bundle", certificates)
    assert (result.status, result.stderr) == (0, "")
    assert "data.json" in result.stdout and "lab/data" in result.stdout


def test_the_task_runs_daily_on_battery_too_without_a_limit(unpacked: Path, windows_sender: WindowsSender) -> None:
    content = (unpacked / "daily-task.xml").read_bytes()
    assert content.startswith(b"\xff\xfe")
    task = ElementTree.fromstring(content)
    settings = {element.tag.removeprefix(TASK): element.text for element in task.iterfind(f"{TASK}Settings/*")}
    assert settings["DisallowStartIfOnBatteries"] == settings["StopIfGoingOnBatteries"] == "false"
    assert settings["ExecutionTimeLimit"] == "PT0S"
    assert settings["StartWhenAvailable"] == "true"
    assert task.findtext(f".//{TASK}ScheduleByDay/{TASK}DaysInterval") == "1"
    assert task.findtext(f".//{TASK}LogonType") == "InteractiveToken"
    readme = text_of(unpacked / "README.txt")
    folder, _, program = str(task.findtext(f".//{TASK}Command")).rpartition("\\")
    assert f'copy {program} "{folder}"' in readme
    words = str(task.findtext(f".//{TASK}Arguments"))
    assert f"healthmetric-sender {words}" in readme
    assert set(words.split()) <= set(OPTION.findall(windows_sender("--help").stdout))
