"""The real engine on the simulated cloud, with a small stack of every mechanism."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner

from simcloud.cli import main
from simcloud.lifecycle import Lifecycle
from simcloud.run import Simulation
from tests.simcloud.tenant import SAMPLE

pytestmark = pytest.mark.engine
Sample = Callable[..., Simulation]
PLANTED = ("planted-license", "planted-openai")


def names(changes: list[object]) -> set[str]:
    return {str(getattr(change, "name", "")) for change in changes}


def test_whole_life(sample: Sample) -> None:
    outcome = Lifecycle(sample(), lambda _: None).run()
    assert outcome.success, outcome.problem
    assert len(outcome.steps) == 8


def test_protected_stack_is_refused_first(sample: Sample) -> None:
    simulation = sample("guarded")
    outcome = Lifecycle(simulation, lambda _: None).run()
    assert outcome.success, outcome.problem
    assert [step.success for step in outcome.steps] == [True] * 7 + [False, True, True]
    assert not simulation.workspace.state_dir.exists()


def test_what_goes_before_the_refusal_is_found(sample: Sample) -> None:
    outcome = Lifecycle(sample("guarded", mistake="unguarded"), lambda _: None).run()
    assert not outcome.success
    assert "things went before it was refused" in outcome.problem


def test_a_change_that_is_not_refused_is_found(sample: Sample) -> None:
    outcome = Lifecycle(sample(), lambda _: None, refused=[{"multiAz": True}]).run()
    assert not outcome.success
    assert "preview of multiAz True: it was not refused at once" in outcome.problem


def test_protection_that_protects_nothing_is_found(sample: Sample) -> None:
    outcome = Lifecycle(sample("dev", profile="production"), lambda _: None).run()
    assert not outcome.success
    assert "was not refused" in outcome.problem


def test_report_of_an_up(sample: Sample) -> None:
    result = sample().up()
    assert result.success
    report = result.report
    assert report["summary"] == {"create": 20}
    assert report["outputs"]["password"] == "[secret]"
    assert report["critical_path"]["seconds"] == 646
    assert report["critical_path"]["chain"][-1].endswith("Job::check")
    assert report["lower_bound"]["seconds"] <= report["critical_path"]["seconds"]
    assert {"urn", "type", "op"} == set(report["operations"][0])


def test_a_measured_run_agrees_with_the_computed_path(tmp_path: Path) -> None:
    simulation = Simulation("dev", project=SAMPLE, state_dir=tmp_path, time_scale=0.01)
    report = simulation.up().report
    assert report["measured"] == pytest.approx(report["critical_path"]["seconds"], rel=0.15)
    assert all(one["start"] <= one["end"] for one in report["operations"] if "end" in one)


def test_separate_runs_continue_from_the_saved_state(sample: Sample) -> None:
    assert sample().up().success
    again = sample().up()
    assert again.success
    assert not again.changed
    assert not sample().refresh().changed, "the account was kept as well"


def test_a_wrong_id_is_refused(sample: Sample) -> None:
    result = sample(mistake="group").up()
    assert not result.success
    assert len(result.errors) == 1
    assert "vpcSecurityGroupIds[0] = 'sg-0123456789abcdef0' does not exist" in result.errors[0]


def test_a_wrong_secret_key_is_refused(sample: Sample) -> None:
    result = sample(mistake="key").up()
    assert "has no key 'pasword'" in result.errors[0]


def test_an_unknown_type_is_an_error(sample: Sample) -> None:
    result = sample(mistake="type").preview()
    assert not result.success
    assert "simcloud/packages/aws.yaml" in result.errors[0]


def test_the_program_s_own_refusal_is_shown_once_and_without_a_traceback(tmp_path: Path) -> None:
    options = ["--project", str(SAMPLE), "--state-dir", str(tmp_path), "--config", "mistake=exit"]
    result = CliRunner().invoke(main, ["up", "dev", *options])
    assert result.exit_code == 1
    assert result.output.count("remove it with: pulumi config rm sample:mistake") == 1
    assert "Traceback" not in result.output


def test_a_fault_and_the_next_up(sample: Sample) -> None:
    failed = sample().up(fail=["eks/cluster:create"])
    assert not failed.success
    assert "SimulatedFault" in failed.errors[0]
    assert not any("eks/cluster" in record.type for record in sample().account.records.values())
    assert sample().up().success
    assert sample().destroy().success
    assert not sample().account.records


def test_a_failed_delete_and_the_next_destroy(sample: Sample) -> None:
    assert sample().up().success
    assert not sample().destroy(fail=["eks/cluster:delete"]).success
    assert sample().destroy().success
    assert not sample().workspace.state_dir.exists()


def test_drift_is_found_and_mended(sample: Sample) -> None:
    assert sample().up().success
    refreshed = sample().refresh(drift=["rds/instance:multiAz=true"])
    assert names(list(refreshed.changed)) == {"tracker"}
    mended = sample().up()
    assert [(change.name, change.op, change.keys) for change in mended.changed] == [
        ("tracker", "update", ["multiAz"])
    ]
    assert not sample().preview().changed


def test_something_deleted_behind_our_back_is_made_again(sample: Sample) -> None:
    simulation = sample()
    assert simulation.up().success
    account = simulation.account
    (job,) = account.of_type("kubernetes:batch/v1:Job")
    account.drop(job.key)
    account.save()
    assert simulation.refresh().changed
    assert names(list(simulation.up().changed)) == {"check"}


def test_a_change_in_place_and_a_replacement(sample: Sample) -> None:
    simulation = sample()
    assert simulation.up().success
    simulation.set_config("multiAz", value=True)
    preview = simulation.preview()
    assert [(change.name, change.keys) for change in preview.changed] == [("tracker", ["multiAz"])]
    simulation.set_config("region", "eu-west-1")
    assert simulation.up().success, "another region: everything in the old one is replaced"
    assert {record.scope for record in simulation.account.of_type("aws:ec2/vpc:Vpc")} == {
        "111122223333/eu-west-1"
    }


def test_no_secret_in_any_file_output_or_report(sample: Sample, capfd: pytest.CaptureFixture[str]) -> None:
    simulation = sample()
    result = simulation.up()
    assert result.success
    simulation.refresh()
    printed = "".join(capfd.readouterr())
    files = [path for path in simulation.workspace.state_dir.rglob("*") if path.is_file()]
    assert any(path.name == "account.json" for path in files)
    for value in PLANTED:
        assert value not in printed
        assert value not in json.dumps(result.report) + str(result.messages)
        assert not [path for path in files if value.encode() in path.read_bytes()]


def test_two_providers_of_one_package(sample: Sample) -> None:
    simulation = sample(secondRegion="us-east-1")
    assert simulation.up().success
    scopes = {record.scope for record in simulation.account.of_type("aws:ec2/vpc:Vpc")}
    assert scopes == {"111122223333/eu-central-1", "111122223333/us-east-1"}
    assert not simulation.refresh().changed
    assert simulation.destroy().success


def test_what_is_not_ours_in_the_state_directory_stays(tmp_path: Path) -> None:
    (tmp_path / "precious").write_text("")
    Simulation("dev", project=SAMPLE, state_dir=tmp_path).workspace.forget()
    assert [path.name for path in tmp_path.iterdir()] == ["precious"]


def test_nothing_is_downloaded(sample: Sample) -> None:
    simulation = sample()
    assert simulation.preview().success
    assert not list(simulation.workspace.state_dir.glob("home/plugins/*"))


def test_the_user_s_stack_file_is_not_touched(sample: Sample) -> None:
    path = SAMPLE / "stacks" / "Pulumi.dev.yaml"
    before = path.read_bytes()
    simulation = sample()
    simulation.set_config("rasa:license", "other")
    assert simulation.preview().success
    assert path.read_bytes() == before
