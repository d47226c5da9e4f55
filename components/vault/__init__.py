"""HashiCorp Vault in the stack's cluster, the same on every cloud.

The cloud lends a seal key, a place for recovery keys and one for snapshots; where there is no cloud, the
cluster does what it can (docs/vault.md).
"""
