"""Makes labelled rows that no check was tuned on: values by their issuers' rules, in texts of many kinds."""
