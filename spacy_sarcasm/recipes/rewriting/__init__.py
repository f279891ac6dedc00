"""An experiment: rewriting a sarcastic text as what it means, sequence to sequence."""
