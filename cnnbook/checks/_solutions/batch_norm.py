"""Solutions of the questions on batch normalisation, as `solutions/batch_norm.ipynb` has them."""

import numpy as np


def batch_norm_eval(x, gamma, beta, running_mean, running_var, *, eps=1e-5):
    """x (N, C, H, W), normalised by the running statistics, scaled and shifted.

    batch_norm_eval(np.array([[[[6, 8]]]]), *np.eye(4, 1), eps=4) is [[[[3, 4]]]].
    """
    gamma, beta = gamma[:, None, None], beta[:, None, None]
    mean, var = running_mean[:, None, None], running_var[:, None, None]
    return gamma * (x - mean) / np.sqrt(var + eps) + beta


def batch_norm_train(
    x,
    gamma,
    beta,
    running_mean,
    running_var,
    *,
    momentum=0.1,
    eps=1e-5,
):
    """x (N, C, H, W), normalised by its own statistics, scaled and shifted.

    Returns output, new running mean, new running variance.
    batch_norm_train(np.array([[[[1, 3]]]]), *np.eye(4, 1), eps=0)[0] is [[[[-1, 1]]]].
    """
    n = x.size // x.shape[1]
    mean, var = x.mean((0, 2, 3)), x.var((0, 2, 3))
    output = batch_norm_eval(x, gamma, beta, mean, var, eps=eps)
    running_mean = (1 - momentum) * running_mean + momentum * mean
    running_var = (1 - momentum) * running_var + momentum * var * (n / (n - 1))
    return output, running_mean, running_var


def company(image, others, gamma, beta):
    """What training makes of an image: alone, and in one batch with others.

    company(np.ones((1, 1, 2)), np.ones((3, 1, 1, 2)), *np.eye(2, 1))[0] is [[[0, 0]]].
    """
    start = np.zeros_like(gamma), np.ones_like(gamma)
    together = np.concatenate([image[None], others])
    alone, _, _ = batch_norm_train(image[None], gamma, beta, *start)
    in_company, _, _ = batch_norm_train(together, gamma, beta, *start)
    return alone[0], in_company[0]


def batch_norm_backward(grad_output, x, gamma, *, eps=1e-5):
    """Gradients in training: by x (N, C, H, W), by gamma and by beta (C,).

    batch_norm_backward(*np.ones((2, 1, 1, 1, 2)), np.ones(1))[0] is [[[[0, 0]]]].
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
    """New kernels and bias that do the batch normalisation behind them too.

    fold(np.array([[[[6, 8]]]]), *np.eye(5, 1, -1), eps=4)[0] is [[[[3, 4]]]].
    """
    scale = gamma / np.sqrt(running_var + eps)
    new_bias = beta + (bias - running_mean) * scale
    return kernels * scale[:, None, None, None], new_bias


def norm_layer(
    x,
    gamma,
    beta,
    running_mean,
    running_var,
    *,
    training,
    momentum=0.1,
    eps=1e-5,
):
    """Batch normalisation of x (N, C, H, W), in training or in evaluation.

    Returns output, running mean, running variance.
    norm_layer(np.ones((1, 1, 1, 2)), *np.eye(4, 1), training=True)[0] is [[[[0, 0]]]].
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
