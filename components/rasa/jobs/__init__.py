"""Plain Python scripts that run in the cluster, on the Rasa Pro image; nothing here imports Pulumi."""
