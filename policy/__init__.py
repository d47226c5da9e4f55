"""Policies: what must be true of every stack, as plain functions over its resources.

Written over type tokens and inputs alone, so that they judge a recording, a preview or a state alike.
"""
