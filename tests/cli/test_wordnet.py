import subprocess
import sys

from typer.testing import CliRunner

from spacy_sarcasm.cli import app

COMMAND = "from spacy_sarcasm.cli import main; main()"


def run(script, *arguments, nltk_data=None):
    source = f"import sys\nsys.argv[1:] = {list(map(str, arguments))!r}\n{COMMAND}"
    return script(source, nltk_data=nltk_data)


def test_install_says_where_it_went_and_that_it_works(run_script, tiny_wordnet, tmp_path):
    target = tmp_path / "named by NLTK_DATA"
    printed = run(run_script, "wordnet", "install", "--from", tiny_wordnet, nltk_data=target)
    assert f"WordNet 3.0 is in {target / 'corpora' / 'wordnet'}" in printed
    assert "'mice' to 'mouse'" in printed
    assert "Set NLTK_DATA" not in printed


def test_install_elsewhere_says_how_to_make_nltk_look_there(run_script, tiny_wordnet, tmp_path):
    target = tmp_path / "elsewhere"
    printed = run(run_script, "wordnet", "install", "--from", tiny_wordnet, "--to", target)
    assert f"WordNet 3.0 is in {target / 'corpora' / 'wordnet'}" in printed
    assert f"Set NLTK_DATA={target}" in printed


def test_failure_is_one_line_and_exit_code_1(tmp_path):
    arguments = ["wordnet", "install", "--from", str(tmp_path), "--to", str(tmp_path / "to")]
    result = CliRunner().invoke(app, arguments)
    assert result.exit_code == 1
    assert result.output.startswith(f"Error: {tmp_path} holds no WordNet")
    assert len(result.output.strip().splitlines()) == 1


def test_the_command_line_imports_nothing_heavy():
    heavy = "{'nltk', 'spacy', 'tensorflow', 'onnxruntime'}"
    source = f"import sys, spacy_sarcasm.cli; print({heavy} & set(sys.modules))"
    done = subprocess.run(
        [sys.executable, "-c", source], capture_output=True, text=True, timeout=60, check=True
    )
    assert done.stdout.strip() == "set()"


def test_help_lists_install():
    assert "install" in CliRunner().invoke(app, ["wordnet", "--help"]).output
