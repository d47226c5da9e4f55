"""What CI runs: small commands (`python -m ci --help`), so that workflows stay thin and all is tested."""
