"""What the stacks stand on, one small Pulumi project per cloud."""
