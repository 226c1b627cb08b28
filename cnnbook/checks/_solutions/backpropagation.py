"""Solutions to the questions on backpropagation, as a student would write them."""

import numpy as np


def conv_forward(x, weight, bias, *, padding=0):
    """Convolve a batch (N, C_in, H, W) with filters (C_out, C_in, kH, kW).

    conv_forward(np.array([[[[1, 2]]]]), np.array([[[[3]]]]), np.array([1])) is [[[[4, 7]]]].
    """
    around = (padding, padding)
    padded = np.pad(x, ((0, 0), (0, 0), around, around))
    N, _, H, W = padded.shape
    C_out, _, kH, kW = weight.shape
    output = np.zeros((N, C_out, H - kH + 1, W - kW + 1), x.dtype)
    for a in range(kH):
        for b in range(kW):
            under = padded[:, :, a : H - kH + 1 + a, b : W - kW + 1 + b]
            output += np.einsum("nchw,oc->nohw", under, weight[:, :, a, b])
    return output + bias[:, None, None]


def conv_backward(grad_output, x, weight, *, padding=0):
    """Gradients of a convolution: grad_x, grad_weight, grad_bias.

    conv_backward(np.array([[[[5]]]]), np.array([[[[2]]]]), np.array([[[[3]]]]))[1] is [[[[10]]]].
    """
    around = (padding, padding)
    padded = np.pad(x, ((0, 0), (0, 0), around, around))
    grad_padded, grad_weight = np.zeros_like(padded), np.zeros_like(weight)
    H_out, W_out = grad_output.shape[2:]
    for a in range(weight.shape[2]):
        for b in range(weight.shape[3]):
            under = np.s_[:, :, a : a + H_out, b : b + W_out]
            filters = weight[:, :, a, b]
            grad_padded[under] += np.einsum("nohw,oc->nchw", grad_output, filters)
            seen = padded[under]
            grad_weight[:, :, a, b] = np.einsum("nohw,nchw->oc", grad_output, seen)
    H, W = x.shape[2:]
    grad_x = grad_padded[:, :, padding : padding + H, padding : padding + W]
    return grad_x, grad_weight, grad_output.sum((0, 2, 3))


def numerical_gradient(x, weight, *, step):
    """Central differences of the loss sum(output ** 3), by each weight.

    numerical_gradient(np.array([[[[2.0]]]]), np.array([[[[1.0]]]]), step=1) is [[[[32]]]].
    """
    no_bias = np.zeros(len(weight))
    weight = weight.copy()

    def loss():
        return (conv_forward(x, weight, no_bias) ** 3).sum()

    gradient = np.zeros_like(weight)
    for place in np.ndindex(weight.shape):
        kept = weight[place]
        weight[place] = kept + step
        ahead = loss()
        weight[place] = kept - step
        behind = loss()
        weight[place] = kept
        gradient[place] = (ahead - behind) / (2 * step)
    return gradient


def sgd_step(parameter, gradient, velocity, *, lr, momentum, weight_decay):
    """One step of SGD as PyTorch makes it: the new parameter, the new velocity.

    All arrays have the same shape. Nothing is changed in place.
    sgd_step(np.eye(1), np.eye(1), np.eye(1), lr=1, momentum=1, weight_decay=0)[0] is [[-1]].
    """
    gradient = gradient + weight_decay * parameter
    velocity = momentum * velocity + gradient
    return parameter - lr * velocity, velocity


def momentum_path(start, gradients, rates, *, momentum, weight_decay=0.0):
    """Parameters after each step of SGD: an array (steps, numbers).

    start is (numbers,), gradients (steps, numbers), rates (steps,).
    momentum_path(np.array([4.0]), np.array([[1]]), np.array([0.5]), momentum=0) is [[3.5]].
    """
    parameter = start.copy()
    velocity = np.zeros_like(parameter)
    path = []
    for gradient, rate in zip(gradients, rates, strict=True):
        velocity = momentum * velocity + gradient + weight_decay * parameter
        parameter = parameter - rate * velocity
        path.append(parameter)
    return np.array(path)


def restore(target, weight, *, padding=0, steps=1, lr=0.5, momentum=0.0):
    """Descend from zeros to an image whose convolution is the target.

    restore(np.array([[[[2]]]]), np.array([[[[1]]]]), lr=0.5) is [[[[1]]]].
    """
    N, _, H_out, W_out = target.shape
    C_out, C_in, kH, kW = weight.shape
    size = H_out + kH - 1 - 2 * padding, W_out + kW - 1 - 2 * padding
    image = np.zeros((N, C_in, *size))
    velocity, no_bias = np.zeros_like(image), np.zeros(C_out)
    for _ in range(steps):
        gap = conv_forward(image, weight, no_bias, padding=padding) - target
        gradient, _, _ = conv_backward(gap, image, weight, padding=padding)
        options = {"lr": lr, "momentum": momentum, "weight_decay": 0.0}
        image, velocity = sgd_step(image, gradient, velocity, **options)
    return image
