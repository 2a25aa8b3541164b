"""`python -m digits FILE`: teaches the network and writes it as an ONNX model."""

import sys
from pathlib import Path

import onnx
from onnx import TensorProto, helper, numpy_helper

from digits.drawing import LABELS, SIDE
from digits.network import Network, taught

OPSET = 17
"""Old enough for every ONNX Runtime in use."""


def written(network: Network) -> bytes:
    """The network as an ONNX model: `images` `[any, 64]` in, `chances` `[any, 10]` out, its labels beside it."""
    names = ("inner", "inner_offset", "outer", "outer_offset")
    nodes = [
        helper.make_node("Gemm", ["images", "inner", "inner_offset"], ["weighed"]),
        helper.make_node("Relu", ["weighed"], ["hidden"]),
        helper.make_node("Gemm", ["hidden", "outer", "outer_offset"], ["scores"]),
        helper.make_node("Softmax", ["scores"], ["chances"], axis=1),
    ]
    graph = helper.make_graph(
        nodes,
        "digits",
        [helper.make_tensor_value_info("images", TensorProto.FLOAT, ["rows", SIDE * SIDE])],
        [helper.make_tensor_value_info("chances", TensorProto.FLOAT, ["rows", len(LABELS)])],
        [numpy_helper.from_array(part, name) for name, part in zip(names, network.parts, strict=True)],
    )
    model = helper.make_model(graph, producer_name="slipway", opset_imports=[helper.make_opsetid("", OPSET)])
    model.ir_version = 8
    helper.set_model_props(model, {"labels": ",".join(LABELS)})
    onnx.checker.check_model(model, full_check=True)
    return model.SerializeToString()


if __name__ == "__main__":
    Path(sys.argv[1]).write_bytes(written(taught()))
