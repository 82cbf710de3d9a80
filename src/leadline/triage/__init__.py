"""What failed, how bad is it, is it the same incident, is it over? Pure decisions: facts in, verdicts out."""
