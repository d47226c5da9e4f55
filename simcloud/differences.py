"""The difference between old and new inputs, path by path."""

from __future__ import annotations

from simcloud.wire import Unknown, Value, is_list, is_map


def differences(old: Value, new: Value, path: str = "") -> list[tuple[str, str]]:
    """List the changed paths, each with add, delete or update; an unknown value counts as an update."""
    if isinstance(new, Unknown) or isinstance(old, Unknown):
        return [(path, "update")]
    if is_map(old) and is_map(new):
        olds, news = old, new
        found: list[tuple[str, str]] = []
        for name in [*olds, *(name for name in news if name not in olds)]:
            inner = f"{path}.{name}" if path else name
            if name not in news or (news[name] is None and olds.get(name) is not None):
                found += [(inner, "delete")] if olds[name] is not None else []
            elif name not in olds or (olds[name] is None and news[name] is not None):
                found += [(inner, "add")] if news[name] is not None else []
            else:
                found += differences(olds[name], news[name], inner)
        return found
    if is_list(old) and is_list(new):
        olds, news = old, new
        if len(olds) == len(news):
            pairs = enumerate(zip(olds, news, strict=True))
            return [change for index, pair in pairs for change in differences(*pair, f"{path}[{index}]")]
    return [] if old == new else [(path, "update")]
