from pathlib import Path

import onnxruntime
import pytest
from model_service.model import CPU, Model, ModelError
from onnx import TensorProto, helper

FILE = Path(__file__).parents[4] / "images" / "model-service" / "models" / "digits.onnx"


def save(folder: Path, labels: str, shape: list[str | int], kind: int = TensorProto.FLOAT) -> Path:
    """A model that gives what it gets."""
    graph = helper.make_graph(
        [helper.make_node("Identity", ["in"], ["out"])],
        "echo",
        [helper.make_tensor_value_info("in", kind, shape)],
        [helper.make_tensor_value_info("out", kind, shape)],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)])
    model.ir_version = 8
    helper.set_model_props(model, {"labels": labels})
    (folder / "echo.onnx").write_bytes(model.SerializeToString())
    return folder / "echo.onnx"


def test_a_model_says_what_it_is() -> None:
    model = Model(FILE, threads=1)
    assert (model.name, model.width, len(model.labels), model.provider) == ("digits", 64, 10, CPU)


def test_a_model_that_makes_chances_answers() -> None:
    assert Model(FILE, threads=1).answers()


def test_a_model_whose_outputs_are_no_chances_does_not(tmp_path: Path) -> None:
    assert not Model(save(tmp_path, "a,b", ["rows", 2]), threads=1).answers()


@pytest.mark.parametrize(
    ("labels", "shape", "kind", "said"),
    [
        ("a,b", ["rows", 2, 2], TensorProto.FLOAT, "one input"),
        ("a,b", ["rows", 2], TensorProto.DOUBLE, "one input"),
        ("a", ["rows", 2], TensorProto.FLOAT, "a label for each of 2 outputs"),
        ("", ["rows", 2], TensorProto.FLOAT, "a label for each of 2 outputs"),
        ("a,b", ["rows", "width"], TensorProto.FLOAT, "a fixed width"),
    ],
)
def test_another_kind_of_model_is_refused(
    tmp_path: Path, labels: str, shape: list[str | int], kind: int, said: str
) -> None:
    with pytest.raises(ModelError, match=said):
        Model(save(tmp_path, labels, shape, kind), threads=1)


def test_a_file_that_is_no_model_is_refused(tmp_path: Path) -> None:
    (tmp_path / "text.onnx").write_text("text")
    with pytest.raises(ModelError, match="no ONNX model"):
        Model(tmp_path / "text.onnx", threads=1)


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="No such file"):
        Model(tmp_path / "none.onnx", threads=1)


def test_the_runtime_reports_to_nobody() -> None:
    # given the libraries that the image's lock names: from 1.29 on they know where to send what they have seen
    libraries = list((Path(onnxruntime.__file__).parent / "capi").glob("*.so*"))
    assert libraries
    assert [file.name for file in libraries if b"OneCollector" in file.read_bytes()] == []
