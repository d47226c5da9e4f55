"""The bootstrap project for AWS."""
