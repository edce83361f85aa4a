"""How onnxruntime is made to run the model."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from onnxruntime import InferenceSession


def open_session(model: bytes) -> InferenceSession:
    """Load a model for texts run one at a time; several threads may run it at once.

    Raises ValueError when this version of onnxruntime cannot read it.
    """
    import onnxruntime
    from onnxruntime.capi.onnxruntime_pybind11_state import Fail, InvalidGraph, InvalidProtobuf
    from onnxruntime.capi.onnxruntime_pybind11_state import NotImplemented as NotHandled

    options = onnxruntime.SessionOptions()
    # One thread a text: the pool of onnxruntime, whose threads spin while they wait, is never made.
    options.intra_op_num_threads = 1
    options.inter_op_num_threads = 1
    # Further optimisation fuses the normalisation into an operator ten times slower.
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_ENABLE_BASIC
    # Would remember a plan of memory for each length of text, for ever.
    options.enable_mem_pattern = False
    options.log_severity_level = 3
    try:
        return onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])
    except (Fail, InvalidGraph, InvalidProtobuf, NotHandled) as error:
        raise ValueError(f"onnxruntime {onnxruntime.__version__} ne lit pas le modèle préparé : {error}") from error
