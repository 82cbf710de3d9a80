"""What may pass: effective settings, limits, guardrail verdicts. Pure decisions."""
