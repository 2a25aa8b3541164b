"""Dockerfiles, with the flaw and without."""

from itertools import groupby

from tests.unit.policies.cases.case import Case, Json, built, fails, passes, waits

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
    ("dockerfile-base-digest", "FROM a!", "lines[1].image"),
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
"""The rule, the Dockerfile, and where the flaw is."""

WAITS: list[tuple[str, str]] = [
    ("dockerfile-user", "FROM a\nARG WHO\nUSER $WHO"),
    ("dockerfile-user", "ARG BASE\nFROM $BASE"),
    ("dockerfile-base-tag", "ARG BASE\nFROM $BASE"),
    ("dockerfile-base-registry", "ARG A\nFROM $A"),
    ("dockerfile-base-digest", "ARG DIGEST\nFROM a@$DIGEST"),
    ("dockerfile-copied-secrets", "FROM a\nCOPY $WHAT /x"),
    ("dockerfile-add-url", "FROM a\nADD $WHAT /x"),
    ("dockerfile-add-local", "FROM a\nADD $WHAT /x"),
    ("dockerfile-exposed-ports", "FROM a\nEXPOSE $PORT"),
    ("dockerfile-workdir", "FROM a\nWORKDIR $WHERE"),
]
_SUBSTITUTED = frozenset({"FROM", "USER", "WORKDIR", "EXPOSE", "ADD", "COPY"})


def argued(text: str) -> Json:
    """The same image, with what variables can stand for given by the build, each word as an argument of its own."""
    given: dict[str, str] = {}
    above: list[str] = []
    lines: list[str] = []
    for line in text.splitlines():
        name, _, rest = line.partition(" ")
        words = rest.split()
        for place, word in enumerate(words):
            plain = not (word.startswith("--") or "$" in word or "<<" in word)
            if name in _SUBSTITUTED and plain and (name != "FROM" or place == 0):
                argument = f"W{len(given)}"
                given[argument], words[place] = word, f"${argument}"
                (above if name == "FROM" else lines).append(f"ARG {argument}")
        lines.append(" ".join([name, *words]))
    return built("\n".join([*above, *lines]), buildArgs=given, target="")


def first(table: list[tuple[str, str]]) -> list[tuple[str, Json]]:
    """The first three of each rule, in the form in which the build gives what it can."""
    by_rule = groupby(sorted(table, key=lambda each: each[0]), key=lambda each: each[0])
    return [(rule, argued(text)) for rule, texts in by_rule for _, text in list(texts)[:3]]


_PLACES: Json = {"allowedBaseRegistries": ["docker.io/library", "registry.example.com"]}
CASES: list[Case] = [
    *(case for rule, text in PASSES for case in passes(rule, built(text))),
    *(case for rule, text, at in FAILS for case in fails(rule, built(text), told=f" dockerfile.inline.{at} ")),
    *(case for rule, body in first(PASSES) for case in passes(rule, body)),
    *(case for rule, body in first([each[:2] for each in FAILS]) for case in fails(rule, body)),
    *(case for rule, text in WAITS for case in waits(rule, built(text), **(_PLACES if "registry" in rule else {}))),
    *passes(
        "dockerfile-base-registry",
        built("FROM python:3\nFROM registry.example.com/a/b"),
        built("FROM scratch"),
        **_PLACES,
    ),
    *fails("dockerfile-base-registry", built("FROM other/python:3"), built("FROM a!"), **_PLACES),
]
