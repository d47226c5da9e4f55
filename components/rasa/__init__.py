"""Rasa Pro itself, on any cluster: connections in, an installed assistant out. Nothing here knows a cloud.

Import from the modules (`args`, `assistant`, `endpoints`): settings.py checks endpoint keys and
does not load the Kubernetes SDK for it.
"""
