"""Prometheus' and Alertmanager's own checkers on what is made for every stack; the alerts on series made for them."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

from components.manifests.alertmanager import alertmanager_config
from components.manifests.dashboard import dashboard
from components.manifests.prometheus import prometheus_workload
from components.spec.document import read_file
from components.spec.loading import load
from components.spec.settings import Settings
from components.spec.watching import watched
from tests.support.full_stack import FULL
from tests.support.workbench import CHECKOUT
from toolchain.home import Home
from toolchain.install import ensure
from toolchain.progress import Progress

STACKS = ("staging", "prod", "full")
REQUESTS = 'application_requests_total{workload="python-api",route="/v1/rank",status='


def settings(stack: str) -> Settings:
    if stack == "full":
        return Settings.model_validate(FULL, by_alias=True, by_name=False)
    return load(read_file(CHECKOUT / f"Pulumi.{stack}.yaml"), {}).settings


def files(stack: str) -> Mapping[str, str]:
    """Prometheus' files as the stack has them."""
    described = settings(stack)
    assert described.monitoring
    monitoring, backup = described.monitoring, described.backup
    made = prometheus_workload(described.environment, monitoring, described.workloads, "http://prometheus", backup)
    assert made.config_files
    return made.config_files.files


def written(stack: str, folder: Path) -> Path:
    for name, text in files(stack).items():
        (folder / name).write_text(text)
    return folder


@pytest.fixture(scope="module")
def tools() -> Mapping[str, Path]:
    return ensure(("promtool", "amtool"), Home.from_environment(), Progress())


def ran(*command: object) -> str:
    done = subprocess.run([str(each) for each in command], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.mark.parametrize("stack", STACKS)
def test_prometheus_takes_the_configuration_and_the_rules(
    stack: str, tools: Mapping[str, Path], tmp_path: Path
) -> None:
    assert "SUCCESS" in ran(tools["promtool"], "check", "config", written(stack, tmp_path) / "prometheus.yml")


@pytest.mark.parametrize("stack", STACKS)
def test_alertmanager_takes_the_routes(stack: str, tools: Mapping[str, Path], tmp_path: Path) -> None:
    monitoring = settings(stack).monitoring
    assert monitoring
    urls = dict.fromkeys(monitoring.receivers, "https://hooks.example.com/x")
    (tmp_path / "alertmanager.yml").write_text(alertmanager_config(monitoring, urls))
    ran(tools["amtool"], "check-config", tmp_path / "alertmanager.yml")


def test_an_alert_goes_to_the_first_route_that_matches(tools: Mapping[str, Path], tmp_path: Path) -> None:
    monitoring = settings("full").monitoring
    assert monitoring
    file = tmp_path / "alertmanager.yml"
    file.write_text(alertmanager_config(monitoring, {"on-call": "https://hooks.example.com/x"}))
    route = (tools["amtool"], "config", "routes", "test", f"--config.file={file}")
    assert ran(*route, "severity=page", "owner=platform").strip() == "on-call"
    assert ran(*route, "severity=ticket", "owner=platform").strip() == "nobody"


@pytest.mark.parametrize("stack", STACKS)
def test_every_query_of_the_dashboard_can_be_asked(stack: str, tools: Mapping[str, Path], tmp_path: Path) -> None:
    described = settings(stack)
    made = dashboard(described.environment, watched(described.workloads))
    panels = json.loads(next(iter(made["data"].values())))["panels"]
    queries = [each["expr"].replace("$__rate_interval", "5m") for panel in panels for each in panel.get("targets", ())]
    rules = [{"record": f"query_{number}", "expr": query} for number, query in enumerate(queries)]
    (tmp_path / "queries.yml").write_text(yaml.safe_dump({"groups": [{"name": "queries", "rules": rules}]}))
    assert f"{len(queries)} rules found" in ran(tools["promtool"], "check", "rules", tmp_path / "queries.yml")


def check_alerts(
    tools: Mapping[str, Path],
    folder: Path,
    series: Mapping[str, str],
    expected: Mapping[str, list[tuple[str, str]]],
    stack: str = "prod",
) -> None:
    """Feed series, a sample a minute, to a stack's rules; what fires at each time as (alert, severity)."""
    written(stack, folder)
    firing = 'count by (alertname, severity) (ALERTS{alertstate="firing"})'
    asked: list[dict[str, Any]] = [
        {
            "expr": firing,
            "eval_time": time,
            "exp_samples": [
                {"labels": f'{{alertname="{alert}",severity="{severity}"}}', "value": 1} for alert, severity in fired
            ],
        }
        for time, fired in expected.items()
    ]
    test = {
        "rule_files": ["rules.yml"],
        "evaluation_interval": "1m",
        "tests": [
            {
                "interval": "1m",
                "input_series": [{"series": name, "values": values} for name, values in series.items()],
                "promql_expr_test": asked,
            }
        ],
    }
    (folder / "test.yml").write_text(yaml.safe_dump(test))
    ran(tools["promtool"], "test", "rules", folder / "test.yml")


UP = {'up{workload="python-api"}': "1x600"}
PAGE, TICKET = ("ErrorBudgetBurn", "page"), ("ErrorBudgetBurn", "ticket")


@pytest.mark.parametrize(
    ("failing", "fired"),
    [(0, []), (8, []), (20, [TICKET]), (70, [PAGE, TICKET]), (200, [PAGE, TICKET])],
    ids=["none", "within the budget", "at twice its pace", "at seven times", "at twenty times"],
)
def test_a_steady_share_of_errors_alerts_by_its_pace(
    failing: int, fired: list[tuple[str, str]], tools: Mapping[str, Path], tmp_path: Path
) -> None:
    # given so many of 10000 requests a minute, where 10 would spend the budget of 99.9 % just in time
    series = {f'{REQUESTS}"200"}}': f"0+{10_000 - failing}x120", f'{REQUESTS}"500"}}': f"0+{failing}x120", **UP}
    check_alerts(tools, tmp_path, series, {"2h": fired})


def test_a_page_ends_soon_after_the_errors_do(tools: Mapping[str, Path], tmp_path: Path) -> None:
    # given three good hours, ten minutes in which half of the requests fail, and good ones again
    good = f"0+1000x180 {180_500}+500x9 {185_000 + 1000}+1000x60"
    bad = "0x180 500+500x9 5000x60"
    series = {f'{REQUESTS}"200"}}': good, f'{REQUESTS}"503"}}': bad, **UP}
    check_alerts(tools, tmp_path, series, {"3h": [], "3h8m": [PAGE, TICKET], "4h": [TICKET]})


def test_probes_neither_fail_nor_count(tools: Mapping[str, Path], tmp_path: Path) -> None:
    probe = 'application_requests_total{workload="python-api",route="/ready",status="503"}'
    check_alerts(tools, tmp_path, {f'{REQUESTS}"200"}}': "0+10x120", probe: "0+100x120", **UP}, {"2h": []})


@pytest.mark.parametrize("up", [{}, {'up{workload="python-api"}': "0x60"}], ids=["unknown", "silent"])
def test_a_workload_that_nobody_sees_is_told_of(
    up: Mapping[str, str], tools: Mapping[str, Path], tmp_path: Path
) -> None:
    check_alerts(tools, tmp_path, up, {"4m": [], "6m": [("WorkloadUnseen", "page")]})


SAVED = 'backup_last_success_timestamp_seconds{workload="worker-backup"}'
CHECKED = 'backup_check_failed{workload="worker-backup"}'
SEEN = {'up{workload="api"}': "1x1600", CHECKED: "0x1600"}
STALE = ("BackupStale", "ticket")


def test_a_backup_that_is_late_by_more_than_an_interval_is_told(tools: Mapping[str, Path], tmp_path: Path) -> None:
    # given a workload that is to be saved every six hours, and was an hour after the beginning
    series = {**SEEN, SAVED: "_x59 3600x1540"}
    check_alerts(tools, tmp_path, series, {"12h58m": [], "13h2m": [STALE]}, "full")


def test_a_backup_that_was_never_made_is_told(tools: Mapping[str, Path], tmp_path: Path) -> None:
    check_alerts(tools, tmp_path, SEEN, {"11h58m": [], "12h2m": [STALE]}, "full")


def test_a_damaged_backup_is_told_at_once(tools: Mapping[str, Path], tmp_path: Path) -> None:
    series = {**SEEN, SAVED: "0x30", CHECKED: "0x10 1x20"}
    check_alerts(tools, tmp_path, series, {"10m": [], "12m": [("BackupDamaged", "page")]}, "full")
