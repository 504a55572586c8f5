"""What `compare_prompts.py` is made of.

    prose ─► conversation of 12 or 1 002 messages ─┬─► vendor's own encoder ─► the right text
                                                   └─► worker of each library ─► text, seconds
    texts beside the right one ─► exact or not ─► rounds ─► table ─► TARGET lines

- `formats`: a row per prompt format: a model of Bedrock, a template, a join, the vendor's text.
- `vendors`: the right text, from the vendors' own packages.
- `peers`, `openers`, `worker`: the libraries, and what runs inside their environments.
- `timing`: asks every library in turn, and writes what came of it.

Environments and processes are those of `peer_processes`; the conversations those of
`window_comparison.scenarios`.
"""
