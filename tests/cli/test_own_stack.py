"""A stack as `make stack` begins it: what it prints, in its order, with a model and without its file."""

from __future__ import annotations

import pytest

from tests.ci.models import write_model
from tests.cli.shell import Shell

pytestmark = pytest.mark.engine

LICENSE, KEY = "planted-license-of-own", "planted-key-of-own"


def test_the_printed_commands_then_the_demo_and_the_check(shell: Shell) -> None:
    model = shell.clone / "models" / "assistant-1.0.0.tar.gz"
    model.parent.mkdir(exist_ok=True)
    write_model(model, model_id="assistant-1.0.0")
    shell.stand_in("curl", "echo 203.0.113.7")
    made = "--name own --cloud aws --region eu-central-1 --profile dev"
    said = shell.run(f".venv/bin/python -m starters {made}").stdout
    printed = [line.strip() for line in said.splitlines() if line.startswith("  pulumi ")]
    assert any("rasa:assistant.upload" in line for line in printed)
    shell.run("\n".join(printed), RASA_PRO_LICENSE=LICENSE, OPENAI_API_KEY=KEY)
    assert "BucketObject" in shell.run(".venv/bin/python -m simcloud demo own").text, "the model"
    check = ".venv/bin/python -m ci check-stacks"
    assert "own: ok" in (whole := shell.run(check, check=False).text), whole
    # A pipeline's checkout: git ignores models.
    model.unlink()
    said = next(line for line in shell.run(check, check=False).text.splitlines() if line.startswith("own: "))
    assert said.startswith("own: ok"), said
    assert said.endswith("models/assistant-1.0.0.tar.gz is not in this checkout, so its upload was left out")
    assert (
        "| create | `rasa` | `rasa:rasa:Assistant` |"
        in shell.run(".venv/bin/python -m ci preview own --simulated").text
    )
    shell.run("pulumi stack rm --yes --stack own")
