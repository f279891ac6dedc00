"""The documentation site builds without a warning."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
import spacy

from ..conftest import ROOT

if not (ROOT / "docs").is_dir():
    pytest.skip("the source tree is not here: there are no docs", allow_module_level=True)
for module in ("sphinx", "myst_parser", "furo", "sphinx_copybutton"):
    pytest.importorskip(module, reason=f"{module} is not installed: the extra docs has it")


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The site, built."""
    folder = tmp_path_factory.mktemp("site")
    done = subprocess.run(
        [
            *(sys.executable, "-m", "sphinx", "-W", "--keep-going", "-q", "-b", "html"),
            *("-d", folder / "doctrees", ROOT / "docs", folder / "html"),
        ],
        capture_output=True,
        text=True,
        timeout=600,
    )
    assert done.returncode == 0, done.stderr
    return folder / "html"


def test_every_command_is_in_the_reference(site: Path) -> None:
    import typer

    from spacy_sarcasm.cli import app

    page = (site / "reference" / "commands.html").read_text(encoding="utf-8")
    command = typer.main.get_command(app)
    for name in command.commands:
        assert f'id="spacy-sarcasm-{name}"' in page, name


def test_every_setting_is_in_the_reference(site: Path) -> None:
    nlp = spacy.blank("en")
    page = (site / "reference" / "settings.html").read_text(encoding="utf-8")
    for factory in ("sarcasm", "porter_stemmer", "wordnet_lemmatizer"):
        for setting in nlp.get_factory_meta(factory).default_config:
            assert f'<span class="pre">{setting}</span>' in page, setting


def test_every_workflow_of_the_project_is_on_its_page(site: Path) -> None:
    import srsly

    page = (site / "guides" / "project.html").read_text(encoding="utf-8")
    project = srsly.read_yaml(ROOT / "project.yml")
    for name in (*project["workflows"], *(command["name"] for command in project["commands"])):
        assert f'<span class="pre">{name}</span>' in page, name
