"""The people's side: admin API, console, access, plan, and later prompts, rollouts, reviews and reports."""
