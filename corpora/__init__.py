"""Where documents live: the library, its vectors, the encoder and search."""
