"""Runs bitwuzla on a file of SMT-LIB 2: PyPI has the library, halmos asks for a command."""

import sys

from bitwuzla import Option, Options, Parser, TermManager

options = Options()
options.set(Option.PRODUCE_MODELS, True)
Parser(TermManager(), options).parse(sys.argv[-1])
