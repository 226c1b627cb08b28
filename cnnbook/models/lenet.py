"""LeNet-5, as published in 1998 and as it is taught today.

LeCun, Bottou, Bengio and Haffner, "Gradient-based learning applied to document recognition", Proceedings of the IEEE,
1998, section II-B. Its layers, for a digit of 28 x 28 pixels in a field of 32 x 32:

======  ==============================  ==========  =====================  =====================
layer   what it does                    maps, size  as taught, parameters  as published
======  ==============================  ==========  =====================  =====================
C1      5 x 5 convolution               6, 28 x 28                    156                    156
S2      2 x 2 subsampling               6, 14 x 14                      0                     12
C3      5 x 5 convolution               16, 10x10                   2,416                  1,516
S4      2 x 2 subsampling               16, 5 x 5                       0                     32
C5      5 x 5 convolution               120, 1 x 1                 48,120                 48,120
F6      fully connected                 84                         10,164                 10,164
output  fully connected                 10                            850                    850
======  ==============================  ==========  =====================  =====================
"""

from collections import OrderedDict

import torch
from torch import nn
from torch.nn import functional as F

from ._blocks import check_options

# Table I of the paper: the maps of S2 that each of C3's 16 maps sees.
C3_TABLE = (
    (0, 1, 2), (1, 2, 3), (2, 3, 4), (3, 4, 5), (0, 4, 5), (0, 1, 5),
    (0, 1, 2, 3), (1, 2, 3, 4), (2, 3, 4, 5), (0, 3, 4, 5), (0, 1, 4, 5), (0, 1, 2, 5),
    (0, 1, 3, 4), (1, 2, 4, 5), (0, 2, 3, 5),
    (0, 1, 2, 3, 4, 5),
)  # fmt: skip


def lenet5(*, original: bool = False, num_classes: int = 10, in_channels: int = 1) -> nn.Sequential:
    """LeNet-5 for images of 32 x 32 pixels.

    Parameters
    ----------
    original : bool
        False builds the network as it is taught: tanh, average pooling without parameters, a C3 that sees every map.
        True builds the network of 1998: C3 sees the maps of the paper's Table I, each subsampling map learns a
        coefficient and a bias, and the squashing function is ``1.7159 tanh(2 x / 3)``. One thing differs from the
        paper: its last layer compares F6 with fixed drawings of the digits (radial basis functions); here it is a
        learned linear layer.
    num_classes, in_channels : int
        Outputs, and channels of the input image.

    Returns
    -------
    torch.nn.Sequential
        From a float tensor of shape (N, in_channels, 32, 32) to logits of shape (N, num_classes).

    Examples
    --------
    >>> import torch
    >>> lenet5(num_classes=7)(torch.zeros(5, 1, 32, 32)).shape
    torch.Size([5, 7])
    >>> sum(p.numel() for p in lenet5().parameters()), sum(p.numel() for p in lenet5(original=True).parameters())
    (61706, 60850)
    """
    check_options(original=original, num_classes=num_classes, in_channels=in_channels)
    squash, subsample = (ScaledTanh, Subsample) if original else (nn.Tanh, lambda maps: nn.AvgPool2d(2))
    c3 = TableConv2d(C3_TABLE, kernel_size=5) if original else nn.Conv2d(6, 16, 5)
    layers = OrderedDict(
        input=RequireSize(in_channels, 32),
        C1=nn.Conv2d(in_channels, 6, 5), C1_squash=squash(),     # (N, 6, 28, 28)
        S2=subsample(6),                                         # (N, 6, 14, 14)
        C3=c3, C3_squash=squash(),                               # (N, 16, 10, 10)
        S4=subsample(16),                                        # (N, 16, 5, 5)
        C5=nn.Conv2d(16, 120, 5), C5_squash=squash(),            # (N, 120, 1, 1)
        flatten=nn.Flatten(),
        F6=nn.Linear(120, 84), F6_squash=squash(),
        output=nn.Linear(84, num_classes),
    )  # fmt: skip
    network = nn.Sequential(layers)
    network.apply(_initialise_as_published if original else initialise)
    return network


class ScaledTanh(nn.Module):
    """The paper's squashing function (its appendix A), made so that 1 and -1 stay about where they are."""

    def forward(self, x):
        return 1.7159 * torch.tanh(2 / 3 * x)


class Subsample(nn.Module):
    """Add 2 x 2 neighbours, multiply by a learned coefficient, add a learned bias (two numbers a map), and squash."""

    def __init__(self, maps):
        super().__init__()
        self.coefficient = nn.Parameter(torch.full((maps,), 0.25))  # starts as the average
        self.bias = nn.Parameter(torch.zeros(maps))
        self.squash = ScaledTanh()

    def forward(self, x):
        sums = F.avg_pool2d(x, 2, divisor_override=1)
        return self.squash(sums * self.coefficient[:, None, None] + self.bias[:, None, None])


class TableConv2d(nn.Module):
    """A convolution whose output maps each see only the input maps that a table names.

    One kernel a connection: every input map is convolved with a kernel for each output map that looks at it, and the
    results are added up where they belong. A connection that is not there has no weight and costs no product.
    """

    def __init__(self, table, kernel_size):
        super().__init__()
        connections = sorted((seen, row) for row, maps in enumerate(table) for seen in maps)
        maps_in = 1 + max(seen for seen, _ in connections)
        if any(len(connections) != maps_in * sum(seen == one for seen, _ in connections) for one in range(maps_in)):
            raise ValueError(f"table {table} uses some input maps more often than others: use each equally often")
        self.kernels = nn.Conv2d(maps_in, len(connections), kernel_size, groups=maps_in, bias=False)
        self.bias = nn.Parameter(torch.zeros(len(table)))
        self.register_buffer("row", torch.tensor([row for _, row in connections]))  # the output map of each kernel

    def forward(self, x):
        products = self.kernels(x)  # (N, connections, H_out, W_out)
        N, _, H_out, W_out = products.shape
        sums = products.new_zeros(N, len(self.bias), H_out, W_out).index_add(1, self.row, products)
        return sums + self.bias[:, None, None]

    def fan_in(self):
        """Inputs of a unit, one number a kernel: rows of the table that name more maps have more."""
        weights_a_kernel = self.kernels.weight[0].numel()
        return (self.row[:, None] == self.row).sum(1) * weights_a_kernel


class RequireSize(nn.Module):
    """Pass on images of one size, and refuse others with a sentence."""

    def __init__(self, channels, size):
        super().__init__()
        self.channels, self.size = channels, size

    def forward(self, x):
        if tuple(x.shape[1:]) != (self.channels, self.size, self.size):
            raise ValueError(
                f"input of shape {tuple(x.shape)} does not fit lenet5: it needs (N, {self.channels}, {self.size}, "
                f"{self.size}); pad 28 x 28 digits by 2"
            )
        return x


def initialise(module):
    """Glorot and Bengio's uniform initialisation, made for tanh; biases start at zero. For ``network.apply``.

    >>> network = lenet5(original=True).apply(initialise)  # the network of 1998 with first weights of today
    """
    if isinstance(module, TableConv2d):  # comes after its kernels, which saw one map only
        fans = module.fan_in() + module.kernels.weight[0].numel() * len(module.row) // module.kernels.in_channels
        with torch.no_grad():
            module.kernels.weight.uniform_(-1, 1).mul_((6 / fans).sqrt()[:, None, None, None])
    elif isinstance(module, nn.Conv2d | nn.Linear):
        nn.init.xavier_uniform_(module.weight)
        if module.bias is not None:
            nn.init.zeros_(module.bias)


def _initialise_as_published(module):
    """Uniform between -2.4 / F and 2.4 / F, where F is the number of inputs of a unit (the paper's appendix A)."""
    if isinstance(module, nn.Conv2d | nn.Linear):
        fan_in = module.weight[0].numel()
        nn.init.uniform_(module.weight, -2.4 / fan_in, 2.4 / fan_in)
        if module.bias is not None:
            nn.init.zeros_(module.bias)
    elif isinstance(module, TableConv2d):  # comes after its kernels, which saw one map only
        fan_in = module.fan_in()[:, None, None, None]
        with torch.no_grad():
            module.kernels.weight.uniform_(-2.4, 2.4).div_(fan_in)
