"""Plots as SVG text, the same bytes for the same figures."""

import math
from xml.sax.saxutils import escape

FONT = "font-family=\"system-ui, sans-serif\" font-size=\"13\""
COLOURS = ["#1f6feb", "#2da44e", "#cf222e", "#8250df"]
INK, FAINT = "#57606a", "#d0d7de"


def text(x, y, words, anchor="start", colour=INK):
    return (f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" fill="{colour}">'
            f"{escape(words)}</text>")


def line(x1, y1, x2, y2, colour=FAINT):
    return f'<line x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}" stroke="{colour}"/>'


def document(width, height, title, parts):
    body = "\n".join(parts)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" '
        f'height="{height}" {FONT} role="img">\n<title>{escape(title)}</title>\n'
        f'<rect width="{width}" height="{height}" fill="#ffffff"/>\n{body}\n</svg>\n'
    )


def decades(low, high):
    """The powers of ten around them."""
    return range(math.floor(math.log10(low)), math.ceil(math.log10(high)) + 1)


def slope(points):
    """Of the straight line through the points' logarithms: 0 is flat, 1 grows as x does."""
    xs = [math.log10(x) for x, _ in points]
    ys = [math.log10(y) for _, y in points]
    x_mean, y_mean = sum(xs) / len(xs), sum(ys) / len(ys)
    across = sum((x - x_mean) ** 2 for x in xs)
    return sum((x - x_mean) * (y - y_mean) for x, y in zip(xs, ys)) / across


def growth(title, x_title, curves):
    """Curves {name: [(x, y)]} on logarithmic axes, each with its slope."""
    width, height, left, right, top, bottom = 840, 420, 64, 280, 40, 52
    all_x = [x for points in curves.values() for x, _ in points]
    all_y = [y for points in curves.values() for _, y in points]
    x_decades, y_decades = decades(min(all_x), max(all_x)), decades(min(all_y), max(all_y))

    def place(value, of, start, end):
        return start + (math.log10(value) - of[0]) / (of[-1] - of[0]) * (end - start)

    def x_of(value):
        return place(value, x_decades, left, width - right)

    def y_of(value):
        return place(value, y_decades, height - bottom, top)

    parts = [text(left, 22, title)]
    for power in x_decades:
        x = x_of(10.0**power)
        parts += [line(x, top, x, height - bottom),
                  text(x, height - bottom + 18, f"{10**power:,}", "middle")]
    for power in y_decades:
        y = y_of(10.0**power)
        parts += [line(left, y, width - right, y), text(left - 8, y + 4, f"{10**power:,}", "end")]
    parts.append(text((left + width - right) / 2, height - 14, x_title, "middle"))
    ends = []
    for colour, (name, points) in zip(COLOURS, curves.items()):
        path = " ".join(f"{x_of(x):.1f},{y_of(y):.1f}" for x, y in points)
        parts.append(f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="2"/>')
        parts += [f'<circle cx="{x_of(x):.1f}" cy="{y_of(y):.1f}" r="3" fill="{colour}"/>'
                  for x, y in points]
        ends.append((y_of(points[-1][1]), f"{name}, slope {slope(points):.2f}", colour))
    # Names that would lie on one another are moved apart.
    lowest = 0.0
    for y, words, colour in sorted(ends):
        lowest = max(y, lowest + 16)
        parts.append(text(width - right + 10, lowest + 4, words, colour=colour))
    return document(width, height, title, parts)


def bars(title, rows):
    """Rows (name, value, words, whether it is ours) on a logarithmic axis, the shortest first."""
    width, left, top, step = 760, 200, 40, 24
    height = top + step * len(rows) + 34
    powers = decades(rows[0][1], rows[-1][1])
    low, high = 10.0 ** powers[0], 10.0 ** powers[-1]

    def x_of(value):
        return left + math.log10(value / low) / math.log10(high / low) * (width - left - 120)

    parts = [text(8, 22, title)]
    for power in powers:
        x = x_of(10.0**power)
        parts += [line(x, top, x, height - 30), text(x, height - 12, f"{10**power:,}", "middle")]
    for place, (name, value, words, ours) in enumerate(rows):
        y = top + step * place
        parts += [
            text(left - 8, y + 16, name, "end"),
            f'<rect x="{left}" y="{y + 4}" width="{x_of(value) - left:.1f}" height="{step - 8}" '
            f'fill="{COLOURS[0] if ours else FAINT}"/>',
            text(x_of(value) + 6, y + 16, words),
        ]
    return document(width, height, title, parts)
