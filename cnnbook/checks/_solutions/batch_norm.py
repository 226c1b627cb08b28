"""Solutions of the questions on batch normalisation, as `solutions/batch_norm.ipynb` has them."""

import numpy as np


def batch_norm_eval(x, gamma, beta, running_mean, running_var, *, eps=1e-5):
    """Normalise x (N, C, H, W) by the running statistics, then scale and shift it.

    batch_norm_eval(np.array([[[[5, 1]]]]), *np.array([[2], [1], [3], [4]]), eps=0) is [[[[3, -1]]]].
    """
    gamma, beta = gamma[:, None, None], beta[:, None, None]
    mean, var = running_mean[:, None, None], running_var[:, None, None]
    return gamma * (x - mean) / np.sqrt(var + eps) + beta


def batch_norm_train(x, gamma, beta, running_mean, running_var, *, momentum=0.1, eps=1e-5):
    """Normalise x (N, C, H, W) by its own statistics; return output, new running mean, new running variance.

    batch_norm_train(np.array([[[[1, 3]]]]), *np.array([[2], [0], [0], [1]]), eps=0)[0] is [[[[-2, 2]]]].
    """
    n = x.size // x.shape[1]
    mean, var = x.mean((0, 2, 3)), x.var((0, 2, 3))
    output = batch_norm_eval(x, gamma, beta, mean, var, eps=eps)
    running_mean = (1 - momentum) * running_mean + momentum * mean
    running_var = (1 - momentum) * running_var + momentum * var * (n / (n - 1))
    return output, running_mean, running_var


def company(image, others, gamma, beta):
    """What training mode makes of an image (C, H, W): alone, and in one batch with others (N, C, H, W).

    company(np.ones((1, 1, 2)), np.ones((3, 1, 1, 2)), np.ones(1), np.zeros(1))[0] is [[[0, 0]]].
    """
    start = np.zeros_like(gamma), np.ones_like(gamma)
    together = np.concatenate([image[None], others])
    alone, _, _ = batch_norm_train(image[None], gamma, beta, *start)
    in_company, _, _ = batch_norm_train(together, gamma, beta, *start)
    return alone[0], in_company[0]


def batch_norm_backward(grad_output, x, gamma, *, eps=1e-5):
    """Gradients of batch normalisation in training: by x (N, C, H, W), by gamma and by beta (C,).

    batch_norm_backward(np.array([[[[1, 2]]]]), np.array([[[[1, 3]]]]), np.ones(1), eps=0)[0] is [[[[0, 0]]]].
    """
    axes, n = (0, 2, 3), x.size // x.shape[1]
    mean, var = x.mean(axes, keepdims=True), x.var(axes, keepdims=True)
    s = np.sqrt(var + eps)
    x_hat = (x - mean) / s
    grad_beta = grad_output.sum(axes, keepdims=True)
    grad_gamma = (grad_output * x_hat).sum(axes, keepdims=True)
    bracket = grad_output - grad_beta / n - x_hat * grad_gamma / n
    grad_x = gamma[:, None, None] / s * bracket
    return grad_x, grad_gamma.ravel(), grad_beta.ravel()


def fold(kernels, bias, gamma, beta, running_mean, running_var, *, eps=1e-5):
    """Kernels (C_out, C_in, kH, kW) and bias (C_out,) that do the work of the batch normalisation behind them.

    fold(np.array([[[[1, 2]]]]), *np.array([[5], [6], [1], [3], [4]]), eps=0)[0] is [[[[3, 6]]]].
    """
    scale = gamma / np.sqrt(running_var + eps)
    return kernels * scale[:, None, None, None], beta + (bias - running_mean) * scale


def batch_norm_layer(x, gamma, beta, running_mean, running_var, *, training, momentum=0.1, eps=1e-5):
    """Batch normalisation of x (N, C, H, W) in both modes; return output, running mean, running variance.

    batch_norm_layer(np.array([[[[1, 3]]]]), *np.array([[2], [0], [1], [4]]), training=False, eps=0)[0] is [[[[0, 2]]]].
    """
    mean = x.mean((0, 2, 3))
    var = x.var((0, 2, 3))
    if training:
        n = x.size // x.shape[1]
        running_mean = (1 - momentum) * running_mean + momentum * mean
        running_var = (1 - momentum) * running_var + momentum * var * (n / (n - 1))
    else:
        mean, var = running_mean, running_var
    x_hat = (x - mean[:, None, None]) / np.sqrt(var + eps)[:, None, None]
    output = gamma[:, None, None] * x_hat + beta[:, None, None]
    return output, running_mean, running_var
