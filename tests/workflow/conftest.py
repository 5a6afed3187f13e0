from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

HERE = Path(__file__).parent
sys.path[:0] = [str(HERE), str(HERE.parents[1] / ".github/scripts")]
from forge import Forge  # noqa: E402


@pytest.fixture
def forge(tmp_path: Path) -> Forge:
    receiver = os.environ.get("HEALTHMETRIC_RECEIVER")
    if not receiver:
        pytest.skip("HEALTHMETRIC_RECEIVER does not name the receiver to test with")
    return Forge(tmp_path, Path(receiver).absolute())
