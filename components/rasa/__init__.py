"""Rasa Pro itself, on any cluster: connections in, an installed assistant out. Nothing here knows a cloud.

Import from the modules: the configuration checks endpoint keys with `spec/` and does not load the Kubernetes
SDK for it.
"""
