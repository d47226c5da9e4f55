"""The assistant's pipeline: from a trained archive to a stack that serves it, and back if it fails."""
