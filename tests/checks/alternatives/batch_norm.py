"""Right answers to the questions on batch normalisation that go other ways than the reference."""

import numpy as np
import torch

from cnnbook import functional as F

# Evaluation


def eval_by_the_package(x, gamma, beta, running_mean, running_var, *, eps=1e-5):
    return F.batch_norm(x, running_mean, running_var, gamma, beta, training=False, eps=eps)[0]


def eval_channel_by_channel(x, gamma, beta, running_mean, running_var, eps=1e-5):
    output = np.empty_like(x)
    for c in range(x.shape[1]):
        output[:, c] = gamma[c] / (running_var[c] + eps) ** 0.5 * (x[:, c] - running_mean[c]) + beta[c]
    return output


def eval_multiplied_out(x, gamma, beta, running_mean, running_var, *, eps=1e-5):
    scale = gamma / np.sqrt(running_var + eps)
    shift = beta - running_mean * scale
    return np.einsum("nchw,c->nchw", x, scale) + shift.reshape(1, -1, 1, 1)


# Training


def train_by_the_package(x, gamma, beta, running_mean, running_var, *, momentum=0.1, eps=1e-5):
    return F.batch_norm(x, running_mean, running_var, gamma, beta, training=True, momentum=momentum, eps=eps)


def train_by_ddof(x, gamma, beta, running_mean, running_var, *, momentum=0.1, eps=1e-5):
    axes = (0, 2, 3)
    mean, var = x.mean(axes, keepdims=True), x.var(axes, keepdims=True)
    output = gamma[:, None, None] * (x - mean) / np.sqrt(var + eps) + beta[:, None, None]
    running_mean = running_mean + momentum * (mean.ravel() - running_mean)
    running_var = running_var + momentum * (x.var(axes, ddof=1) - running_var)
    return output, running_mean, running_var


def train_on_rows(x, gamma, beta, running_mean, running_var, momentum=0.1, eps=1e-5):
    """A row for each channel."""
    N, C, H, W = x.shape
    rows = x.transpose(1, 0, 2, 3).reshape(C, -1)
    centred = rows - rows.mean(1)[:, None]
    squares = (centred**2).sum(1)
    n = rows.shape[1]
    output = gamma[:, None] * centred / np.sqrt(squares / n + eps)[:, None] + beta[:, None]
    output = output.reshape(C, N, H, W).transpose(1, 0, 2, 3)
    running_mean = (1 - momentum) * running_mean + momentum * rows.mean(1)
    return output, running_mean, (1 - momentum) * running_var + momentum * squares / (n - 1)


def train_by_torch(x, gamma, beta, running_mean, running_var, *, momentum=0.1, eps=1e-5):
    if x.dtype == np.float32:
        return train_by_ddof(x, gamma, beta, running_mean, running_var, momentum=momentum, eps=eps)
    numbers = [torch.tensor(a) for a in (x, running_mean, running_var, gamma, beta)]
    output = torch.nn.functional.batch_norm(*numbers, training=True, momentum=momentum, eps=eps)
    return output.numpy(), numbers[1].numpy(), numbers[2].numpy()


# In company


def company_by_hand(image, others, gamma, beta):
    def normalised(batch):
        mean, var = batch.mean((0, 2, 3)), batch.var((0, 2, 3))
        return eval_multiplied_out(image[None], gamma, beta, mean, var)[0]

    return normalised(image[None]), normalised(np.concatenate([image[None], others]))


def company_at_the_end(image, others, gamma, beta):
    start = np.zeros_like(gamma), np.ones_like(gamma)
    alone = train_by_ddof(image[np.newaxis], gamma, beta, *start)[0]
    everyone = train_by_ddof(np.concatenate([others, image[np.newaxis]]), gamma, beta, *start)[0]
    return [alone[0], everyone[-1]]


# Backward


def backward_by_the_package(grad_output, x, gamma, *, eps=1e-5):
    zero, one = np.zeros_like(gamma), np.ones_like(gamma)
    found = F.batch_norm_direct_backward(grad_output, x, zero, one, gamma, zero, training=True, eps=eps)
    return found[0], found[3], found[4]


def backward_in_the_papers_steps(grad_output, x, gamma, *, eps=1e-5):
    """By the gradients of variance and mean, one after the other."""
    axes, n = (0, 2, 3), x.size // x.shape[1]
    mean, var = x.mean(axes, keepdims=True), x.var(axes, keepdims=True)
    centred, inverse = x - mean, 1 / np.sqrt(var + eps)
    grad_hat = grad_output * gamma[:, None, None]
    grad_var = (grad_hat * centred).sum(axes, keepdims=True) * -0.5 * inverse**3
    grad_mean = -(grad_hat * inverse).sum(axes, keepdims=True)
    grad_x = grad_hat * inverse + grad_var * 2 * centred / n + grad_mean / n
    return grad_x, (grad_output * centred * inverse).sum(axes), grad_output.sum(axes)


def backward_by_means(grad_output, x, gamma, eps=1e-5):
    axes = (0, 2, 3)
    s = np.sqrt(x.var(axes, keepdims=True) + eps)
    x_hat = (x - x.mean(axes, keepdims=True)) / s
    g_mean, product = grad_output.mean(axes, keepdims=True), (grad_output * x_hat).mean(axes, keepdims=True)
    grad_x = gamma.reshape(1, -1, 1, 1) / s * (grad_output - g_mean - x_hat * product)
    return grad_x, np.einsum("nchw,nchw->c", grad_output, x_hat), np.einsum("nchw->c", grad_output)


# Folding


def fold_filter_by_filter(kernels, bias, gamma, beta, running_mean, running_var, *, eps=1e-5):
    new_kernels, new_bias = np.zeros_like(kernels), np.zeros_like(bias)
    for c, deviation in enumerate(np.sqrt(running_var + eps)):
        new_kernels[c] = kernels[c] / deviation * gamma[c]
        new_bias[c] = gamma[c] * (bias[c] - running_mean[c]) / deviation + beta[c]
    return new_kernels, new_bias


def fold_by_a_diagonal_matrix(kernels, bias, gamma, beta, running_mean, running_var, eps=1e-5):
    scale = np.diag(gamma / np.sqrt(running_var + eps))
    return np.tensordot(scale, kernels, 1), scale @ (bias - running_mean) + beta


# The layer


def layer_by_the_package(x, gamma, beta, running_mean, running_var, *, training, momentum=0.1, eps=1e-5):
    return F.batch_norm_direct(x, running_mean, running_var, gamma, beta, training=training, momentum=momentum, eps=eps)


def layer_of_two(x, gamma, beta, running_mean, running_var, *, training, momentum=0.1, eps=1e-5):
    if training:
        return train_on_rows(x, gamma, beta, running_mean, running_var, momentum, eps)
    return eval_channel_by_channel(x, gamma, beta, running_mean, running_var, eps), running_mean, running_var


ALTERNATIVES = {
    "batch_norm_eval": [eval_by_the_package, eval_channel_by_channel, eval_multiplied_out],
    "batch_norm_train": [train_by_the_package, train_by_ddof, train_on_rows, train_by_torch],
    "company": [company_by_hand, company_at_the_end],
    "batch_norm_backward": [backward_by_the_package, backward_in_the_papers_steps, backward_by_means],
    "fold": [fold_filter_by_filter, fold_by_a_diagonal_matrix],
    "norm_layer": [layer_by_the_package, layer_of_two],
}
