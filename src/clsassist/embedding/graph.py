"""The twelve layers of the model as an ONNX graph that multiplies in 8-bit integers.

Each row (one token) of what is multiplied is rounded to 8 bits under its own scale, the weights under one scale per
output: a token is rounded the same whatever stands beside it. Normalisation, attention and activation stay in float32.
Every choice of operator was measured (docs/benchmarks/embedding.md): onnxruntime's own fusions of layer normalisation
are ten times slower than the plain operator on a processor, hence a graph written by hand and taken as it is.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from clsassist.embedding.base import Vectors
    from clsassist.embedding.container import Container

# Changes with anything that changes a vector: graph, rounding, tokens.
RECIPE = 1
INPUT, OUTPUT = "words", "mean"
# Types and shapes follow this version of the standard, which the oldest onnxruntime allowed reads.
_OPSET, _IR_VERSION = 20, 10
_MICROSOFT = "com.microsoft"
# What a rounded weight may reach; half of it where the processor multiplies pairs in 16 bits and saturates.
_FULL, _HALF = 127, 63


def container_to_onnx(container: Container, saturating: bool = False) -> bytes:
    """Write the layers as an ONNX model: words of one text [1, tokens, width] in, their mean [1, width] out.

    ``saturating`` keeps one bit of the weights unused, for processors without 8-bit dot products.
    """
    return _Graph(container, _HALF if saturating else _FULL).build()


class _Graph:
    def __init__(self, container: Container, greatest: int) -> None:
        self._container = container
        self._greatest = greatest
        self._nodes: list[Any] = []
        self._constants: list[Any] = []

    def build(self) -> bytes:
        """Chain the layers from the first word to the mean."""
        from onnx import TensorProto, helper

        width = self._container.shape.width
        self._constant("one", np.float32(1))
        self._constant("middle", np.uint8(128))
        self._constant("step", np.float32(1 / 127))
        self._constant("least", np.float32(1e-9))
        self._constant("last_axis", np.array([-1], dtype=np.int64))
        rows = self._normalise(self._add_positions(INPUT), "emb.ln")
        for layer in range(self._container.shape.layers):
            rows = self._layer(rows, f"l{layer}")
        self._node("ReduceMean", rows, self._constant("tokens_axis", np.array([1], dtype=np.int64)), keepdims=0)
        self._nodes[-1].output[0] = OUTPUT
        words = helper.make_tensor_value_info(INPUT, TensorProto.FLOAT, [1, "tokens", width])
        mean = helper.make_tensor_value_info(OUTPUT, TensorProto.FLOAT, [1, width])
        graph = helper.make_graph(self._nodes, "multilingual-e5-small", [words], [mean], self._constants)
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

    def _layer(self, rows: str, name: str) -> str:
        shape = self._container.shape
        rounded = self._round(rows)
        projected = [self._multiply(rounded, f"{name}.{part}", shape.width) for part in "qkv"]
        bias = np.concatenate([self._container.floats(f"{name}.{part}.b") for part in "qkv"])
        attended = self._node(
            "MultiHeadAttention", *projected, self._constant(f"{name}.qkv.b", bias),
            domain=_MICROSOFT, num_heads=shape.heads,
        )  # fmt: skip
        rows = self._join(rows, self._multiply(self._round(attended), f"{name}.ao", shape.width), f"{name}.ao.b")
        rows = self._normalise(rows, f"{name}.aln")
        inner = self._multiply(self._round(rows), f"{name}.fi", shape.inner)
        inner = self._node("BiasGelu", inner, self._floats(f"{name}.fi.b"), domain=_MICROSOFT)
        rows = self._join(rows, self._multiply(self._round(inner), f"{name}.fo", shape.width), f"{name}.fo.b")
        return self._normalise(rows, f"{name}.oln")

    def _round(self, rows: str) -> tuple[str, str]:
        """Return rows as integers from 1 to 255 around 128, and the scale of each."""
        most = self._node("ReduceMax", self._node("Abs", rows), "last_axis", keepdims=1)
        scale = self._node("Max", self._node("Mul", most, "step"), "least")
        return self._node("QuantizeLinear", self._node("Div", rows, scale), "one", "middle"), scale

    def _multiply(self, rounded: tuple[str, str], name: str, outputs: int) -> str:
        integers, scale = rounded
        weights, steps = self._round_weights(self._container.matrix(f"{name}.w", outputs))
        product = self._node(
            "MatMulIntegerToFloat", integers, self._constant(f"{name}.w", weights), "one",
            self._constant(f"{name}.s", steps), "middle", domain=_MICROSOFT,
        )  # fmt: skip
        return self._node("Mul", product, scale)

    def _round_weights(self, weights: Vectors) -> tuple[npt.NDArray[np.int8], Vectors]:
        steps = np.maximum(np.abs(weights).max(axis=1), 1e-9) / self._greatest
        rounded = np.rint(weights / steps[:, None]).astype(np.int8)
        return np.ascontiguousarray(rounded.T), steps.astype(np.float32)

    def _join(self, rows: str, change: str, bias: str) -> str:
        return self._node("Add", self._node("Add", rows, change), self._floats(bias))

    def _normalise(self, rows: str, name: str) -> str:
        # The model's own 1e-12 is lost in float32 beside variances of about one.
        return self._node(
            "LayerNormalization", rows, self._floats(f"{name}.w"), self._floats(f"{name}.b"), epsilon=1e-12
        )

    def _floats(self, name: str) -> str:
        return self._constant(name, self._container.floats(name))

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
