"""The JSON Schema of `leadline.yaml`, for editors and for docs/reference."""

import json

from leadline.configuration.shape import Config


def schema_text() -> str:
    """Draft 2020-12, with every section's docstring as its description."""
    schema = Config.model_json_schema()
    schema = {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": "leadline.yaml", **schema}
    return json.dumps(schema, indent=2) + "\n"
