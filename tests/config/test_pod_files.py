"""Files of the operator's: what one object of Kubernetes holds."""

from __future__ import annotations

import pytest
from pydantic import SecretStr

from components.config.ca_bundle import LARGEST
from components.config.pod_files import SecretFile, problems


@pytest.mark.parametrize(("size", "count"), [(LARGEST // 2, 0), (LARGEST // 2 + 1, 1)])
def test_secret_files_fit_into_one_secret(size: int, count: int) -> None:
    found = list(
        problems(
            dict.fromkeys(
                ("/a.pem", "/b.pem"), SecretFile(content=SecretStr("ä" * (size // 2) + "x" * (size % 2)))
            )
        )
    )
    assert len(found) == count
    assert all("bytes, and a Secret holds" in problem for problem in found)
