"""Why a file is refused."""


class TitleRefused(Exception):
    """The file does not hold; ``errors`` are all the faults found, each with its place.

    A place is a path of element names with ordinals where they repeat, for a person to find:
    ``/Файл/Документ/ТаблСчФакт/СведТов[3]/@СтТовУчНал``; the empty path is the file as a whole.
    The word about it is a Russian sentence.
    """

    def __init__(self, *errors: tuple[str, str]) -> None:
        self.errors = errors
        super().__init__("; ".join(f"{place}: {word}" for place, word in errors))
