"""Do we read recorded exchanges as an independent parser did? The proof behind `leadline wire verify`."""
