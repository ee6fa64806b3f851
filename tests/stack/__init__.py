"""The whole stack, rehearsed: a real Docker engine, real compose, images of our own under the published images' names."""
