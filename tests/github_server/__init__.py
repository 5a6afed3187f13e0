"""A local GitHub: the part of its API that a batch needs, over real git repositories."""
