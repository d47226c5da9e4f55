"""A host for Python programs, where Pulumi's own (`pulumi-language-python` of its releases) is missing.

It finds packages by the same commands, keeps to the same options of Pulumi.yaml and ends with the same words:
sdk/python/cmd/pulumi-language-python/main.go and sdk/python/toolchain in github.com/pulumi/pulumi, v3.230.0.
Left out: poetry, debuggers, type checkers, code generation.
"""
