"""`make e2e`: walk docs/quick-start-own-cluster.md on the cluster of kubectl's current context.

Variables:
  E2E_NAMESPACE=rasa-e2e      of Rasa; must not exist. The load comes from <namespace>-load
  E2E_IMAGE=repository:tag    an image made from tests/e2e/image that the cluster has or can pull; without it,
                              docker or podman builds it, for a cluster of kind, k3d or minikube
  E2E_REGISTRY=host/folder    for any other cluster: what is built is pushed there, and pulled by the cluster
  E2E_BASE_IMAGE=python:…     of the image that is built, where Docker Hub cannot be reached
  E2E_SET='key=value …'       further settings of the stack, such as rasa:cluster.storageClass=fast
  E2E_SET_SECRET='key=value'  the same, for secrets
  E2E_KEEP=1                  leave everything as it is after a failed step

Exit status: 0 each step passed, 1 one did not, 2 the walk could not begin.
"""

from __future__ import annotations

import shutil
import sys
import time
from collections.abc import Callable
from typing import TextIO

from tests.e2e.cluster import Cluster, reachable
from tests.e2e.image_build import build, builder, into_cluster
from tests.e2e.options import Options, RefusalError
from tests.e2e.project import Project
from tests.e2e.report import Result, StepError, line, table
from tests.e2e.steps import Walk

Step = tuple[str, Callable[[], str]]


def main() -> int:
    """Refuse what cannot begin, walk, and report."""
    try:
        options = Options.read()
        cluster = reachable(options.namespace)
        context = cluster.kubectl("config", "current-context").strip()
        with_ = "" if options.image else builder()
        if with_:
            into_cluster(with_, options, context)
    except (RefusalError, StepError) as refusal:
        say(f"error: {refusal}", sys.stderr)
        return 2
    results = list[Result]()
    walk = begin(options, cluster, context, with_, results)
    if walk is None:
        say(table(results))
        return 1
    passed = carry_out(steps(walk), results)
    ended = passed or (not options.keep and take_down(walk, results))
    if not passed and not ended:
        say(f"kept: the stack {walk.project.stack} and its log, in {walk.project.folder}")
    if passed or not options.keep:
        cluster.kubectl("delete", "namespace", cluster.load_namespace, "--ignore-not-found", check=False)
    if ended:
        shutil.rmtree(walk.project.folder)
    say(f"\n{table(results)}")
    return 0 if passed else 1


def say(text: str, to: TextIO | None = None) -> None:
    """Print at once: a walk takes half an hour."""
    where = to or sys.stdout
    where.write(f"{text}\n")
    where.flush()


def begin(options: Options, cluster: Cluster, context: str, with_: str, results: list[Result]) -> Walk | None:
    """Image and stack; None if they cannot be had."""
    made = list[Walk]()

    def image() -> str:
        image = options.image or build(with_, options, context)
        made.append(Walk(options, cluster, Project.make(), image))
        return image

    return made[0] if carry_out([("image and stack", image)], results) else None


def steps(walk: Walk) -> list[Step]:
    """In their order."""
    return [
        ("settings", walk.configure),
        ("up", walk.up),
        ("first message", walk.first_message),
        ("model changed under load", walk.new_model),
        ("Rasa pod killed", walk.kill_rasa),
        ("Valkey primary killed", walk.kill_valkey),
        ("wrong password refused", walk.wrong_password),
        ("right password again", walk.right_password),
        ("preview without change", walk.no_change),
        ("the same after a refresh", walk.refreshed),
        ("destroy", walk.destroy),
    ]


def carry_out(todo: list[Step], results: list[Result]) -> bool:
    """Run the steps until one fails; whether all passed."""
    for name, step in todo:
        started = time.monotonic()
        try:
            note, passed = step(), True
        except (Exception, KeyboardInterrupt) as error:  # noqa: BLE001 (the stack is taken down all the same)
            note, passed = str(error) or type(error).__name__, False
        results.append(Result(name, passed, time.monotonic() - started, note.partition("\n")[0]))
        say(line(results[-1]))
        if not passed:
            say(note, sys.stderr)
            return False
    return True


def take_down(walk: Walk, results: list[Result]) -> bool:
    """After a failure; whether nothing is left."""
    return carry_out([("destroy after failure", walk.destroy)], results)


if __name__ == "__main__":
    sys.exit(main())
