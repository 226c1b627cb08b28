"""A loss curve that grows while a network trains, with the time that is left."""

from time import perf_counter

from torch import nn

from .config import Config
from .loop import Epoch, History


class LiveCurves:
    """Give it to :func:`cnnbook.training.fit` as `on_epoch`, in a notebook.

    It shows one figure, drawn anew after every epoch: both losses, under the epoch and the seconds left.

    Parameters
    ----------
    config : Config
        Of the run: says how many epochs there will be.

    Examples
    --------
    >>> from cnnbook.training import Config, Epoch
    >>> live = LiveCurves(Config(epochs=2, batch_size=32, learning_rate=0.1))
    >>> live.text(Epoch(1, 2.3, 0.1, 2.0, 0.2, 9.5), elapsed=10.0)
    'epoch 1 of 2   train loss 2.3000\\ntest loss 2.0000, accuracy 20.00%   10 s left'
    """

    def __init__(self, config: Config) -> None:
        self.epochs, self.history, self.started, self.handle = config.epochs, History(), perf_counter(), None

    def text(self, epoch: Epoch, elapsed: float) -> str:
        """Two lines of text on an epoch, after so many seconds of training."""
        left = elapsed / epoch.epoch * (self.epochs - epoch.epoch)
        return (
            f"epoch {epoch.epoch} of {self.epochs}   train loss {epoch.train_loss:.4f}\n"
            f"test loss {epoch.test_loss:.4f}, accuracy {epoch.test_accuracy:.2%}   {left:.0f} s left"
        )

    def __call__(self, network: nn.Module, epoch: Epoch) -> None:
        from IPython.display import display

        from cnnbook.plotting import learning_curves

        self.history.append(epoch)
        losses = {name: self.history.column(f"{name}_loss") for name in ("train", "test")}
        figure = learning_curves(losses, ylabel="cross-entropy (nats an image)", logarithmic=True)
        figure.axes[0].set_title(self.text(epoch, perf_counter() - self.started), fontsize=9, loc="left")
        figure.axes[0].set_xlim(0.8, self.epochs + 0.2)
        if self.handle is None:
            self.handle = display(figure, display_id=True)
        else:
            self.handle.update(figure)
