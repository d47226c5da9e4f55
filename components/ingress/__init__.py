"""The way in from outside: what is the same on every cloud."""
