"""The port to other operators: the messages, the queues and the files."""
