"""What `compare_tokenizers.py` is made of.

    peers ─► environments ─┐
    ranks ─────────────────┼─► worker processes ─► exactness ─► rounds ─► table
    sources ─► corpora ────┘   (adapters)                       (metrics)

- `peers`: a row per library: what to install, and which adapter speaks to it.
- `peer_processes`: their environments and processes, shared with the other comparisons.
- `ranks`: OpenAI's rank files, proved by their published hashes, and what is built of them.
- `sources`, `corpora`: the texts, from what is installed, then from one pinned package.
- `adapters`, `measures`, `worker`: what runs inside a peer's environment; standard library only.
- `metrics`: a row per line of the table, with its goal.
- `session`: starts workers, talks to them, survives their crashes.
- `rounds`: checks ids first, then measures every library in turn, round by round.
- `table`: Markdown, `TARGET` lines and JSON.
"""
