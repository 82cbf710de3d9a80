"""Our own keep-alive HTTP/1.1 client: it is the instrument that measures each stage of a call."""
