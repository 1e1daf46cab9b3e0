"""draft: x."""
NAME="draft"
def add_arguments(parser): parser.add_argument("data")
def run(a): return 1
