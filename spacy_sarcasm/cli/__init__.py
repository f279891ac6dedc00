"""The command line: ``spacy-sarcasm COMMAND``, also reachable as ``python -m spacy sarcasm``.

One module a command, each a thin wrapper around an importable function. The modules import
nothing heavy at their top: spaCy imports them whenever its own command line starts.
"""

from __future__ import annotations

import typer

from spacy_sarcasm.cli.wordnet import wordnet_app

app = typer.Typer(
    name="spacy-sarcasm",
    help="Score text for sarcasm with spaCy, and train, evaluate and export the network.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.add_typer(wordnet_app)


def main() -> None:
    """Run the command line. The entry point of the ``spacy-sarcasm`` script."""
    app(prog_name="spacy-sarcasm")
