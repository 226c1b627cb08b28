from types import SimpleNamespace

import matplotlib.pyplot as plt
import pytest

from cnnbook.training import Config, Epoch, LiveCurves

EPOCHS = [Epoch(n, 2.0 / n, 0.5, 1.0 / n, 0.9, 1.5) for n in (1, 2, 3)]


def test_one_figure_grows_with_the_epochs(monkeypatch):
    shown = []

    def display(figure, display_id):
        assert display_id is True
        shown.append(figure)
        return SimpleNamespace(update=shown.append)

    monkeypatch.setattr("IPython.display.display", display)
    live = LiveCurves(Config(epochs=3, batch_size=8, learning_rate=0.1))
    for epoch in EPOCHS:
        live(None, epoch)
    assert len(shown) == 3
    (axes,) = shown[-1].axes
    assert axes.lines[0].get_ydata().tolist() == pytest.approx([2.0, 1.0, 2 / 3])
    assert axes.lines[1].get_ydata().tolist() == pytest.approx([1.0, 0.5, 1 / 3])
    assert axes.get_xlim() == (0.8, 3.2)  # room for the epochs to come
    assert axes.get_title(loc="left").startswith("epoch 3 of 3")
    assert axes.get_title(loc="left").endswith("0 s left")
    assert plt.get_fignums() == []


def test_the_time_left_goes_by_the_epochs_done():
    live = LiveCurves(Config(epochs=3, batch_size=8, learning_rate=0.1))
    told = [live.text(epoch, 6.0 * epoch.epoch).rpartition("   ")[2] for epoch in EPOCHS]
    assert told == ["12 s left", "6 s left", "0 s left"]
