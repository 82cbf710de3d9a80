"""Small instruments: token counts, prices, sketches. Data in, figures out."""
