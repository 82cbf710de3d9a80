"""Where in the text each setting stands, and what YAML itself has to say about it."""

import yaml

Path = tuple[str | int, ...]


class Positions:
    """Line numbers (from 1) by path, keys and values alike."""

    def __init__(self) -> None:
        self._lines: dict[Path, int] = {}

    def note(self, path: Path, line: int) -> None:
        self._lines[path] = line

    def line(self, path: Path) -> int:
        """The line of the setting, or of the nearest one around it."""
        while path and path not in self._lines:
            path = path[:-1]
        return self._lines.get(path, 1)


class Duplicate(ValueError):
    """A key stands twice in one mapping; YAML would silently keep the last."""

    def __init__(self, path: Path, line: int, first_line: int) -> None:
        super().__init__(f"{path[-1]!r} stands twice, first on line {first_line}; keep one of them")
        self.path = path
        self.line = line


def locate(text: str) -> tuple[object, Positions, list[Duplicate]]:
    """The document as plain data, and where its parts stand. Raises yaml.YAMLError."""
    loader = yaml.SafeLoader(text)
    walk = _Walk()
    try:
        node = loader.get_single_node()
        if node is None:
            return {}, walk.positions, walk.duplicates
        walk.over(node, ())
        return loader.construct_document(node), walk.positions, walk.duplicates
    finally:
        loader.dispose()


class _Walk:
    """Once over each node: an alias that is used twice, or that holds itself, keeps its first place."""

    def __init__(self) -> None:
        self.positions = Positions()
        self.duplicates: list[Duplicate] = []
        self._visited: set[int] = set()

    def over(self, node: yaml.Node, path: Path) -> None:
        if id(node) in self._visited:
            return
        self._visited.add(id(node))
        if isinstance(node, yaml.MappingNode):
            self._mapping(node, path)
        elif isinstance(node, yaml.SequenceNode):
            for index, value in enumerate(node.value):
                self.positions.note((*path, index), value.start_mark.line + 1)
                self.over(value, (*path, index))

    def _mapping(self, node: yaml.MappingNode, path: Path) -> None:
        first: dict[str, int] = {}
        for key, value in node.value:
            name, line = str(key.value), key.start_mark.line + 1
            inner = (*path, name)
            if name in first:
                self.duplicates.append(Duplicate(inner, line, first[name]))
            first.setdefault(name, line)
            self.positions.note(inner, line)
            self.over(value, inner)
