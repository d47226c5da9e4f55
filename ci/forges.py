"""Comments on pull requests, and issues, at GitHub and GitLab: found by their marker and edited in place."""

from __future__ import annotations

import json
import os
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from ci.errors import JobError

Call = Callable[[str, str, Mapping[str, object] | None], Any]
"""Method, path and body → the answer."""
PAGE = 100
TIMEOUT = 30
"""Seconds."""


class Forge(Protocol):
    """Where the pull requests are."""

    def comment(self, request: str, marker: str, text: str) -> None:
        """Write the comment that has this marker, or write it anew."""
        ...

    def issue(self, title: str, text: str) -> None:
        """Write the open issue of this title, or open one."""
        ...

    def labels(self, commit: str) -> set[str]:
        """The labels of the merged pull request that a commit came by."""
        ...


@dataclass(frozen=True, kw_only=True, slots=True)
class GitHub:
    """api.github.com, or an enterprise's own."""

    repository: str
    call: Call

    def comment(self, request: str, marker: str, text: str) -> None:
        thread = f"/repos/{self.repository}/issues/{request}/comments"
        for known in _pages(self.call, thread):
            # Anybody can write the marker into a comment; only a bot's is ours to edit.
            if str(known["body"]).startswith(marker) and known["user"]["type"] == "Bot":
                self.call("PATCH", f"/repos/{self.repository}/issues/comments/{known['id']}", {"body": text})
                return
        self.call("POST", thread, {"body": text})

    def issue(self, title: str, text: str) -> None:
        for known in _pages(self.call, f"/repos/{self.repository}/issues?state=open"):
            if known["title"] == title and "pull_request" not in known:
                self.call("PATCH", f"/repos/{self.repository}/issues/{known['number']}", {"body": text})
                return
        self.call("POST", f"/repos/{self.repository}/issues", {"title": title, "body": text})

    def labels(self, commit: str) -> set[str]:
        requests = self.call("GET", f"/repos/{self.repository}/commits/{commit}/pulls", None)
        merged = [one for one in requests if one["merged_at"] and one["merge_commit_sha"] == commit]
        return {str(label["name"]) for one in merged for label in one["labels"]}


@dataclass(frozen=True, kw_only=True, slots=True)
class GitLab:
    """gitlab.com, or one's own."""

    project: str
    call: Call

    def comment(self, request: str, marker: str, text: str) -> None:
        thread = f"/projects/{self.project}/merge_requests/{request}/notes"
        me = self.call("GET", "/user", None)["id"]
        for known in _pages(self.call, thread):
            if str(known["body"]).startswith(marker) and known["author"]["id"] == me:
                self.call("PUT", f"{thread}/{known['id']}", {"body": text})
                return
        self.call("POST", thread, {"body": text})

    def issue(self, title: str, text: str) -> None:
        issues = f"/projects/{self.project}/issues"
        for known in _pages(self.call, f"{issues}?state=opened"):
            if known["title"] == title:
                self.call("PUT", f"{issues}/{known['iid']}", {"description": text})
                return
        self.call("POST", issues, {"title": title, "description": text})

    def labels(self, commit: str) -> set[str]:
        requests = self.call(
            "GET", f"/projects/{self.project}/repository/commits/{commit}/merge_requests", None
        )
        merged = [one for one in requests if one["state"] == "merged"]
        return {str(label) for one in merged for label in one["labels"]}


def from_environment(environment: Mapping[str, str] = os.environ) -> Forge | None:
    """The forge whose job this is, if it gave the job a token."""
    token = environment.get("GITHUB_TOKEN")
    if token and environment.get("GITHUB_REPOSITORY"):
        api = environment.get("GITHUB_API_URL", "https://api.github.com")
        headers = {"Authorization": f"Bearer {token}", "X-GitHub-Api-Version": "2022-11-28"}
        return GitHub(repository=environment["GITHUB_REPOSITORY"], call=_caller(api, headers))
    token = environment.get("GITLAB_TOKEN")
    if token and environment.get("CI_PROJECT_ID"):
        api = environment["CI_API_V4_URL"]
        return GitLab(project=environment["CI_PROJECT_ID"], call=_caller(api, {"PRIVATE-TOKEN": token}))
    return None


def _pages(call: Call, path: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    joint = "&" if "?" in path else "?"
    page: list[dict[str, Any]] = []
    number = 1
    while number == 1 or len(page) == PAGE:
        page = call("GET", f"{path}{joint}per_page={PAGE}&page={number}", None)
        found += page
        number += 1
    return found


def _caller(api: str, headers: Mapping[str, str]) -> Call:
    if not api.startswith("https://"):
        raise JobError(f"the API at {api!r} is not https", remedy="Set the API's URL to an https one.")

    def call(method: str, path: str, body: Mapping[str, object] | None) -> Any:  # noqa: ANN401 - JSON
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(  # noqa: S310 - https, checked above
            api + path, data, {**headers, "Content-Type": "application/json"}, method=method
        )
        try:
            with urllib.request.urlopen(request, timeout=TIMEOUT) as answer:  # noqa: S310
                return json.loads(answer.read() or b"null")
        except urllib.error.HTTPError as error:
            raise JobError(
                f"{method} {urllib.parse.urlsplit(api).netloc}{path} answered {error.code}",
                remedy="Give the job's token the right to write pull requests and issues"
                " (GitHub: `permissions: pull-requests: write, issues: write`).",
            ) from None
        except OSError as error:
            raise JobError(f"{api} cannot be reached: {error}", remedy="Run the job again.") from None

    return call
