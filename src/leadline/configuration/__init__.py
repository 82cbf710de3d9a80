"""`leadline.yaml`: its shape, its mistakes told with line and cure, and secrets by reference."""
