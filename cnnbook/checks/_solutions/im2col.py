"""Solutions of the questions on im2col, as `solutions/im2col.ipynb` has them."""

import numpy as np


def column_bytes(shape, kernel, *, stride=1, padding=0, itemsize=4):
    """Bytes of the matrix of all windows of a batch of images, shape (N, C, H, W).

    column_bytes((1, 2, 4, 4), (2, 2), stride=2) is 128.
    """
    N, C, H, W = shape
    kH, kW = kernel
    H_out = (H + 2 * padding - kH) // stride + 1
    W_out = (W + 2 * padding - kW) // stride + 1
    return N * H_out * W_out * C * kH * kW * itemsize


def im2col_hwc(image, kernel, *, stride=1):
    """Windows of an image (H, W, C) as rows: a matrix (H_out * W_out, kH * kW * C).

    im2col_hwc(np.array([[[1, 5], [2, 6]]]), (1, 2)) is [[1, 5, 2, 6]].
    """
    H, W, _ = image.shape
    kH, kW = kernel
    rows = []
    for i in range((H - kH) // stride + 1):
        for j in range((W - kW) // stride + 1):
            top, left = i * stride, j * stride
            rows.append(image[top : top + kH, left : left + kW].ravel())
    return np.array(rows)


def im2col_chw(image, kernel, *, stride=1, padding=0):
    """Windows of an image (C, H, W) as rows: a matrix (H_out * W_out, C * kH * kW).

    im2col_chw(np.array([[[1, 2]], [[5, 6]]]), (1, 2)) is [[1, 2, 5, 6]].
    """
    padded = np.pad(image, ((0, 0), (padding, padding), (padding, padding)))
    _, H, W = padded.shape
    kH, kW = kernel
    rows = []
    for i in range((H - kH) // stride + 1):
        for j in range((W - kW) // stride + 1):
            top, left = i * stride, j * stride
            rows.append(padded[:, top : top + kH, left : left + kW].ravel())
    return np.array(rows)


def conv_by_im2col(image, weight, *, stride=1, padding=0):
    """Convolution of an image (C, H, W): an array (C_out, H_out, W_out).

    conv_by_im2col(np.array([[[1, 2, 3]]]), np.array([[[[1, 1]]]])) is [[[3, 5]]].
    """
    C_out, _, kH, kW = weight.shape
    H_out = (image.shape[1] + 2 * padding - kH) // stride + 1
    rows = im2col_chw(image, (kH, kW), stride=stride, padding=padding)  # (places, K)
    product = rows @ weight.reshape(C_out, -1).T  # (places, C_out)
    return product.T.reshape(C_out, H_out, -1)


def col2im(columns, shape, kernel, *, stride=1, padding=0):
    """Add each row of a matrix to the place of the image that its window came from.

    columns is as im2col_chw returns it, shape is that of the image: (C, H, W).
    col2im(np.array([[1, 2], [3, 4]]), (1, 1, 3), (1, 2)) is [[[1, 5, 4]]].
    """
    C, H, W = shape
    kH, kW = kernel
    padded = np.zeros((C, H + 2 * padding, W + 2 * padding))
    W_out = (W + 2 * padding - kW) // stride + 1
    for number, row in enumerate(columns):
        i, j = divmod(number, W_out)
        top, left = i * stride, j * stride
        window = row.reshape(C, kH, kW)
        padded[:, top : top + kH, left : left + kW] += window
    return padded[:, padding : padding + H, padding : padding + W]


def conv_gradients(grad_output, image, weight, *, stride=1):
    """Gradients of a convolution without padding, by the image and by the weight.

    grad_output (C_out, H_out, W_out) is the gradient by the output. Returns both.
    conv_gradients(np.array([[[2, 3]]]), np.array([[[1, 2, 3]]]), np.array([[[[1, 1]]]]))[0] is [[[2, 5, 3]]].
    """
    C_out, _, kH, kW = weight.shape
    G = grad_output.reshape(C_out, -1).T  # (places, C_out)
    columns = im2col_chw(image, (kH, kW), stride=stride)  # (places, K)
    grad_weight = (G.T @ columns).reshape(weight.shape)
    grad_columns = G @ weight.reshape(C_out, -1)
    grad_image = col2im(grad_columns, image.shape, (kH, kW), stride=stride)
    return grad_image, grad_weight
