"""Dark pages: charts turn dark with the page, photographs and drawn digits stay as they are.

Every image that a cell puts out is a chart, unless the cell shows images; book.css does the rest. No writer has to
think of it. Where the rule is wrong, the tag ``chart`` or ``photo`` of the cell decides.
"""

import re

from docutils import nodes

SHOWS_IMAGES = re.compile(r"\b(image_grid|imshow)\(")


def cells(doctree):
    """The code cells of a page."""
    return doctree.findall(lambda node: isinstance(node, nodes.container) and node.get("nb_element") == "cell_code")


def kind_of(source, tags):
    """Whether the images of a cell are a chart or a photo.

    >>> kind_of("plotting.image_grid(images)", []), kind_of("axes.plot(x, y)", []), kind_of("axes.imshow(z)", ["chart"])
    ('photo', 'chart', 'chart')
    """
    for kind in ("chart", "photo"):
        if kind in tags:
            return kind
    return "photo" if SHOWS_IMAGES.search(source) else "chart"


def mark(app, doctree):
    for cell in cells(doctree):
        source = "\n".join(block.astext() for block in cell.findall(nodes.literal_block))
        tags = [name.removeprefix("tag_") for name in cell["classes"]]
        for image in cell.findall(nodes.image):
            image["classes"].append(kind_of(source, tags))


def setup(app):
    app.connect("doctree-read", mark)
