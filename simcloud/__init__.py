"""The real Pulumi engine on a cloud that exists only in this process.

Deployments of any stack of this project can be previewed, brought up, refreshed and destroyed without an
account. Start with `run.Simulation`; what a cloud knows stands in `packages/<package>.yaml`.
"""
