"""The syntax trees of tree-sitter, as the checks walk them. Pure."""

from collections.abc import Iterator

from tree_sitter import Language, Node, Parser


def parse(grammar: object, text: str) -> Node:
    return Parser(Language(grammar)).parse(text.encode()).root_node


def walk(node: Node) -> Iterator[Node]:
    """Yield a node and all beneath it, as they stand. Without recursion: scripts nest deeply."""
    waiting = [node]
    while waiting:
        present = waiting.pop()
        yield present
        waiting.extend(reversed(present.children))


def words(node: Node | None) -> str:
    return "" if node is None or node.text is None else node.text.decode("utf-8", "replace")


def line_of(node: Node) -> int:
    return node.start_point[0] + 1


def first_fault(root: Node) -> int | None:
    """Return the line of the first place that is no part of the language."""
    if not root.has_error:
        return None
    lines = (line_of(each) for each in walk(root) if each.is_error or each.is_missing)
    return min(lines, default=1)
