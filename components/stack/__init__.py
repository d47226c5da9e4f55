"""The composition root: settings in, a platform, an assistant and its ingress out."""
