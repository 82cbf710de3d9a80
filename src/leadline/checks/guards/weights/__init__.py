"""Arrays made by `training/`, each with a record of its data, seed and figures."""
