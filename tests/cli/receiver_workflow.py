"""A workflow as `doctor` and `setup` want it, and shorter than the real one."""

WORKFLOW = """name: Data receiver
on:
  push:
    paths: ['_storage/inbox/**']  # the first generation
  repository_dispatch:
    types: [data_update]
  workflow_dispatch:
  schedule:
    - cron: '43 4 * * *'
permissions:
  contents: write
"""
