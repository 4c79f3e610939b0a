"""The directory of participants: our clients and the participants of other operators."""
