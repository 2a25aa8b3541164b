"""Whatever a variable holds, the shell reads it back as it was."""

from __future__ import annotations

import subprocess

from hypothesis import given, settings
from hypothesis import strategies as st

from cli.shell import exports

values = st.text(alphabet=st.characters(blacklist_characters="\0", blacklist_categories=["Cs"]), max_size=30)


@settings(max_examples=30)  # every example starts a shell
@given(values)
def test_sh_reads_back_any_value(value: str) -> None:
    script = f'{exports({"SHOWN": value}, "sh")}\nprintf %s "$SHOWN"'
    assert subprocess.run(["sh", "-c", script], capture_output=True, check=True).stdout == value.encode()


def test_fish_quotes_its_two_special_characters() -> None:
    assert exports({"A": "it's \\ $x"}, "fish") == "set -gx A 'it\\'s \\\\ $x'\n"
