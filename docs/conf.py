"""Configuration of the documentation site.

Build it from the repository's root, with the extra `docs` installed:

    python -m sphinx -W -b html docs docs/_build/html
"""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent / "_ext"))

from spacy_sarcasm import __version__

project = "spacy-sarcasm"
author = "spacy-sarcasm contributors"
copyright = "spacy-sarcasm contributors"
version = release = __version__

extensions = [
    "myst_parser",
    "sphinx.ext.autodoc",
    "sphinx.ext.napoleon",
    "sphinx_copybutton",
    "generated_pages",
]
exclude_patterns = ["_build", "_generated", "README.md"]

html_theme = "furo"
html_title = "spacy-sarcasm"
html_static_path = ["_static"]
html_show_sourcelink = False

myst_enable_extensions = ["colon_fence", "deflist"]
myst_heading_anchors = 4

# Docstrings quote names in single or double backticks: both are code.
default_role = "literal"
autodoc_member_order = "bysource"
autodoc_typehints_format = "short"
python_use_unqualified_type_names = True
python_maximum_signature_line_length = 88
napoleon_google_docstring = True
napoleon_numpy_docstring = False

copybutton_prompt_text = "$ "
copybutton_only_copy_prompt_lines = True
