#!/usr/bin/env bash
# Stands in for actions/upload-artifact, with one path. A name can be used once; a file that is not packed
# has its own name, and is kept by run.
set -euo pipefail

if [[ ! -e ${INPUT_PATH:?} ]]; then
  [[ ${INPUT_IF_NO_FILES_FOUND:-warn} != error ]]
  exit
fi
if [[ ${INPUT_ARCHIVE:-true} == false ]]; then
  [[ -f $INPUT_PATH ]]
  kept=$STAND_IN_STORE/artifacts/$GITHUB_REPOSITORY/$GITHUB_RUN_ID
  mkdir -p -- "$kept"
  cp -- "$INPUT_PATH" "$kept"
  exit
fi
artifact=$STAND_IN_STORE/artifacts/${INPUT_NAME:?}
mkdir -p -- "$STAND_IN_STORE/artifacts"
mkdir -- "$artifact"
cp -a -- "$INPUT_PATH/." "$artifact"
