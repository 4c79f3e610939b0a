"""The refusal of a file."""


class TitleRefused(Exception):
    """The file is invalid.

    ``errors`` lists all faults as pairs of a place and a Russian sentence. A place is a path of
    element names, with ordinals of repeated elements, for a person to find:
    ``/Файл/Документ/ТаблСчФакт/СведТов[3]/@СтТовУчНал``. An empty place is the whole file.
    """

    def __init__(self, *errors: tuple[str, str]) -> None:
        self.errors = errors
        super().__init__("; ".join(f"{place}: {detail}" for place, detail in errors))
