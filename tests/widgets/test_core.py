"""What every explorer does in the browser, by `_core.js` and `_core.css`."""

import pytest
from accessibility import contrasts, violations
from explorer_page import change, status

from cnnbook.widgets._bundle import stems

# Changes one after the other from the first state, possible and impossible ones (last): axe must find nothing.
LOOKS = {
    "activations": [],
    "architecture": [{"opened": "conv2", "shown": ["one_tower", ""]}],
    "arithmetic": [{"size": 1}],
    "batch_norm": [{"values": [1]}],
    "channels": [{"groups": 3}],
    "convolution": [{"picture": True, "flip": True}, {"picture": False, "input": [[1]]}],
    "deformable": [{"row": 0}],  # with pixels that are zeros outside
    "dilated": [{"dilations": [2, 2, 2, 2]}],
    "im2col": [{"padding": 1, "row": 4}, {"padding": 0, "size": 1}],
    "lenet": [{"layer": "F6", "channel": 3}, {"digit": "hard_eight"}],
    "networks": [{"chosen": "vgg16", "family": "vgg"}],
    "pooling": [{"padding": 2}],
    "receptive_field": [{"layers": [[3, 1, 1, 1]], "size": 1}, {"layers": [[3, 1, 0, 1]]}],
    "residual": [{"cut": [4, 15]}],
    "transposed": [{"view": "scatter"}, {"padding": 3}],
}
# A change, how the text then begins, and another change, which comes when the explorer is gone.
CHANGES = {
    "activations": ({"x": 3}, "sigmoid at x = 3: value 0.9526, slope 0.0452.", {"x": 2}),
    "architecture": (
        {"layers": ["conv1", "conv1"]},
        "AlexNet, two groups, conv1: output 96 × 55 × 55, 34,944 parameters, 105,415,200 MACs, ",
        {"layers": ["conv2", "conv2"]},
    ),
    "arithmetic": ({"stride": 3}, "Output size 2.", {"stride": 1}),
    "batch_norm": ({"training": False}, "Evaluation: normalised with the running mean 0 and ", {"training": True}),
    "channels": ({"channel": 0}, "Output channel 0, row 1, column 2 sees input channels 0 to 1, ", {"channel": 5}),
    "convolution": ({"row": 3, "kernel": [[1, 2]]}, "Output row 3, column 0 is 2: the sum of 2 products.", {"row": 1}),
    "deformable": ({"tap": 4}, "Output row 2, column 2 is 2. The point of kernel row 1, column 1 ", {"tap": 5}),
    "dilated": (
        {"dilations": [3]},
        "Output row 9, column 9: field 7 × 7, from 9 weights. It sees 9 of 49 pixels",
        {"row": 1},
    ),
    "im2col": ({"row": 2}, "Row 2 is the window at output row 1, column 0", {"row": 1}),
    "lenet": ({"layer": "F6"}, "It reads a 3 (>99.9%); next comes 5 (<0.1%). F6, unit 0 is ", {"channel": 4}),
    "networks": ({"family": "vgg"}, "4 networks. Rank correlation of MACs and ms: 1.", {"family": ""}),
    "pooling": ({"row": 1}, "Output row 1, column 0 is ", {"row": 2}),
    "receptive_field": (
        {"layers": [[5, 2, 0, 1]]},
        "Layer 1, row 5, column 5: field 5 × 5 px, jump 2, start 0.",
        {"layers": [[7, 2, 0, 1]]},
    ),
    "residual": ({"block": 8}, "Block 8 of 30, gain 0.6:", {"block": 9}),
    "transposed": ({"row": 3}, "Output row 3, column 2: 1 · 1 + 1 · 1 = 2. ", {"row": 1}),
}
# What a host does to its page for its dark and its light theme.
HOSTS = {
    "the book": ("html", "data-theme", "dark", "light"),
    "JupyterLab": ("body", "data-jp-theme-light", "false", "true"),
    "VS Code": ("body", "class", "vscode-dark", "vscode-light"),
    "VS Code, contrast": ("body", "class", "vscode-high-contrast", "vscode-high-contrast vscode-high-contrast-light"),
    "Colab": ("html", "theme", "dark", "light"),
}
BACKGROUND = "getComputedStyle(document.querySelector('.cnnx')).backgroundColor"


@pytest.mark.parametrize("stem", stems())
def test_every_look_is_accessible(show_first, stem):
    page = show_first(stem)
    page.add_style_tag(content="html { color-scheme: light dark; background: Canvas; }")
    for settings in ({}, *LOOKS[stem]):
        change(page, settings)
        if stem == "dilated":
            page.locator("[data-row='7'][data-column='7']").first.hover()
        assert violations(page, contrast=False) == "", settings
        for scheme in ("light", "dark"):
            page.emulate_media(color_scheme=scheme)
            texts = contrasts(page)
            assert len(texts) > 10
            assert [text for text in texts if text[2] < text[3]] == [], (settings, scheme)


@pytest.mark.parametrize("stem", stems())
def test_both_views_follow_the_model_and_let_go(show_first, stem):
    page, (settings, told, others) = show_first(stem), CHANGES[stem]
    change(page, settings)
    before = status(page)
    assert before.startswith(told)
    assert page.locator(".cnnx").nth(1).locator(".cnnx-live").inner_text() == before
    assert page.locator(".cnnx [id]").count() == 0  # so no two explorers can share one
    page.evaluate("window.leave.forEach((end) => end())")
    change(page, others)
    assert status(page) == before


@pytest.mark.parametrize("host", HOSTS)
def test_the_theme_is_that_of_the_host(show_first, host):
    page, (element, attribute, dark, light) = show_first("arithmetic"), HOSTS[host]
    for scheme in ("light", "dark"):  # what the system prefers does not count where the host says something
        page.emulate_media(color_scheme=scheme)
        for value, colour in [(dark, "rgb(20, 24, 30)"), (light, "rgb(255, 255, 255)")]:
            page.evaluate(f"document.querySelector('{element}').setAttribute('{attribute}', '{value}')")
            assert page.evaluate(BACKGROUND) == colour, (scheme, value)


@pytest.mark.parametrize("stem", ["arithmetic", "im2col"])
def test_motion_can_be_switched_off(show_first, stem):
    page, moves = show_first(stem), "getComputedStyle(document.querySelector('.cnnx-window')).transitionDuration"
    assert page.evaluate(moves) == "0.12s"
    page.emulate_media(reduced_motion="reduce")
    assert page.evaluate(moves) == "0s"
