"""The benchmark: both programs beside `cp -r`, curl and a plain Python peer. See README.md here."""
