"""YAML as writ reads it, for a JSON Schema: YAML 1.2's words and Go's numbers.

`yes` and dates are text, 010 is eight, 1_000 is a thousand, and a mapping's keys are their texts;
compiler/yaml/scalar.cc says what writ does. What PyYAML cannot read raises YAMLError, and so does
what is too large for writ.
"""

import dataclasses
import re

import debian_packages

debian_packages.need("yaml")

import yaml

YAMLError = yaml.YAMLError

MOST_NODES = 2_000_000  # with aliases expanded, as in compiler/yaml/yaml.h

NULLS = ("", "~", "null", "Null", "NULL")
TRUE = ("true", "True", "TRUE")
FALSE = ("false", "False", "FALSE")
INFINITY = re.compile(r"[-+]?\.(inf|Inf|INF)")
NAN = (".nan", ".NaN", ".NAN")
INTEGER = re.compile(r"([-+]?)(?:0[xX]([0-9a-fA-F]+)|0[bB]([01]+)|0[oO]?([0-7]+)|([0-9]+))")
FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")


@dataclasses.dataclass
class Place:
    """A scalar of a document: the keys and indices that lead to it, what it is, where it stands."""
    path: tuple
    value: object
    begin: tuple[int, int]  # line and column, from 1
    end: tuple[int, int]    # behind it


class _Loader(yaml.SafeLoader):
    """Says of each scalar whether it stands plain, without quotes and tag."""

    def resolve(self, kind, value, implicit):
        if kind is not yaml.ScalarNode:
            return super().resolve(kind, value, implicit)
        return "plain" if implicit[0] else "tag:yaml.org,2002:str"


def _plain(text):
    if text in NULLS:
        return None
    if text in TRUE + FALSE:
        return text in TRUE
    if INFINITY.fullmatch(text) or text in NAN:
        return float(text.replace(".", "", 1))
    digits = text.replace("_", "") if text[0] in "-+0123456789" else text
    if whole := INTEGER.fullmatch(digits):
        sign, *magnitudes = whole.groups()
        value = next(int(magnitude, base) for magnitude, base in zip(magnitudes, (16, 2, 8, 10))
                     if magnitude is not None)
        return -value if sign == "-" else value
    return float(digits) if FLOAT.fullmatch(digits) else text


def _scalar(node):
    return node.value if node.tag == "tag:yaml.org,2002:str" else _plain(node.value)


def _value(node):
    if isinstance(node, yaml.SequenceNode):
        return [_value(item) for item in node.value]
    if isinstance(node, yaml.ScalarNode):
        return _scalar(node)
    merged, own = {}, {}
    for key, value in node.value:
        if key.tag == "plain" and key.value == "<<":
            below = _value(value)
            for mapping in reversed(below if isinstance(below, list) else [below]):
                if not isinstance(mapping, dict):
                    raise YAMLError("only mappings can be merged")
                merged |= mapping
        else:
            own[key.value] = _value(value)
    return merged | own


def _children(node):
    if isinstance(node, yaml.MappingNode):
        return [child for member in node.value for child in member]
    return node.value if isinstance(node, yaml.SequenceNode) else []


def _count(node, known):
    """How many nodes there are with aliases expanded."""
    if id(node) not in known:
        known[id(node)] = 1 + sum(_count(child, known) for child in _children(node))
    return known[id(node)]


def _compose(text):
    try:
        node = yaml.compose(text, Loader=_Loader)
        if node is not None and _count(node, {}) > MOST_NODES:
            raise YAMLError("it expands to too many nodes")
    except RecursionError:
        raise YAMLError("it is nested too deep") from None
    return node


def read(text):
    """The value of the one document in `text`; None if there is none."""
    node = _compose(text)
    return None if node is None else _value(node)


def scalars(text):
    """The Places of all scalars that are no keys; what an alias stands for is where its anchor is."""
    pending = [((), _compose(text))]
    while pending:
        path, node = pending.pop()
        if isinstance(node, yaml.ScalarNode):
            yield Place(path, _scalar(node), *((mark.line + 1, mark.column + 1)
                                               for mark in (node.start_mark, node.end_mark)))
        elif isinstance(node, yaml.SequenceNode):
            pending += [(path + (i,), item) for i, item in enumerate(node.value)]
        elif node is not None:
            pending += [(path + (key.value,), value) for key, value in node.value]
