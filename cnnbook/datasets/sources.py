"""Where the data sets that need a download come from, and the MD5 sums that their publishers give."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Source:
    """One published data set.

    `folders` are the places under a root where its files may lie (the first is where we put them); `files` maps each
    file to its MD5 sum; `offline` names the data set to use where nothing can be downloaded.
    """

    folders: tuple
    mirrors: tuple
    files: dict
    offline: str
    classes: tuple = ()  # CIFAR's files carry theirs


SOURCES = {
    "mnist": Source(
        folders=("MNIST/raw", "mnist/raw", "MNIST", "mnist", "."),
        mirrors=(
            "https://ossci-datasets.s3.amazonaws.com/mnist/",
            "https://storage.googleapis.com/cvdf-datasets/mnist/",
            "http://yann.lecun.com/exdb/mnist/",  # the original host, often out of service
        ),
        files={
            "train-images-idx3-ubyte.gz": "f68b3c2dcbeaaa9fbdd348bbdeb94873",
            "train-labels-idx1-ubyte.gz": "d53e105ee54ea40749a09fcbcd1e9432",
            "t10k-images-idx3-ubyte.gz": "9fb629c4189551a2d022fa330f9573f3",
            "t10k-labels-idx1-ubyte.gz": "ec29112dd5afa0611ce80d1b7f02629c",
        },
        offline="mnist_sample",
        classes=tuple("0123456789"),
    ),
    "fashion_mnist": Source(
        folders=("FashionMNIST/raw", "fashion_mnist", "fashion-mnist", "FashionMNIST", "."),
        mirrors=(
            "http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/",
            "https://github.com/zalandoresearch/fashion-mnist/raw/master/data/fashion/",
        ),
        files={
            "train-images-idx3-ubyte.gz": "8d4fb7e6c68d591d4c3dfef9ec88bf0d",
            "train-labels-idx1-ubyte.gz": "25c81989df183df01b3e8a0aad5dffbe",
            "t10k-images-idx3-ubyte.gz": "bef4ecab320f06d8554ea6380940ec79",
            "t10k-labels-idx1-ubyte.gz": "bb300cfdad3c16e7a12a480ee83cd310",
        },
        offline="mnist_sample",
        classes=(
            "T-shirt/top", "Trouser", "Pullover", "Dress", "Coat", "Sandal", "Shirt", "Sneaker", "Bag", "Ankle boot",
        ),
    ),
    "cifar10": Source(
        folders=("cifar-10-batches-py", "."),
        mirrors=("https://www.cs.toronto.edu/~kriz/",),
        files={"cifar-10-python.tar.gz": "c58f30108f718f92721af3b95e74349a"},
        offline="shapes",
    ),
    "cifar100": Source(
        folders=("cifar-100-python", "."),
        mirrors=("https://www.cs.toronto.edu/~kriz/",),
        files={"cifar-100-python.tar.gz": "eb9058c3a382ffc7106e4002c42a8d85"},
        offline="shapes",
    ),
}  # fmt: skip
