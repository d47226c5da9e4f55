"""HashiCorp Vault in the stack's cluster, the same on every cloud.

The cloud provides the seal key, the secret for recovery keys and the bucket for snapshots; without a cloud
the key that opens Vault is in a Kubernetes Secret (docs/vault.md).
"""
