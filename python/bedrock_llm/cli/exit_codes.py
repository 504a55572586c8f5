"""How the process ends."""

OK = 0
SOME_FAILED = 1
BAD_USAGE = 2
CANNOT_CALL = 3
INTERRUPTED = 130

EXIT_CODE = "bedrock_llm.exit_code"
"""Key of `click.Context.meta` under which a command says how its errors end the process."""
