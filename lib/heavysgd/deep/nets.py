"""The networks of the experiments.

Where a rectifier and a max-pooling meet, pooling comes first: both are monotone, so the function is the same, on a
quarter of the numbers.
"""

from __future__ import annotations

import math

from torch import nn

from heavysgd import checks


def small_net(classes: int = 10) -> nn.Sequential:
    """For the 8 x 8 digits: two convolutions, three linear layers; 20 062 parameters with ten classes."""
    return nn.Sequential(
        *(nn.Conv2d(1, 8, 3, padding=1), nn.MaxPool2d(2), nn.ReLU()),
        *(nn.Conv2d(8, 16, 3, padding=1), nn.MaxPool2d(2), nn.ReLU()),
        *(nn.Flatten(), nn.Linear(64, 120), nn.ReLU(), nn.Linear(120, 84), nn.ReLU(), nn.Linear(84, classes)),
    )


def lenet(classes: int = 10) -> nn.Sequential:
    """LeNet-5 with rectifiers and max-pooling, for one channel of 28 x 28: 61 706 parameters."""
    return nn.Sequential(
        *(nn.Conv2d(1, 6, 5, padding=2), nn.MaxPool2d(2), nn.ReLU()),
        *(nn.Conv2d(6, 16, 5), nn.MaxPool2d(2), nn.ReLU()),
        *(nn.Flatten(), nn.Linear(400, 120), nn.ReLU(), nn.Linear(120, 84), nn.ReLU(), nn.Linear(84, classes)),
    )


def lenet_small(classes: int = 10) -> nn.Sequential:
    """The LeNet of the paper's FashionMNIST experiment, for one channel of 28 x 28: 11 330 parameters with ten classes.

    Weights and biases are normal with standard deviation 0.02, cut at two of them.

    Source: the scripts that the paper adapted (github.com/uuujf/SGDNoise).
    """
    net = nn.Sequential(
        *(nn.Conv2d(1, 10, 5), nn.MaxPool2d(2), nn.ReLU()),
        *(nn.Conv2d(10, 10, 5), nn.MaxPool2d(2), nn.ReLU()),
        *(nn.Flatten(), nn.Linear(160, 50), nn.ReLU(), nn.Linear(50, classes)),
    )
    for parameter in net.parameters():
        nn.init.trunc_normal_(parameter, std=0.02, a=-0.04, b=0.04)
    return net


def vgg11(classes: int = 10, width: float = 1.0) -> nn.Sequential:
    """The VGG11 of the paper's SVHN and CIFAR-10 experiments, for three channels of 32 x 32, without batch normalisation
    and dropout, three linear layers on top: 9 750 922 parameters with ten classes.

    `width`, in (0, 1], scales the number of channels of every layer: a network for a CPU, and another one than the paper's.
    Raises `ValueError` for another width.

    Weights of a convolution onto m channels of k x k are normal of variance 2 / (m k^2), its biases 0; the linear layers
    are as PyTorch makes them.

    Source: the scripts that the paper adapted (github.com/uuujf/SGDNoise).
    """
    if checks.positive("width", width) > 1:
        raise ValueError(f"width = {width:g}: must be at most 1, the network of the paper")
    layers, channels = [], 3
    for full, pool in ((64, 1), (128, 1), (256, 0), (256, 1), (512, 0), (512, 1), (512, 0), (512, 1)):
        wide = max(1, round(width * full))
        convolution = nn.Conv2d(channels, wide, 3, padding=1)
        nn.init.normal_(convolution.weight, std=math.sqrt(2 / (9 * wide)))
        assert convolution.bias is not None, "a convolution has one unless told otherwise"
        nn.init.zeros_(convolution.bias)
        layers += [convolution, *([nn.MaxPool2d(2)] if pool else []), nn.ReLU()]
        channels = wide
    head = (nn.Linear(wide, wide), nn.ReLU(), nn.Linear(wide, wide), nn.ReLU(), nn.Linear(wide, classes))
    return nn.Sequential(*layers, nn.Flatten(), *head)
