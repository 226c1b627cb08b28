"""Right answers to the questions on a network's head that go other ways than the reference: all must be accepted."""

import numpy as np

from cnnbook import functional

# A fully connected layer


def linear_by_the_package(x, weight, bias):
    return functional.linear(x, weight, bias)


def linear_by_letters(x, weight, bias):
    return np.einsum("nc,kc->nk", x, weight) + bias[None, :]


def linear_output_by_output(x, weight, bias):
    output = np.empty((len(x), len(weight)), x.dtype)
    for n, k in np.ndindex(output.shape):
        output[n, k] = bias[k] + sum(a * b for a, b in zip(x[n], weight[k], strict=True))
    return output


def backward_by_the_package(grad_output, x, weight):
    return functional.linear_backward(grad_output, x, weight, weight[:, 0].copy())


def backward_image_by_image(grad_output, x, weight):
    grad_weight = sum(np.outer(g, row) for g, row in zip(grad_output, x, strict=True))
    return np.dot(grad_output, weight), grad_weight, np.add.reduce(grad_output)


def backward_by_letters(grad_output, x, weight):
    ones = np.ones(len(x), x.dtype)
    products = ("nk,kc->nc", grad_output, weight), ("nk,nc->kc", grad_output, x), ("nk,n->k", grad_output, ones)
    return [np.einsum(*product) for product in products]


# Softmax and loss


def softmax_by_the_package(logits):
    return functional.softmax(logits)


def softmax_by_its_logarithm(logits):
    return np.exp(functional.log_softmax(logits))


def softmax_of_differences(logits):
    """One over the sum of the exponentials of all differences; infinity makes a zero."""
    with np.errstate(over="ignore"):
        return 1 / np.exp(logits[:, None, :] - logits[:, :, None]).sum(2)


def softmax_row_by_row(logits):
    rows = [np.exp(row - max(row)) for row in logits]
    return np.stack([row / np.sum(row) for row in rows]).astype(logits.dtype)


def loss_by_the_package(logits, labels):
    return functional.cross_entropy(logits, labels)


def loss_by_logaddexp(logits, labels):
    return np.mean(np.logaddexp.reduce(logits, axis=1) - logits[np.arange(len(labels)), labels])


def loss_image_by_image(logits, labels):
    total = 0.0
    for row, label in zip(logits.astype(np.float64), labels, strict=True):
        total += np.log(np.exp(row - row.max()).sum()) + row.max() - row[label]
    return float(total) / len(labels)


def loss_by_one_hot(logits, labels):
    one_hot = np.eye(logits.shape[1])[labels]
    return -np.sum(one_hot * functional.log_softmax(logits.astype(float))) / len(logits)


def gradient_by_the_package(logits, labels):
    return functional.cross_entropy_backward(1.0, logits, labels)[0]


def gradient_by_one_hot(logits, labels):
    one_hot = np.eye(logits.shape[1], dtype=logits.dtype)[labels]
    return (functional.softmax(logits) - one_hot) / len(logits)


def gradient_by_comparing(logits, labels):
    is_label = labels[:, None] == np.arange(logits.shape[1])
    p = np.exp(logits - logits.max(1, keepdims=True))
    p /= p.sum(1, keepdims=True)
    return (np.where(is_label, p - 1, p) / len(labels)).astype(logits.dtype)


# Dropout


def dropout_by_a_mask(x, random, *, p=0.5, training=True):
    mask = ((random >= p) / (1 - p)).astype(x.dtype)
    return x * mask if training else x


def dropout_in_place(x, random, *, p=0.5, training=True):
    output = x.copy()
    if training:
        output[random < p] = 0
        output /= 1 - p
    return output


def dropout_without_a_branch(x, random, p=0.5, training=True):
    kept = np.logical_or(random >= p, not training)
    return (x * kept / (1 - p * training)).astype(x.dtype)


# A layer that slides


def sliding_by_the_package(x, weight, bias, kernel):
    return functional.conv2d(x, weight.reshape(len(weight), x.shape[1], *kernel), bias)


def sliding_by_rows_of_windows(x, weight, bias, kernel):
    rows = functional.im2col(x, kernel) @ weight.T + bias
    H_out, W_out = (n - k + 1 for n, k in zip(x.shape[2:], kernel, strict=True))
    return rows.reshape(len(x), H_out, W_out, -1).transpose(0, 3, 1, 2)


def sliding_by_places(x, weight, bias, kernel):
    (kH, kW), (H, W) = kernel, x.shape[2:]
    rows = [
        np.stack([x[:, :, i : i + kH, j : j + kW].reshape(len(x), -1) @ weight.T + bias for j in range(W - kW + 1)], -1)
        for i in range(H - kH + 1)
    ]
    return np.stack(rows, axis=-2)


ALTERNATIVES = {
    "linear": [linear_by_the_package, linear_by_letters, linear_output_by_output],
    "linear_backward": [backward_by_the_package, backward_image_by_image, backward_by_letters],
    "softmax": [softmax_by_the_package, softmax_by_its_logarithm, softmax_of_differences, softmax_row_by_row],
    "cross_entropy": [loss_by_the_package, loss_by_logaddexp, loss_image_by_image, loss_by_one_hot],
    "cross_entropy_gradient": [gradient_by_the_package, gradient_by_one_hot, gradient_by_comparing],
    "inverted_dropout": [dropout_by_a_mask, dropout_in_place, dropout_without_a_branch],
    "linear_as_conv": [sliding_by_the_package, sliding_by_rows_of_windows, sliding_by_places],
}
