#!/usr/bin/env bash
# Makes docs/page-light.png and docs/page-dark.png: the page that `healthmetric-receiver page` makes of some simulated
# weeks, as a browser shows it.
#
#   scripts/make-screenshots.sh [PRESET]     the preset with the receiver, which must be built (default: release)
set -euo pipefail
# shellcheck source=scripts/usage.sh
source "$(dirname -- "${BASH_SOURCE[0]}")/usage.sh"
help_if_asked "$@"
cd -- "$(dirname -- "${BASH_SOURCE[0]}")/.."

preset=
use_preset "$@"
receiver=build/$preset/receiver/healthmetric-receiver
if [[ ! -x $receiver ]]; then refuse "$receiver is missing: cmake --build --preset $preset"; fi
scripts/install-packages.sh data
scripts/install-test-tools.sh
work=$(mktemp --directory build/screenshots.XXXXXX)
trap 'rm -rf -- "$work"' EXIT

# The same letters on every machine.
cat > "$work/fonts.conf" << 'XML'
<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "urn:fontconfig:fonts.dtd">
<fontconfig>
  <dir>/usr/share/fonts</dir>
  <match target="pattern">
    <test name="family" compare="not_contains"><string>mono</string></test>
    <edit name="family" mode="prepend" binding="strong"><string>Roboto</string></edit>
  </match>
</fontconfig>
XML
export FONTCONFIG_FILE=$PWD/$work/fonts.conf

mkdir "$work/_storage"
PYTHONDONTWRITEBYTECODE=1 /usr/bin/python3 tests/cli/simulated.py "$work/_storage"
"$receiver" page --storage "$work/_storage" --at 2026-11-28T18:00:00Z --output "$work/page.html"
build/test-tools/bin/node tests/browser/screenshot.mjs build/test-tools "$(command -v chromium)" "$work/page.html" "$work"
# Few colours are enough for a page, and make it a third of the size.
/usr/bin/python3 - "$work" docs << 'PYTHON'
import sys
from pathlib import Path
from PIL import Image

for picture in sorted(Path(sys.argv[1]).glob("page-*.png")):
    small = Image.open(picture).convert("RGB").quantize(160, method=Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE)
    small.save(Path(sys.argv[2]) / picture.name, optimize=True)
    print(f"{sys.argv[2]}/{picture.name}: {(Path(sys.argv[2]) / picture.name).stat().st_size} bytes")
PYTHON
