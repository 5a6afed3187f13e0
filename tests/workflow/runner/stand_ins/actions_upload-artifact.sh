#!/usr/bin/env bash
# Stands in for actions/upload-artifact, with one path. A name can be used once.
set -euo pipefail

artifact=$STAND_IN_STORE/artifacts/${INPUT_NAME:?}
if [[ ! -e ${INPUT_PATH:?} ]]; then
  [[ ${INPUT_IF_NO_FILES_FOUND:-warn} != error ]]
  exit
fi
mkdir -p -- "$STAND_IN_STORE/artifacts"
mkdir -- "$artifact"
cp -a -- "$INPUT_PATH/." "$artifact"
