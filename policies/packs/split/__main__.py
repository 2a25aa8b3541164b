"""The entry that the engine starts, by its path. Everything it holds is in `policies.split`."""

from __future__ import annotations

import sys
from pathlib import Path

# Started by path, this file belongs to no package: the folder that holds `policies/` has to be named.
sys.path.insert(0, str(Path(__file__).resolve().parents[3]))

from pulumi_policy import PolicyPack

from policies.split import split_policies

PolicyPack(name="slipway-split", policies=split_policies())
