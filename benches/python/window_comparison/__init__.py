"""What `check_conformance.py` and `compare_windows.py` are made of.

    texts ─► conversations ─┐                                  ┌─► judge ─► conformance ─► matrix
    texts ─► scenarios ─────┼─► worker processes of each peer ─┤
    peers ─► environments ──┘   (openers, faces, measures)     └─► timing ─► table

- `texts`, `conversations`, `scenarios`: our own sentences, laid out by seeded generators.
- `peers`: a row per library and configuration; `own`: a row per strategy and shape of ours.
- `openers` and `openers_…`, `faces`, `shapes`, `measures`, `worker`: what runs inside a peer's
  environment; standard library only, and what the peer brings.
- `judge`: the rules of the service, which import nothing of ours.
- `session`: starts workers; `peer_processes` makes their environments and survives their crashes.
- `conformance`, `timing`: ask every library in turn, and write what came of it.
"""
