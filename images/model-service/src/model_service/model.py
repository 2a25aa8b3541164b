"""A model in an ONNX file: rows of numbers in, the chance of each label out."""

from pathlib import Path
from typing import Any, cast

import numpy as np
import numpy.typing as npt
import onnxruntime

Floats = npt.NDArray[np.float32]

CUDA, CPU = "CUDAExecutionProvider", "CPUExecutionProvider"


class ModelError(ValueError):
    """The file is no model that can be served, and why."""


class Model:
    """A loaded model; may be run by several threads at once.

    Attributes:
        name: its graph's.
        labels: what its outputs stand for.
        width: numbers in a row of its input.
        provider: what runs it: CUDA where the image has it and the machine a GPU, else processors.
    """

    def __init__(self, file: Path, threads: int) -> None:
        """Loads a file.

        Args:
            file: the model. It has one input `[any, width]` and one output `[any, labels]` of 32-bit numbers, and names
                its labels, separated by commas, in the metadata `labels`.
            threads: how many one run may use.

        Raises:
            ModelError: it can't be read, or is another kind of model.
        """
        options = cast(Any, onnxruntime.SessionOptions())
        # Told, since by itself it counts the machine's processors and not the container's.
        options.intra_op_num_threads, options.inter_op_num_threads = threads, 1
        # What one large batch took is given back after it.
        options.enable_cpu_mem_arena = False
        options.log_severity_level = 3  # errors
        there = cast(list[str], onnxruntime.get_available_providers())
        wanted = [provider for provider in (CUDA, CPU) if provider in there]
        try:
            session = cast(Any, onnxruntime.InferenceSession(file.read_bytes(), options, providers=wanted))
        except OSError as error:
            raise ModelError(f"it can't be read: {error.strerror}") from None
        except Exception as error:  # the library has a class for each cause, and no common one
            raise ModelError(f"it is no ONNX model: {str(error).splitlines()[0]}") from None
        self._session = session
        self.width, self.labels = _shape(session)
        self.name = str(session.get_modelmeta().graph_name)
        self.provider = str(session.get_providers()[0])

    def run(self, rows: Floats) -> Floats:
        """The chances of each label, `[count, labels]`, for rows `[count, width]`."""
        return cast(Floats, self._session.run(None, {self._session.get_inputs()[0].name: rows})[0])

    def answers(self) -> bool:
        """Whether it makes chances of a row: finite ones that add up to 1."""
        chances = self.run(np.zeros((1, self.width), np.float32))
        return chances.shape == (1, len(self.labels)) and bool(np.isclose(chances.sum(), 1, atol=1e-3))


def _shape(session: Any) -> tuple[int, tuple[str, ...]]:
    """The numbers in a row, and the labels."""
    inputs, outputs = session.get_inputs(), session.get_outputs()
    shapes = [list(each.shape) for each in (*inputs, *outputs)]
    kinds = {each.type for each in (*inputs, *outputs)}
    if (
        len(inputs) != 1
        or len(outputs) != 1
        or [len(shape) for shape in shapes] != [2, 2]
        or kinds != {"tensor(float)"}
    ):
        raise ModelError("allowed: one input [any, width] and one output [any, labels] of 32-bit numbers")
    named = session.get_modelmeta().custom_metadata_map.get("labels", "")
    labels = tuple(named.split(",")) if named else ()
    width, count = shapes[0][1], shapes[1][1]
    if not isinstance(width, int) or count != len(labels):
        raise ModelError(f"allowed: a fixed width, and a label for each of {count} outputs in the metadata `labels`")
    return width, labels
