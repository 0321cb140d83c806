"""One well and the noises of ten papers: how long each stays in it, and what that depends on."""
