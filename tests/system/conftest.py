from __future__ import annotations

import sys
from pathlib import Path

HERE = Path(__file__).parent
sys.path[:0] = [str(HERE), str(HERE.parent), str(HERE.parent / "cli")]
from openapi.judged import judged_exchanges, pytest_terminal_summary  # noqa: E402, F401
