"""Rules over Dockerfiles: what passes, what does not, what is not known, and what nobody would notice."""

from collections import defaultdict
from pathlib import Path

import pytest

from policies.catalogue import SINGLE_RULES, parameters
from policies.dockerfile import dockerfile_object, read
from policies.evaluate import compile_rules, evaluate
from policies.finding import Finding
from policies.rule import ObjectRule, SingleRule
from tests.unit.policies.analyzer import Analyzer
from tests.unit.policies.cases.case import Json
from tests.unit.policies.mutants import mutants

RULES: dict[str, SingleRule] = {
    k: rule for k, rule in SINGLE_RULES.items() if isinstance(rule, ObjectRule) and rule.subject == "dockerfile"
}
DEFAULTS: Json = {name: parameter.default for name, parameter in parameters(RULES).items()}
BUILD = "docker-build:index:Image"
SHA = "sha256:" + "0" * 64
SHELLS = ("sh", "bash", "dash", "zsh", "ksh", "/bin/sh", "/usr/bin/env bash", "sudo bash")

PASSES: list[tuple[str, str]] = [
    ("dockerfile-user", "FROM a\nUSER 10001:10001"),
    ("dockerfile-user", "FROM a\nUSER app"),
    ("dockerfile-user", "FROM a\nUSER rooted"),
    ("dockerfile-user", "FROM gcr.io/distroless/static:nonroot"),
    ("dockerfile-user", "FROM nginxinc/nginx-unprivileged:1.27"),
    ("dockerfile-user", "FROM rootless"),
    ("dockerfile-user", "FROM a\nUSER groot"),
    ("dockerfile-user", "FROM a/rootless-b"),
    ("dockerfile-base-tag", "FROM a:1"),
    ("dockerfile-base-tag", f"FROM a@{SHA}"),
    ("dockerfile-base-tag", "FROM scratch"),
    ("dockerfile-base-digest", f"FROM a:1@{SHA}"),
    ("dockerfile-base-registry", "FROM a"),
    ("dockerfile-secrets", "FROM a\nARG VERSION=1\nENV PATH=/x:$PATH TOKEN= TOKEN_FILE=/run/x\nARG KEYBOARD"),
    ("dockerfile-copied-secrets", "FROM a\nCOPY app environment src/keys.py /app/\nRUN cat id_rsa"),
    ("dockerfile-add-url", "FROM a\nADD a.github /x\nADD x-https://a y-http://a z-git@a w-ssh://a v-git://a /x"),
    ("dockerfile-copied-secrets", "FROM a\nCOPY a.npmrc.txt my.env id_rsa.pub env.kubeconfig x.pem.txt /x"),
    (
        "dockerfile-add-local",
        "FROM a\nADD a.tbz b.tbz2 c.txz d.tar.zst git@a:b git://a ssh://a http://a b.git#x b.git /x",
    ),
    ("dockerfile-apt-recommends", "FROM a\nRUN apt-get install -o APT::Install-Recommends=false b"),
    ("dockerfile-pip-cache", "FROM a\nRUN PIP_NO_CACHE_DIR=1 pip install b"),
    ("dockerfile-exposed-ports", "FROM a\nEXPOSE 10000 60000 65000 65499 65500 65529 65530 53/sctp 220 122"),
    ("dockerfile-add-url", f"FROM a\nADD --checksum={SHA} https://a.b/c /x\nADD c.tar.gz /y\nCOPY a.git /b"),
    ("dockerfile-add-local", "FROM a\nADD a.tar a.tar.gz b.tgz /x\nADD https://a.b/c /x\nCOPY a /b"),
    ("dockerfile-sudo", "FROM a\nRUN echo pseudo-sudoers > x\nCMD sudo a"),
    (
        "dockerfile-piped-shell",
        "FROM a\nRUN curl x | tar x\nRUN curl x > y && sh y\nRUN echo a | sh\nRUN wget x; ls | sh",
    ),
    ("dockerfile-apt-cleanup", "FROM a\nRUN apt-get install -y b && rm -rf /var/lib/apt/lists/*\nRUN apt-get update"),
    ("dockerfile-apt-cleanup", "FROM a\nRUN --mount=type=cache,target=/var/lib/apt apt-get install b"),
    ("dockerfile-apt-cleanup", "FROM a AS b\nRUN apt install c\nFROM d\nCOPY --from=b /x /y"),
    ("dockerfile-apt-recommends", "FROM a\nRUN apt-get install --no-install-recommends b"),
    ("dockerfile-apt-recommends", "FROM a AS b\nRUN apt install c\nFROM d"),
    (
        "dockerfile-pip-cache",
        "FROM a\nRUN pip install --no-cache-dir b\nRUN --mount=type=cache,target=/pip pip install c",
    ),
    ("dockerfile-pip-cache", "FROM a AS b\nRUN pip install c\nFROM d\nRUN pip list"),
    ("dockerfile-exposed-ports", "FROM a\nEXPOSE 1 8000/tcp 53/udp 65535 9000-9010"),
    ("dockerfile-workdir", "FROM a\nWORKDIR /app\nWORKDIR C:\\app\nRUN cd x"),
    ("dockerfile-exec-form", 'FROM a\nCMD ["b", "c"]\nENTRYPOINT ["d"]\nRUN e'),
    ("dockerfile-exec-form", "FROM a AS b\nCMD c\nFROM d"),
    ("dockerfile-healthcheck", "FROM a\nHEALTHCHECK CMD b"),
    ("dockerfile-healthcheck", "FROM a AS b\nHEALTHCHECK CMD c\nFROM b"),
]
FAILS: list[tuple[str, str, str]] = [
    ("dockerfile-user", "FROM a", "user.name"),
    *(("dockerfile-user", f"FROM a\nUSER {name}", "user.name") for name in ("root", "0", "0:0", "root:app", "00")),
    ("dockerfile-user", "FROM a AS b\nUSER app\nFROM c", "user.name"),
    ("dockerfile-user", "FROM a:nonroot\nUSER root", "user.name"),
    ("dockerfile-base-tag", "FROM a", "lines[1].image"),
    ("dockerfile-base-tag", "FROM a:1 AS b\nFROM b\nFROM host:5000/c:latest", "lines[3].image"),
    ("dockerfile-base-tag", "FROM a!", "lines[1].image"),
    ("dockerfile-base-digest", "FROM a:1", "lines[1].image"),
    *(
        ("dockerfile-secrets", f"FROM a\nARG {name}", "lines[2].arguments")
        for name in ("TOKEN", "NPM_TOKEN=x", "password")
    ),
    ("dockerfile-secrets", "ARG API_KEY\nFROM a", "lines[1].arguments"),
    ("dockerfile-secrets", "FROM a\nENV DB_PASSWORD=x", "lines[2].variables"),
    ("dockerfile-secrets", "FROM a\nENV DB_PASSWORD=$X", "lines[2].variables"),
    ("dockerfile-secrets", "FROM a\nRUN git clone https://me:pw@example.com/x", "lines[2].text"),
    *(
        ("dockerfile-copied-secrets", f"FROM a\n{how} x {name} /y", "lines[2].sources")
        for how in ("COPY", "ADD")
        for name in (".env", "a/.env.prod", ".npmrc", "id_rsa", "c/id_ed25519", ".ssh/", ".aws", "tls.key", "x.p12")
    ),
    *(
        ("dockerfile-add-url", f"FROM a\nADD {url} /x", "lines[2].sources")
        for url in ("https://a.b/c", "http://a.b/c", "git@a.b:c/d", "https://a.b/c.git#v1")
    ),
    ("dockerfile-add-local", "FROM a\nADD b.tar c /x", "lines[2].sources"),
    ("dockerfile-add-url", "FROM a\nADD b.tar https://a.b/c /x", "lines[2].sources"),
    ("dockerfile-copied-secrets", "FROM a\nCOPY b .env /x", "lines[2].sources"),
    ("dockerfile-exposed-ports", "FROM a\nEXPOSE 80 22", "lines[2].ports"),
    *(
        ("dockerfile-secrets", f"FROM a\nLABEL b={value}", "lines[2].text")
        for value in (
            "-----BEGIN RSA PRIVATE KEY-----",
            "AKIA0123456789ABCDEF",
            "ghp_" + "a" * 36,
            "xoxb-0123456789",
            "eyJ0123456789.eyJ0123456789.x",
        )
    ),
    *(
        ("dockerfile-add-url", f"FROM a\nADD {url} /x", "lines[2].sources")
        for url in ("git://a/b", "ssh://a/b", "a/b.git", "a/b.git#c")
    ),
    *(
        ("dockerfile-add-local", f"FROM a\nADD {name} /x", "lines[2].sources")
        for name in ("x-https://a", "x-git@a", "x-git://a", "x-ssh://a", "a.github", "a.tgz.txt", "atar", "x-http://a")
    ),
    *(
        ("dockerfile-copied-secrets", f"FROM a\nCOPY {name} /y", "lines[2].sources")
        for name in (
            ".pypirc",
            ".netrc",
            ".git-credentials",
            "id_dsa",
            "id_ecdsa",
            ".kube",
            "kubeconfig",
            "a.pem",
            "a.pfx",
            "a.jks",
        )
    ),
    *(("dockerfile-exposed-ports", f"FROM a\nEXPOSE {port}", "lines[2].ports") for port in ("65540", "66000", "70000")),
    ("dockerfile-exposed-ports", "FROM a\nEXPOSE x80", "lines[2].ports"),
    ("dockerfile-exposed-ports", "FROM a\nEXPOSE 80x", "lines[2].ports"),
    ("dockerfile-user", "FROM a/norootlessness:1", "user.name"),
    ("dockerfile-user", "FROM a\nUSER 0:app", "user.name"),
    ("dockerfile-workdir", "FROM a\nWORKDIR app/b", "lines[2].folder"),
    ("dockerfile-workdir", "FROM a\nWORKDIR app/C:\\b", "lines[2].folder"),
    ("dockerfile-sudo", "FROM a\nRUN sudo b", "lines[2].script"),
    ("dockerfile-sudo", "FROM a\nRUN <<EOF\nx && sudo b\nEOF", "lines[2].script"),
    ("dockerfile-sudo", 'FROM a\nRUN ["sudo", "b"]', "lines[2].script"),
    *(("dockerfile-piped-shell", f"FROM a\nRUN curl -fsSL x | {shell}", "lines[2].script") for shell in SHELLS),
    ("dockerfile-piped-shell", "FROM a\nRUN wget -qO- x | sh -s -- y", "lines[2].script"),
    ("dockerfile-apt-cleanup", "FROM a\nRUN apt-get update && apt-get -y install b", "lines[2].script"),
    ("dockerfile-apt-cleanup", "FROM a\nRUN apt install b\nRUN rm -rf /var/lib/apt/lists/*", "lines[2].script"),
    ("dockerfile-apt-cleanup", "FROM a AS b\nRUN apt install b\nFROM b", "lines[2].script"),
    ("dockerfile-apt-recommends", "FROM a\nRUN apt-get install -y b", "lines[2].script"),
    ("dockerfile-pip-cache", "FROM a\nRUN pip3 install b", "lines[2].script"),
    *(
        ("dockerfile-exposed-ports", f"FROM a\nEXPOSE {port}", "lines[2].ports")
        for port in ("22", "22/tcp", "0", "65536", "99999", "http", "8000/http")
    ),
    ("dockerfile-workdir", "FROM a\nWORKDIR app", "lines[2].folder"),
    ("dockerfile-exec-form", "FROM a\nCMD b", "lines[2].exec"),
    ("dockerfile-exec-form", "FROM a\nENTRYPOINT b", "lines[2].exec"),
    ("dockerfile-healthcheck", "FROM a", "healthcheck"),
    ("dockerfile-healthcheck", "FROM a\nHEALTHCHECK CMD b\nHEALTHCHECK NONE", "healthcheck"),
]
WAITS: list[tuple[str, str]] = [
    ("dockerfile-user", "FROM a\nARG WHO\nUSER $WHO"),
    ("dockerfile-user", "ARG BASE\nFROM $BASE"),
    ("dockerfile-base-tag", "ARG BASE\nFROM $BASE"),
    ("dockerfile-base-digest", "ARG DIGEST\nFROM a@$DIGEST"),
    ("dockerfile-copied-secrets", "FROM a\nCOPY $WHAT /x"),
    ("dockerfile-add-url", "FROM a\nADD $WHAT /x"),
    ("dockerfile-add-local", "FROM a\nADD $WHAT /x"),
    ("dockerfile-exposed-ports", "FROM a\nEXPOSE $PORT"),
    ("dockerfile-workdir", "FROM a\nWORKDIR $WHERE"),
]


def ask(rule: SingleRule, text: str, **settings: object) -> list[Finding]:
    compiled = compile_rules([rule], {**DEFAULTS, **settings})
    return list(evaluate(dockerfile_object(read(text)), compiled))


def ids(cases: list[tuple[str, str]] | list[tuple[str, str, str]]) -> list[str]:
    return [f"{case[0]}-{number}" for number, case in enumerate(cases)]


@pytest.mark.parametrize(("rule", "text"), PASSES, ids=ids(PASSES))
def test_a_dockerfile_without_the_flaw_passes(rule: str, text: str) -> None:
    assert ask(RULES[rule], text) == []


@pytest.mark.parametrize(("rule", "text", "at"), FAILS, ids=ids(FAILS))
def test_a_flaw_is_found_at_its_line(rule: str, text: str, at: str) -> None:
    assert [(f.verdict, f.where()) for f in ask(RULES[rule], text)] == [("violation", at)]


@pytest.mark.parametrize(("rule", "text"), WAITS, ids=ids(WAITS))
def test_what_an_argument_without_a_value_stands_for_is_not_known(rule: str, text: str) -> None:
    assert [f.verdict for f in ask(RULES[rule], text)] == ["unknown"]


def test_bases_may_be_held_to_places() -> None:
    rule, allowed = RULES["dockerfile-base-registry"], ["docker.io/library", "registry.example.com"]
    assert ask(rule, "FROM python:3\nFROM registry.example.com/a/b", allowedBaseRegistries=allowed) == []
    assert len(ask(rule, "FROM other/python:3\nFROM a!", allowedBaseRegistries=allowed)) == 2
    assert [f.verdict for f in ask(rule, "ARG A\nFROM $A", allowedBaseRegistries=allowed)] == ["unknown"]


def test_every_rule_has_its_cases() -> None:
    without = {"dockerfile-base-registry"}
    assert {case[0] for case in PASSES} == set(RULES)
    assert {case[0] for case in FAILS} | without == set(RULES)


@pytest.mark.parametrize("rule", [rule for rule in RULES if rule != "dockerfile-base-registry"])
def test_a_broken_rule_is_noticed(rule: str) -> None:
    texts: dict[str, list[str]] = defaultdict(list)
    for case in [*PASSES, *FAILS, *WAITS]:
        texts[case[0]].append(case[1])

    def answers(asked: SingleRule) -> list[set[tuple[str, str]]]:
        return [{(f.verdict, f.where()) for f in ask(asked, text)} for text in texts[rule]]

    right = answers(RULES[rule])
    assert [what for what, broken in mutants(RULES[rule]) if answers(broken) == right] == []


def built(text: str | None, **inputs: object) -> list[str]:
    config: Json = {"workloads": {"enforcementLevel": "mandatory", "tier": "dev"}}
    dockerfile = {"inline": text} if text is not None else {}
    said = Analyzer(config).analyze(BUILD, {"dockerfile": dockerfile, **inputs}, "web")
    return [d.message.split("\n")[1] for d in said]


def test_the_dockerfile_of_an_image_resource_is_asked_with_its_arguments() -> None:
    text = "ARG BASE\nFROM $BASE\nUSER app"
    assert built(text, buildArgs={"BASE": "python:3.12"}) == []
    (found,) = built(text, buildArgs={"BASE": "python"})
    assert found.startswith(f"dockerfile-base-tag (medium): {BUILD} web: dockerfile.inline.lines[2].image must have")
    (waiting,) = built(text)
    assert "dockerfile-base-tag" in waiting
    assert waiting.startswith("not checked yet")


def test_a_target_of_the_resource_counts() -> None:
    text = "FROM a:1 AS one\nUSER app\nFROM a:1 AS two\n"
    assert built(text, target="one") == []
    assert len(built(text)) == 1


def test_a_dockerfile_that_is_not_here_is_not_taken_for_a_good_one(tmp_path: Path) -> None:
    (found,) = built(None, dockerfile={"location": str(tmp_path / "Dockerfile")})
    assert found.startswith("not checked yet")
    (tmp_path / "Dockerfile").write_text("FROM a:1\nUSER root\n")
    (found,) = built(None, dockerfile={"location": str(tmp_path / "Dockerfile")})
    assert found.startswith("dockerfile-user")
    (found,) = built(None, dockerfile={}, context={"location": str(tmp_path)})
    assert found.startswith("dockerfile-user")
    (tmp_path / "Dockerfile").write_bytes(b"\xff\xfe\x00")
    (found,) = built(None, dockerfile={}, context={"location": str(tmp_path)})
    assert found.startswith("not checked yet")


def test_the_older_image_resource_is_asked_too(tmp_path: Path) -> None:
    (tmp_path / "Dockerfile").write_text("ARG A\nFROM $A\nUSER root\n")
    build = {"context": str(tmp_path), "args": {"A": "a:1"}}
    said = Analyzer({"workloads": {"enforcementLevel": "mandatory", "tier": "dev"}}).analyze(
        "docker:index/image:Image", {"imageName": "x", "build": build}
    )
    assert [d.message.split("\n")[1].split(" ")[0] for d in said] == ["dockerfile-user"]
