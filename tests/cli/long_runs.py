"""Tests that take minutes run with `scripts/test.sh --long` alone."""

from __future__ import annotations

import os

import pytest

IS_LONG = os.environ.get("HEALTHMETRIC_LONG") == "1"
only_long = pytest.mark.skipif(not IS_LONG, reason="takes minutes")
