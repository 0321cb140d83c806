"""SGD at a large constant learning rate: local maxima, slow saddles, sharp minima."""
