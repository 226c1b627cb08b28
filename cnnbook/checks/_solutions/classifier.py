"""The code of the solutions of the chapter on a network's head; why each is right stands in the table of its words."""

import numpy as np


def linear(x, weight, bias):
    """Fully connected layer: x (N, C_in), weight (C_out, C_in), bias (C_out,).

    linear(np.array([[1.0, 2.0]]), np.array([[3.0, 4.0]]), np.array([5.0])) is [[16]].
    """
    return x @ weight.T + bias


def linear_backward(grad_output, x, weight):
    """Gradients grad_x, grad_weight, grad_bias of a fully connected layer.

    grad_output (N, C_out) is the gradient by the output.
    linear_backward(np.array([[2]]), np.array([[3]]), np.array([[5]]))[0] is [[10]].
    """
    grad_x = grad_output @ weight
    grad_weight = grad_output.T @ x
    grad_bias = grad_output.sum(axis=0)
    return grad_x, grad_weight, grad_bias


def softmax(logits):
    """Probabilities of the classes, an array (N, K) like the logits.

    softmax(np.array([[1000.0, 1000.0]])) is [[0.5, 0.5]].
    """
    exponentials = np.exp(logits - logits.max(axis=1, keepdims=True))
    return exponentials / exponentials.sum(axis=1, keepdims=True)


def cross_entropy(logits, labels):
    """Mean cross-entropy of a batch, one number. labels has shape (N,).

    cross_entropy(np.array([[1000.0, 0.0]]), np.array([1])) is 1000.
    """
    shifted = logits - logits.max(axis=1, keepdims=True)
    log_sums = np.log(np.exp(shifted).sum(axis=1))
    right = shifted[np.arange(len(labels)), labels]
    return np.mean(log_sums - right)


def cross_entropy_gradient(logits, labels):
    """Gradient of the mean cross-entropy by the logits, an array (N, K).

    cross_entropy_gradient(np.array([[3.0, 3.0]]), np.array([0])) is [[-0.5, 0.5]].
    """
    grad = softmax(logits)
    grad[np.arange(len(labels)), labels] -= 1
    return grad / len(labels)


def inverted_dropout(x, random, *, p=0.5, training=True):
    """Inverted dropout: a number falls where random is below p.

    inverted_dropout(np.array([[1.0, 2.0]]), np.array([[0.25, 0.75]])) is [[0, 4]].
    """
    if not training:
        return x
    return np.where(random >= p, x / (1 - p), 0).astype(x.dtype)


def linear_as_conv(x, weight, bias, kernel):
    """A fully connected layer at every place: (N, C_out, H_out, W_out).

    linear_as_conv(np.ones((1, 1, 1, 2)), np.array([[3]]), np.ones(1), (1, 1)) is [[[[4, 4]]]].
    """
    N, _, H, W = x.shape
    kH, kW = kernel
    H_out, W_out = H - kH + 1, W - kW + 1
    output = np.empty((N, len(weight), H_out, W_out), x.dtype)
    for i in range(H_out):
        for j in range(W_out):
            window = x[:, :, i : i + kH, j : j + kW]
            output[:, :, i, j] = linear(window.reshape(N, -1), weight, bias)
    return output
