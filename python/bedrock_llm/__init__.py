"""The layer between Python and the language models of Amazon Bedrock."""
