"""An installation on Kubernetes: how it is, and what an operator does with it.

What must speak to MongoDB or Kafka runs in the cluster, as a job made from the chart's own: it has the secrets, and the
NetworkPolicies let it through. All else goes through the API server.
"""
