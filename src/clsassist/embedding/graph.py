"""The twelve layers of the model as an ONNX graph that multiplies in 8-bit integers.

Each row (one token) of what is multiplied is rounded to 8 bits under its own scale, the weights under one scale per
output: a token is rounded the same whatever stands beside it. Normalisation, attention and activation stay in float32.

A few numbers of a row are always ten times the others, and would leave these with few of the 8 bits. So, from what rows
look like over some sentences (calibration.py), each number is centred on its usual value, which the biases give back,
and part of its size is moved to the weights that multiply it (SmoothQuant, Xiao et al., 2023): the exact result is the
same, and rounding costs half as much.

Every choice of operator was measured (docs/benchmarks/embedding.md): onnxruntime's own fusions of layer normalisation
are ten times slower than the plain operator on a processor, hence a graph written by hand and taken as it is.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from clsassist.embedding.base import Vector, Vectors

if TYPE_CHECKING:
    from clsassist.embedding.container import Container

# Changes with anything that changes a vector: graph, rounding, tokens.
RECIPE = 2
INPUT, OUTPUT = "words", "mean"
# Types and shapes follow this version of the standard, which the oldest onnxruntime allowed reads.
_OPSET, _IR_VERSION = 20, 10
_MICROSOFT = "com.microsoft"
# What a rounded weight may reach; half of it where the processor multiplies pairs in 16 bits and saturates.
_FULL, _HALF = 127, 63


@dataclass(frozen=True, slots=True)
class Habit:
    """What the rows at one place of the graph usually hold: the mean of each number, and how far it goes from it."""

    mean: Vector
    reach: Vector


# By place: « l3.q » for what enters the attention of layer 3, « l3.fi » for what enters its inner layer.
Habits = Mapping[str, Habit]


def container_to_onnx(
    container: Container, habits: Habits | None = None, *, saturating: bool = False, watched: bool = False
) -> bytes:
    """Write the layers as an ONNX model: words of one text [1, tokens, width] in, their mean [1, width] out.

    ``saturating`` keeps one bit of the weights unused, for processors without 8-bit dot products. ``watched`` adds as
    outputs, under their names, the rows at each place that has habits.
    """
    return Graph(container, habits or {}, _HALF if saturating else _FULL).build(watched)


class Graph:
    """Writes the layers, operator by operator."""

    def __init__(self, container: Container, habits: Habits, greatest: int) -> None:
        self._container = container
        self._habits = habits
        self._greatest = greatest
        self._places: dict[str, str] = {}
        self._moved: dict[str, Vector] = {}
        self._nodes: list[Any] = []
        self._constants: list[Any] = []

    def build(self, watched: bool = False) -> bytes:
        """Chain the layers from the first word to the mean."""
        from onnx import TensorProto, helper

        width = self._container.shape.width
        self._constant("one", np.float32(1))
        self._constant("middle", np.uint8(128))
        self._constant("step", np.float32(1 / 127))
        self._constant("least", np.float32(1e-9))
        self._constant("last_axis", np.array([-1], dtype=np.int64))
        rows = self._normalise(self._add_positions(INPUT), "emb.ln", "l0.q")
        for layer in range(self._container.shape.layers):
            rows = self._layer(rows, layer)
        self._node("ReduceMean", rows, self._constant("tokens_axis", np.array([1], dtype=np.int64)), keepdims=0)
        self._nodes[-1].output[0] = OUTPUT
        words = helper.make_tensor_value_info(INPUT, TensorProto.FLOAT, [1, "tokens", width])
        mean = helper.make_tensor_value_info(OUTPUT, TensorProto.FLOAT, [1, width])
        outputs = [mean]
        if watched:
            self._nodes += [helper.make_node("Identity", [rows], [place]) for place, rows in self._places.items()]
            shape: list[str | int | None] = [1, "tokens", width]
            outputs += [helper.make_tensor_value_info(place, TensorProto.FLOAT, shape) for place in self._places]
        graph = helper.make_graph(self._nodes, "multilingual-e5-small", [words], outputs, self._constants)
        versions = [helper.make_opsetid("", _OPSET), helper.make_opsetid(_MICROSOFT, 1)]
        model = helper.make_model(graph, opset_imports=versions, ir_version=_IR_VERSION, producer_name="clsassist")
        return bytes(model.SerializeToString())

    def _add_positions(self, words: str) -> str:
        # What is added to each word: its place in the text, and the only type of text there is.
        shape = self._container.shape
        added = self._container.floats("emb.pos").reshape(-1, shape.width)
        added = added + self._container.floats("emb.type")[: shape.width]
        positions = self._constant("positions", added)
        count = self._node("Shape", words, start=1, end=2)
        zero = self._constant("zero", np.array([0], dtype=np.int64))
        return self._node("Add", words, self._node("Slice", positions, zero, count, zero))

    def _layer(self, rows: str, layer: int) -> str:
        shape, name = self._container.shape, f"l{layer}"
        rounded = self._round(self._level(rows, f"{name}.q", [f"{name}.{part}" for part in "qkv"]))
        projected = [self._multiply(rounded, f"{name}.{part}", f"{name}.q") for part in "qkv"]
        bias = np.concatenate([self._bias(f"{name}.{part}", f"{name}.q") for part in "qkv"])
        attended = self._node(
            "MultiHeadAttention", *projected, self._constant(f"{name}.qkv.b", bias),
            domain=_MICROSOFT, num_heads=shape.heads,
        )  # fmt: skip
        rows = self._join(rows, self._multiply(self._round(attended), f"{name}.ao"), f"{name}.ao", f"{name}.q")
        rows = self._normalise(rows, f"{name}.aln", f"{name}.fi")
        rounded = self._round(self._level(rows, f"{name}.fi", [f"{name}.fi"]))
        inner = self._multiply(rounded, f"{name}.fi", f"{name}.fi")
        bias = self._bias(f"{name}.fi", f"{name}.fi")
        inner = self._node("BiasGelu", inner, self._constant(f"{name}.fi.b", bias), domain=_MICROSOFT)
        rows = self._join(rows, self._multiply(self._round(inner), f"{name}.fo"), f"{name}.fo", f"{name}.fi")
        return self._normalise(rows, f"{name}.oln", f"l{layer + 1}.q")

    def _round(self, rows: str) -> tuple[str, str]:
        """Return rows as integers from 1 to 255 around 128, and the scale of each."""
        most = self._node("ReduceMax", self._node("Abs", rows), "last_axis", keepdims=1)
        scale = self._node("Max", self._node("Mul", most, "step"), "least")
        return self._node("QuantizeLinear", self._node("Div", rows, scale), "one", "middle"), scale

    def _mean(self, place: str) -> Vector:
        habit = self._habits.get(place)
        return np.zeros(self._container.shape.width, np.float32) if habit is None else habit.mean

    def _bias(self, name: str, place: str) -> Vector:
        # With what the mean, taken away from the rows, would have added.
        return self._container.floats(f"{name}.b") + self._weights(name) @ self._mean(place)

    def _level(self, rows: str, place: str, multiplied: Sequence[str]) -> str:
        """Divide each number of the rows by what its weights are multiplied by."""
        self._places[place] = rows
        if place not in self._habits:
            return rows
        weights = [np.abs(self._weights(name)).max(axis=0) for name in multiplied]
        moved = np.sqrt(np.maximum(self._habits[place].reach, 1e-3) / np.maximum(np.max(weights, axis=0), 1e-6))
        self._moved[place] = (moved / np.exp(np.log(moved).mean())).astype(np.float32)
        return self._node("Mul", rows, self._constant(f"{place}.moved", 1 / self._moved[place]))

    def _weights(self, name: str) -> Vectors:
        shape = self._container.shape
        return self._container.matrix(f"{name}.w", shape.inner if name.endswith(".fi") else shape.width)

    def _multiply(self, rounded: tuple[str, str], name: str, place: str = "") -> str:
        integers, scale = rounded
        levelled = self._weights(name)
        if place in self._moved:
            levelled = levelled * self._moved[place]
        weights, steps = self._round_weights(levelled)
        product = self._node(
            "MatMulIntegerToFloat", integers, self._constant(f"{name}.w", weights), "one",
            self._constant(f"{name}.s", steps), "middle", domain=_MICROSOFT,
        )  # fmt: skip
        return self._node("Mul", product, scale)

    def _round_weights(self, weights: Vectors) -> tuple[npt.NDArray[np.int8], Vectors]:
        steps = np.maximum(np.abs(weights).max(axis=1), 1e-9) / self._greatest
        rounded = np.rint(weights / steps[:, None]).astype(np.int8)
        return np.ascontiguousarray(rounded.T), steps.astype(np.float32)

    def _join(self, rows: str, change: str, name: str, place: str) -> str:
        # The rows were centred, the sum is not.
        bias = self._container.floats(f"{name}.b") + self._mean(place)
        return self._node("Add", self._node("Add", rows, change), self._constant(f"{name}.b", bias))

    def _normalise(self, rows: str, name: str, place: str) -> str:
        # The model's own epsilon, 1e-12, is lost in float32 beside variances of about one.
        centred = self._container.floats(f"{name}.b") - self._mean(place)
        return self._node(
            "LayerNormalization", rows, self._constant(f"{name}.w", self._container.floats(f"{name}.w")),
            self._constant(f"{name}.b", centred), epsilon=1e-12,
        )  # fmt: skip

    def _constant(self, name: str, value: npt.NDArray[Any] | np.generic) -> str:
        from onnx import numpy_helper

        self._constants.append(numpy_helper.from_array(np.asarray(value), name))
        return name

    def _node(self, operator: str, *inputs: str, domain: str = "", **attributes: int | float | str) -> str:
        from onnx import helper

        output = f"{operator}_{len(self._nodes)}"
        node = helper.make_node(operator, inputs, [output], domain=domain)
        node.attribute.extend(helper.make_attribute(name, value) for name, value in attributes.items())
        self._nodes.append(node)
        return output
