"""What Rasa needs from each dependency, and what a provider is told."""
