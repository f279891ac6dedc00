"""Tables of settings: defaults from the factories, descriptions from the docstrings."""

from __future__ import annotations

import inspect
import json
import re
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

import spacy
from sphinx.ext.napoleon import Config, GoogleDocstring

from spacy_sarcasm.network.settings import NetworkSettings
from spacy_sarcasm.pipeline.classifier import SarcasmClassifier
from spacy_sarcasm.pipeline.component_settings import ComponentSettings
from spacy_sarcasm.pipeline.nltk.lemmatizer import WordNetLemmatizerComponent
from spacy_sarcasm.pipeline.nltk.stemmer import PorterStemmerComponent
from spacy_sarcasm.pipeline.word_limit import limit_words

_NAPOLEON = Config(napoleon_use_param=True, napoleon_use_ivar=True)


def settings_tables() -> dict[str, str]:
    """Return a Markdown table for each component, and one for the network."""
    return {
        "sarcasm": _table(
            _defaults("sarcasm"),
            _described(limit_words)
            | _described(SarcasmClassifier.__init__)
            | _described(ComponentSettings),
        ),
        "network": _table(asdict(NetworkSettings()), _described(NetworkSettings)),
        "porter_stemmer": _table(_defaults("porter_stemmer"), _described(PorterStemmerComponent)),
        "wordnet_lemmatizer": _table(
            _defaults("wordnet_lemmatizer"), _described(WordNetLemmatizerComponent)
        ),
    }


def _defaults(factory: str) -> Mapping[str, Any]:
    # A pipeline loads the factories.
    return spacy.blank("en").get_factory_meta(factory).default_config


def _described(documented: object) -> dict[str, str]:
    """Return the descriptions of the arguments or attributes that a docstring lists."""
    fields = str(GoogleDocstring(inspect.getdoc(documented) or "", _NAPOLEON))
    found = re.findall(r"^:(?:param|ivar) (\w+): ((?:.*\n?)(?:[ \t]+.*\n?)*)", fields, re.MULTILINE)
    return {name: " ".join(text.split()) for name, text in found}


def _table(defaults: Mapping[str, Any], descriptions: Mapping[str, str]) -> str:
    lines = ["| setting | default | meaning |", "|---|---|---|"]
    for name, default in defaults.items():
        if name.startswith("@"):
            continue
        if name not in descriptions:
            raise ValueError(f"the setting '{name}' has no description in its docstring")
        lines.append(f"| `{name}` | {_shown(default)} | {_markdown(descriptions[name])} |")
    return "\n".join(lines) + "\n"


def _shown(default: object) -> str:
    """Write a default as a config file has it."""
    if isinstance(default, Mapping):
        (kind, registered), *_ = ((k, v) for k, v in default.items() if k.startswith("@"))
        return f"`{kind} = {json.dumps(registered)}`"
    return f"`{json.dumps(default)}`"


def _markdown(description: str) -> str:
    text = re.sub(r"``([^`]+)``", r"`\1`", description)
    return text.replace("|", "\\|").replace("None", "`null`")
