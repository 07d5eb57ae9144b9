"""The same reminders on what people would pick instead: the same burst, the same crash, a promise as near as it can be
made.
"""
