"""Makes minilm.json and minilm.i16: what all-MiniLM-L6-v2 gives for 200 texts.

An implementation in numpy that shares no code with the crate, in float64 throughout.
    pip install numpy scipy safetensors tokenizers
    python tests/golden/minilm.py FOLDER     (with model.safetensors and tokenizer.json)
The texts are our own: the everyday prompts, alone and joined to lengths of up to 256 tokens and
more, and some lines in other scripts. minilm.i16 holds the unit vectors, (200, 384), in units of
1/32767, little endian.
"""

import json
import pathlib
import sys

import numpy as np
from safetensors.numpy import load_file
from scipy.special import erf
from tokenizers import Tokenizer

HERE = pathlib.Path(__file__).parent
OTHER = [
    "a", "", "?", "42", "naïve café, déjà vu", "ΟΔΥΣΣΕΥΣ πλέει", "Привет, как дела?",
    "日本語のテキスト", "한국어로 답해 줘", "مرحبا بالعالم", "שלום עולם", "👍🏽 ok 👩‍👩‍👧‍👦",
    "def f(x):\n    return x ** 2  # square", "SELECT name FROM users WHERE id = 7;",
    "x" * 300, "$\\frac{a}{b} + \\sqrt{c}$", "[SEP] [MASK] [cls]", "tab\tand\nnewline\r\n", "ﬁne Ⅷ ½", "###",
]


def texts():
    rows = (HERE / "../everyday/prompts.jsonl").read_text("utf8").splitlines()
    prompts = [json.loads(row)["prompt"] for row in rows]
    short = prompts[::2][:100]
    long = [" ".join((prompts * 2)[i : i + 1 + i // 4]) for i in range(0, 160, 2)]
    return OTHER + short + long


class MiniLm:
    def __init__(self, folder):
        weights = load_file(folder / "model.safetensors")
        self.w = {k: v.astype(np.float64) for k, v in weights.items() if v.dtype == np.float32}
        self.tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
        self.tokenizer.no_padding()
        self.tokenizer.enable_truncation(256)

    def linear(self, x, name):
        return x @ self.w[name + ".weight"].T + self.w[name + ".bias"]

    def norm(self, x, name):
        x = x - x.mean(-1, keepdims=True)
        x = x / np.sqrt((x * x).mean(-1, keepdims=True) + 1e-12)
        return x * self.w[name + ".weight"] + self.w[name + ".bias"]

    def layer(self, x, at):
        def heads(part):
            y = self.linear(x, f"{at}.attention.self.{part}")
            return y.reshape(len(x), 12, 32).transpose(1, 0, 2)

        scores = heads("query") @ heads("key").transpose(0, 2, 1) / np.sqrt(32)
        scores = np.exp(scores - scores.max(-1, keepdims=True))
        scores /= scores.sum(-1, keepdims=True)
        context = (scores @ heads("value")).transpose(1, 0, 2).reshape(len(x), 384)
        x = self.norm(x + self.linear(context, at + ".attention.output.dense"), at + ".attention.output.LayerNorm")
        wide = self.linear(x, at + ".intermediate.dense")
        wide = wide * (1 + erf(wide / np.sqrt(2))) / 2
        return self.norm(x + self.linear(wide, at + ".output.dense"), at + ".output.LayerNorm")

    def embed(self, text):
        ids = self.tokenizer.encode(text).ids
        w = self.w
        x = w["embeddings.word_embeddings.weight"][ids]
        x = x + w["embeddings.position_embeddings.weight"][: len(ids)]
        x = self.norm(x + w["embeddings.token_type_embeddings.weight"][0], "embeddings.LayerNorm")
        for layer in range(6):
            x = self.layer(x, f"encoder.layer.{layer}")
        mean = x.mean(0)
        return mean / np.linalg.norm(mean), len(ids)


if __name__ == "__main__":
    model = MiniLm(pathlib.Path(sys.argv[1]))
    chosen = texts()
    vectors, lengths = zip(*map(model.embed, chosen))
    (HERE / "minilm.json").write_text(json.dumps(chosen, ensure_ascii=False, indent=0) + "\n", "utf8")
    (HERE / "minilm.i16").write_bytes(np.round(np.array(vectors) * 32767).astype("<i2").tobytes())
    print(len(chosen), "texts of", min(lengths), "to", max(lengths), "tokens")
