"""Makes the peers that `cargo xtask bench browser` measures against, from the same weights.

    python make_onnx.py target/minilm target/peers

reads model.safetensors and vocab.txt and writes

    model.onnx            the float graph, as an exporter would write it, with LayerNormalization
                          nodes and an Erf-based GELU, which ONNX Runtime fuses when it loads them
    model_quantized.onnx  its linear layers in eight bits, quantised dynamically per channel with
                          reduced range: ONNX Runtime's own recipe for processors without VNNI

    tokenizer.json, tokenizer_config.json, config.json
                          what transformers.js wants beside them

Both models take input_ids, attention_mask and token_type_ids of shape (batch, tokens) and give
last_hidden_state of shape (batch, tokens, 384), so that transformers.js can use them.
"""

import json
import pathlib
import sys

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper
from safetensors.numpy import load_file

LAYERS, HEADS, HEAD, WIDTH = 6, 12, 32, 384


class Graph:
    """Nodes and weights on their way into a model."""

    def __init__(self, weights):
        self.weights, self.nodes, self.constants = weights, [], {}

    def constant(self, name, value):
        self.constants[name] = numpy_helper.from_array(np.asarray(value), name)
        return name

    def weight(self, name, transpose=False):
        value = self.weights[name].astype(np.float32)
        return self.constant(name, value.T.copy() if transpose else value)

    def node(self, op, inputs, **attributes):
        name = f"{op}_{len(self.nodes)}"
        self.nodes.append(helper.make_node(op, inputs, [name], name=name, **attributes))
        return name

    def linear(self, x, name):
        product = self.node("MatMul", [x, self.weight(f"{name}.weight", transpose=True)])
        return self.node("Add", [self.weight(f"{name}.bias"), product])

    def norm(self, x, name):
        inputs = [x, self.weight(f"{name}.weight"), self.weight(f"{name}.bias")]
        return self.node("LayerNormalization", inputs, axis=-1, epsilon=1e-12)

    def gelu(self, x):
        scaled = self.node("Div", [x, self.constant("root_two", np.float32(np.sqrt(2)))])
        erf = self.node("Erf", [scaled])
        shifted = self.node("Add", [erf, self.constant("one", np.float32(1))])
        product = self.node("Mul", [x, shifted])
        return self.node("Mul", [product, self.constant("half", np.float32(0.5))])

    def heads(self, x, order):
        shape = self.constant("split_shape", np.array([0, 0, HEADS, HEAD], np.int64))
        return self.node("Transpose", [self.node("Reshape", [x, shape])], perm=order)

    def attention(self, x, mask, name):
        query, key, value = (self.linear(x, f"{name}.self.{part}") for part in ("query", "key", "value"))
        query, value = self.heads(query, [0, 2, 1, 3]), self.heads(value, [0, 2, 1, 3])
        scores = self.node("MatMul", [query, self.heads(key, [0, 2, 3, 1])])
        root = self.constant("root_head", np.float32(np.sqrt(HEAD)))
        scores = self.node("Add", [self.node("Div", [scores, root]), mask])
        weights = self.node("Softmax", [scores], axis=-1)
        context = self.node("Transpose", [self.node("MatMul", [weights, value])], perm=[0, 2, 1, 3])
        shape = self.constant("join_shape", np.array([0, 0, WIDTH], np.int64))
        context = self.node("Reshape", [context, shape])
        projected = self.linear(context, f"{name}.output.dense")
        return self.norm(self.node("Add", [projected, x]), f"{name}.output.LayerNorm")

    def layer(self, x, mask, name):
        x = self.attention(x, mask, f"{name}.attention")
        wide = self.gelu(self.linear(x, f"{name}.intermediate.dense"))
        narrow = self.linear(wide, f"{name}.output.dense")
        return self.norm(self.node("Add", [narrow, x]), f"{name}.output.LayerNorm")

    def embeddings(self):
        def rows(table, ids):
            return self.node("Gather", [self.weight(f"embeddings.{table}_embeddings.weight"), ids])

        length = self.node("Gather", [self.node("Shape", ["input_ids"]), self.constant("axis", np.int64(1))])
        zero, one = self.constant("zero", np.int64(0)), self.constant("step", np.int64(1))
        positions = self.node("Range", [zero, length, one])
        x = self.node("Add", [rows("word", "input_ids"), rows("token_type", "token_type_ids")])
        return self.norm(self.node("Add", [x, rows("position", positions)]), "embeddings.LayerNorm")

    def mask(self):
        axes = self.constant("mask_axes", np.array([1, 2], np.int64))
        mask = self.node("Cast", [self.node("Unsqueeze", ["attention_mask", axes])], to=TensorProto.FLOAT)
        absent = self.node("Sub", [self.constant("one", np.float32(1)), mask])
        return self.node("Mul", [absent, self.constant("minimum", np.float32(np.finfo(np.float32).min))])

    def model(self):
        mask, x = self.mask(), self.embeddings()
        for number in range(LAYERS):
            x = self.layer(x, mask, f"encoder.layer.{number}")
        self.nodes.append(helper.make_node("Identity", [x], ["last_hidden_state"]))
        names = ["input_ids", "attention_mask", "token_type_ids"]
        inputs = [helper.make_tensor_value_info(n, TensorProto.INT64, ["batch", "tokens"]) for n in names]
        shape = ["batch", "tokens", WIDTH]
        output = helper.make_tensor_value_info("last_hidden_state", TensorProto.FLOAT, shape)
        graph = helper.make_graph(self.nodes, "minilm", inputs, [output], list(self.constants.values()))
        return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)


def write_json(path, value):
    path.write_text(json.dumps(value, ensure_ascii=False), encoding="utf-8")


def write_tokenizer(vocabulary, target):
    """BERT's uncased WordPiece in the formats of the tokenizers and transformers libraries."""
    ids = {token: number for number, token in enumerate(vocabulary)}
    special = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
    flags = {"single_word": False, "lstrip": False, "rstrip": False, "normalized": False, "special": True}

    def marker(token):
        return {"SpecialToken": {"id": token, "type_id": 0}}

    single = [marker("[CLS]"), {"Sequence": {"id": "A", "type_id": 0}}, marker("[SEP]")]
    markers = {t: {"id": t, "ids": [ids[t]], "tokens": [t]} for t in ("[CLS]", "[SEP]")}
    write_json(
        target / "tokenizer.json",
        {
            "version": "1.0",
            "truncation": None,
            "padding": None,
            "added_tokens": [{"id": ids[token], "content": token, **flags} for token in special],
            "normalizer": {
                "type": "BertNormalizer",
                "clean_text": True,
                "handle_chinese_chars": True,
                "strip_accents": None,
                "lowercase": True,
            },
            "pre_tokenizer": {"type": "BertPreTokenizer"},
            "post_processor": {
                "type": "TemplateProcessing",
                "single": single,
                "pair": single,
                "special_tokens": markers,
            },
            "decoder": {"type": "WordPiece", "prefix": "##", "cleanup": True},
            "model": {
                "type": "WordPiece",
                "unk_token": "[UNK]",
                "continuing_subword_prefix": "##",
                "max_input_chars_per_word": 100,
                "vocab": ids,
            },
        },
    )
    names = {f"{name}_token": f"[{name.upper()}]" for name in ("pad", "unk", "cls", "sep", "mask")}
    tokenizer = {"tokenizer_class": "BertTokenizer", "do_lower_case": True, "model_max_length": 256}
    write_json(target / "tokenizer_config.json", {**tokenizer, **names})
    sizes = {"hidden_size": WIDTH, "num_hidden_layers": LAYERS, "num_attention_heads": HEADS}
    config = {"architectures": ["BertModel"], "model_type": "bert", "vocab_size": len(vocabulary)}
    write_json(target / "config.json", {**config, **sizes})


def main():
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    source, target = map(pathlib.Path, sys.argv[1:])
    target.mkdir(parents=True, exist_ok=True)
    weights = load_file(source / "model.safetensors")
    weights = {name.removeprefix("bert."): value for name, value in weights.items()}
    model = Graph(weights).model()
    onnx.checker.check_model(model)
    onnx.save(model, target / "model.onnx")
    vocabulary = (source / "vocab.txt").read_text(encoding="utf-8").splitlines()
    write_tokenizer(vocabulary, target)

    from onnxruntime.quantization import QuantType, quantize_dynamic

    quantize_dynamic(
        target / "model.onnx",
        target / "model_quantized.onnx",
        per_channel=True,
        reduce_range=True,
        weight_type=QuantType.QInt8,
    )


main()
