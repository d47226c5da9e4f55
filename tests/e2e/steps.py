"""What the walk does, one function for each step; each returns what the report says of it, or raises."""

from __future__ import annotations

import json
import subprocess
import urllib.error
import urllib.request
from dataclasses import dataclass, field

from tests.conformance.process import free_port
from tests.e2e.caller import create, load
from tests.e2e.cluster import CALLERS, Cluster, until
from tests.e2e.options import Options
from tests.e2e.project import MODELS, Project
from tests.e2e.report import StepError

ENOUGH_NODES = 3
"""The lock store of profile production puts no two of its pods on one node."""
WRONG_PASSWORD = "E2E_WRONG_PASSWORD"
REFUSED = "user name or password are wrong"
"""The preflight's words (jobs/preflight/tracker_store.py)."""
GONE = 180


@dataclass
class Walk:
    """Cluster, stack and image of a walk."""

    options: Options
    cluster: Cluster
    project: Project
    image: str
    namespaces: set[str] = field(default_factory=set[str])
    """Those that were there before."""

    def configure(self) -> str:
        """The stack's settings, and the pod that will send messages."""
        self.namespaces = self.cluster.names("namespaces")
        repository, _, tag = self.image.rpartition(":")
        plain = [
            f"rasa:namespace={self.options.namespace}",
            f"rasa:assistant.upload=models/{MODELS[0]}.tar.gz",
            f"rasa:assistant.image.repository={repository}",
            "rasa:deletionProtection=false",
            f"rasa:ingress.callers[0].namespace={self.cluster.load_namespace}",
            f"rasa:ingress.callers[0].labels.app={CALLERS['app']}",
        ]
        nodes = self.cluster.nodes()
        if nodes >= ENOUGH_NODES:
            plain.append("rasa:lockStore.profile=production")
        kubeconfig = self.cluster.kubectl("config", "view", "--raw", "--minify", "--flatten")
        secret = ["rasa:license=none is needed", "rasa:llmKeys.OPENAI_API_KEY=none is needed"]
        self.project.configure(
            [*plain, *self.options.plain],
            [*secret, f"rasa:cluster.kubeconfig={kubeconfig}", *self.options.secret],
        )
        # A tag such as 3.21 would be stored as a number.
        typed = ("config", "set", "--path", "--type", "string", "rasa:assistant.image.tag", tag)
        self.project.pulumi(*typed)
        create(self.cluster, self.image)
        return f"{nodes} nodes, image {self.image}"

    def up(self) -> str:
        """Everything is made."""
        self.project.up()
        return f"{len(self.cluster.rasa_pods())} Rasa pods"

    def first_message(self) -> str:
        """As the document does: through a port-forward."""
        return f"answered by {self.message(MODELS[0])}"

    def new_model(self) -> str:
        """Another model under load: no call fails, and the new one answers."""
        with load(self.cluster) as sent:
            self.project.configure([f"rasa:assistant.upload=models/{MODELS[1]}.tar.gz"])
            self.project.up()
            until(lambda: sent.tally.last == MODELS[1], lambda: f"{MODELS[1]} does not answer", 120)
            sent.goes_on("the change of the model")
        if sent.tally.failed:
            raise StepError(sent.summary())
        if set(sent.tally.answers) != set(MODELS):
            raise StepError(f"answers came from {sent.tally.answers}")
        return sent.summary()

    def kill_rasa(self) -> str:
        """A pod of Rasa's is lost; calls go on."""
        with load(self.cluster) as sent:
            pods = self.cluster.rasa_pods()
            if not pods:
                raise StepError("Rasa has no pod")
            lost = min(pods)
            self.cluster.kill(lost)
            until(
                lambda: pods[lost] not in self.cluster.rasa_pods().values(),
                lambda: f"{lost} is still there",
                GONE,
            )
            rollout = ("rollout", "status", "deployment/rasa", "--namespace", self.cluster.namespace)
            self.cluster.kubectl(*rollout, "--timeout=600s")
            sent.goes_on(f"the loss of {lost}")
        return f"one of {len(pods)}: {sent.summary()}"

    def kill_valkey(self) -> str:
        """The primary of the lock store is lost; calls go on."""
        with load(self.cluster) as sent:
            lost = self.cluster.valkey_primary()
            self.cluster.kill(lost)
            sent.goes_on(f"the loss of {lost}")
        now = self.cluster.valkey_primary()
        return f"{lost} killed, primary now {now}: {sent.summary()}"

    def wrong_password(self) -> str:
        """A wrong password of the lock store: the preflight refuses it, and Rasa's pods stay as they are."""
        before = self.cluster.rasa_pods()
        self.project.configure(
            [f"rasa:assistant.extraEndpoints.lock_store.password=${{{WRONG_PASSWORD}}}"],
            [f"rasa:llmKeys.{WRONG_PASSWORD}=not the password"],
        )
        said = self.project.up(fails=True)
        where = "said by pulumi"
        if REFUSED not in said:
            where = "said by the Job's pod alone"
            if REFUSED not in self.cluster.last_words("rasa-preflight"):
                raise StepError(f"neither `up` nor the Job's pod says {REFUSED!r}:\n{said[-2000:]}")
        if (now := self.cluster.rasa_pods()) != before or not now:
            raise StepError(f"Rasa's pods were {dict(before)} and are {dict(now)}")
        self.message(MODELS[1])
        return f"refused ({where}); the same {len(before)} Rasa pods answer"

    def right_password(self) -> str:
        """The setting is taken back."""
        for key in ("rasa:assistant.extraEndpoints", f"rasa:llmKeys.{WRONG_PASSWORD}"):
            self.project.pulumi("config", "rm", "--path", key)
        self.project.up()
        return f"answered by {self.message(MODELS[1])}"

    def no_change(self) -> str:
        """A preview finds nothing to do."""
        self.project.pulumi("preview", "--expect-no-changes", "--suppress-progress")
        return ""

    def refreshed(self) -> str:
        """What the cluster has filled in is no change, either."""
        self.project.pulumi("refresh", "--yes", "--skip-preview", "--suppress-progress")
        return self.no_change()

    def destroy(self) -> str:
        """Nothing of the stack is left."""
        self.project.pulumi("destroy", "--yes", "--skip-preview", "--suppress-progress")
        until(
            lambda: not self.cluster.left(self.namespaces),
            lambda: f"left after the destroy: {', '.join(self.cluster.left(self.namespaces))}",
            GONE,
        )
        self.project.pulumi("stack", "rm", "--yes")
        return "no namespace and no volume of the stack is left"

    def message(self, model: str) -> str:
        """Send one message through a port-forward; the answer must come from this model."""
        port = free_port()
        forward = ("port-forward", "--namespace", self.cluster.namespace, "service/rasa", f"{port}:5005")
        process = subprocess.Popen(
            ["kubectl", *forward], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        try:
            answers = list[str]()
            until(lambda: ask(port, answers), lambda: "Rasa does not answer through a port-forward", 60)
        finally:
            process.terminate()
            process.wait()
        if answers != [model]:
            raise StepError(f"the answer is {answers}, wanted {model}")
        return model


def ask(port: int, answers: list[str]) -> bool:
    """Say hello; whether there was an answer."""
    url = f"http://127.0.0.1:{port}/webhooks/rest/webhook"
    body = json.dumps({"sender": "me", "message": "hello"}).encode()
    try:
        with urllib.request.urlopen(urllib.request.Request(url, body), timeout=30) as response:
            answers.extend(str(each["text"]) for each in json.loads(response.read()))
    except (urllib.error.URLError, ConnectionError, TimeoutError):
        return False
    return True
