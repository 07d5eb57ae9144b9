"""Load and faults: people use the system while its parts are killed, paused and cut off (``make chaos``).

A checker that trusts none of its services compares what people were promised with what is in the database, on the
topics and on the streams.
"""
