"""Writes new stack files: `make stack NAME=… CLOUD=… REGION=… PROFILE=…`."""
