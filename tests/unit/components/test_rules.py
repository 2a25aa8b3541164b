"""Rules that every component keeps, and that neither mocks nor types can see."""

import ast
from pathlib import Path

import pytest

FOLDER = Path(__file__).parents[3] / "components"
MODULES = {file.stem: ast.parse(file.read_text(encoding="utf-8")) for file in sorted(FOLDER.glob("*.py"))}
COMPONENTS = {
    node.name: node
    for module in MODULES.values()
    for node in ast.walk(module)
    if isinstance(node, ast.ClassDef) and "ComponentResource" in ast.unparse(node)
}


def constructor(component: ast.ClassDef) -> ast.FunctionDef:
    return next(node for node in component.body if isinstance(node, ast.FunctionDef) and node.name == "__init__")


def test_the_components_are_found():
    assert set(COMPONENTS) >= {"ContainerImage", "Environment", "Registry", "SecretFiles", "VerifiedImage", "Workload"}


@pytest.mark.parametrize("component", COMPONENTS.values(), ids=COMPONENTS)
def test_a_component_registers_its_outputs_last(component: ast.ClassDef):
    assert ast.unparse(constructor(component).body[-1]).startswith("self.register_outputs(")


@pytest.mark.parametrize("component", COMPONENTS.values(), ids=COMPONENTS)
def test_a_components_type_is_its_class(component: ast.ClassDef):
    assert f"'slipway:index:{component.name}'" in ast.unparse(constructor(component))


@pytest.mark.parametrize("component", COMPONENTS.values(), ids=COMPONENTS)
@pytest.mark.parametrize("word", ["pulumi.Config", "get_stack", "pulumi.export", "ResourceOptions.merge"])
def test_a_component_knows_nothing_of_the_stack(component: ast.ClassDef, word: str):
    assert word not in ast.unparse(component)


@pytest.mark.parametrize("module", MODULES.values(), ids=MODULES)
def test_the_kubernetes_sdk_is_never_imported_whole_into_a_name(module: ast.Module):
    aliases = [alias for node in ast.walk(module) if isinstance(node, ast.Import) for alias in node.names]

    assert not [alias for alias in aliases if alias.name == "pulumi_kubernetes" and alias.asname]
