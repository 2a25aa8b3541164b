"""The model that the image brings is what its own script makes, and reads digits that it has never seen."""

from pathlib import Path

import numpy as np
import pytest
from digits.__main__ import written
from digits.drawing import LABELS, drawn, glyph
from digits.network import softmax, taught
from model_service.model import Model

FILE = Path(__file__).parents[4] / "images" / "model-service" / "models" / "digits.onnx"


@pytest.fixture(scope="module")
def model() -> Model:
    return Model(FILE, threads=1)


def test_it_reads_digits_that_it_has_not_seen(model: Model) -> None:
    images, digits = drawn(2000, seed=99)
    assert (model.run(images).argmax(axis=1) == digits).mean() > 0.98


@pytest.mark.parametrize("digit", range(10))
def test_it_is_sure_of_a_digit_without_a_fault(model: Model, digit: int) -> None:
    chances = model.run(glyph(digit)[np.newaxis])[0]
    assert model.labels[int(chances.argmax())] == str(digit)
    assert chances.max() > 0.9


def test_an_empty_image_is_no_certain_digit(model: Model) -> None:
    assert model.run(np.zeros((1, 64), np.float32)).max() < 0.9


def test_the_file_is_what_the_script_makes(model: Model, tmp_path: Path) -> None:
    # given the network, taught anew: other processors round otherwise, so that the last bits may differ
    network = taught()
    images, _ = drawn(200, seed=5)
    (tmp_path / "again.onnx").write_bytes(written(network))
    # then the file in the image, a new one, and the network itself agree
    for each in (model, Model(tmp_path / "again.onnx", threads=1)):
        assert np.abs(each.run(images) - network.chances(images)).max() < 0.02
    assert model.labels == LABELS


def test_what_is_drawn_depends_on_the_seed_alone() -> None:
    first, again, other = (drawn(3, seed)[0] for seed in (1, 1, 2))
    assert np.array_equal(first, again)
    assert not np.array_equal(first, other)


def test_chances_of_large_scores_are_no_overflow() -> None:
    assert softmax(np.array([[1e30, 0.0]], np.float32)).tolist() == [[1.0, 0.0]]
