"""What every comparison with other libraries is made of: their environments and processes.

    peer ─► environments ─► interpreter ─► workers ─► request, reply ─► samples
    this machine ─► machine ─► the lines that say where, when and with what a bench ran

- `environments`: a virtual environment per peer, since their versions exclude each other.
- `workers`: a process per peer that answers one JSON line with one JSON line, and may die.
- `candidates`: peers whose environment is there, and the start of a worker for each.
- `targets`: seconds, ratios and `TARGET` lines.
- `machine`: the date, the processor, the load, our version and how the core was built.
"""
