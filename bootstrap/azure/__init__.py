"""The bootstrap project for Azure."""
