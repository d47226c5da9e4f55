"""The components that bring up Rasa Pro and everything it needs."""
