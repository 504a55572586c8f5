"""Run the command as `python -m bedrock_llm.cli`."""

from bedrock_llm.cli import main

main()
