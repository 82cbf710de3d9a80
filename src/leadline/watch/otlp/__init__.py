"""What the watch sees, told to an OpenTelemetry collector over OTLP/HTTP: a listener, never a brake."""
