"""The bootstrap project for Google Cloud."""
