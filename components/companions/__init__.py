"""The servers beside Rasa Pro that run in its cluster, and the connections of those that run elsewhere.

NLG server, action server and Duckling are Deployments of our own and not the chart's: the preflight calls
them with Rasa's own classes *before* the chart is installed, and the chart's own lack what its Deployment of
Rasa lacks (`components/rasa/availability.py`). Rasa Pro Services, which nothing calls, is the chart's
(`analytics.py`).
"""
