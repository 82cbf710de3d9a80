"""Answers the named questions about facts from DuckDB: each a piece of SQL with its arguments."""

from collections.abc import Callable, Mapping

import duckdb
import msgspec

from leadline.storage.fact_rows import Row
from leadline.vocabulary import Ask, Query, Told

_DOOMSDAY = 1e12

_FILTERS = {
    "since": '"at" >= $since',
    "until": '"at" <= $until',
    "request_id": "request_id = $request_id",
    "event_id": "event_id = $event_id",
    "provider": "provider = $provider",
    "model": "model = $model",
    "alias": "alias = $alias",
    "outcome": "outcome = $outcome",
    "feature": "feature = $feature",
    "template": "template = $template",
    "tenant": "tenant = $tenant",
    "category": "category = $category",
    "kind": "kind = $kind",
    "key": "key = $key",
    "flagged": """(len(failed_checks) > 0 or request_id in
        (select signals.request_id from all_signals as signals where signals.verdict = 'fail' {recent}))
        = $flagged""",
}
_RECENT = 'and signals."at" >= $since'
"""No signal is older than the end of its request."""

_REQUESTS = """
select request_id, "at", origin, protocol, alias, provider, model, served_model, region, key_alias,
       caller_key, tenant, "user", feature, template, streaming, status, outcome, failure_kind, selection,
       attempts, fallback_triggered, coalesce(rung, '') as rung, input_tokens, output_tokens, cost_usd,
       wasted_usd, latency_ms, first_byte_ms, overhead_ms, finish_reason, failed_checks, quality_score, weight
from all_exchanges where {where} order by "at" desc, request_id desc limit $limit
"""

_FAILED = """
select request_id, list(distinct "check" order by "check") as failed from all_signals
where verdict = 'fail' and "at" >= $since and request_id in (select unnest($requests)) group by request_id
"""

_EVENTS = """
select "at", event_id, request_id, kind, category, severity, provider, model, region, key_alias, key, tenant,
       "user", feature, template, causal_signals, weight
from all_events where {where} order by "at" desc, event_id desc limit $limit
"""

_OBSERVATIONS = """
select "at", request_id, weight, body as exchange
from all_exchanges where ("at", request_id) > ($since, $after) and "at" <= $until
order by "at", request_id limit $limit
"""
_SIGNAL = """"check", verdict, kind, score, evidence, took_us, coalesce(attempt, 0) as attempt,
       coalesce(policy, '') as policy, word, coalesce(asked, false) as asked"""
_SIGNALS_OF = f"""
select request_id, {_SIGNAL}
from all_signals where "at" between $since and $until and request_id in (select unnest($requests))
"""  # noqa: S608 - columns of ours

_FEEDBACK = """
select max("at") as "at", request_id, rater, any_value(caller_key) as caller_key, any_value(tenant) as tenant,
       any_value(feature) as feature, any_value(template) as template, any_value(provider) as provider,
       any_value(model) as model, arg_max(score, "at") as score, arg_max(complaint, "at") as complaint,
       arg_max(comment_chars, "at") as comment_chars, arg_max(corrected_chars, "at") as corrected_chars,
       (select arg_max(comment, "at") from all_feedback_texts as said
        where said.request_id = all_feedback.request_id and said.rater = all_feedback.rater) as comment,
       (select arg_max(corrected, "at") from all_feedback_texts as said
        where said.request_id = all_feedback.request_id and said.rater = all_feedback.rater) as corrected
from all_feedback where {where} group by request_id, rater {having}
order by 1 desc, request_id desc, rater limit $limit
"""
"""Of one person about one request the last word counts, in each thing that they said."""
_NEGATIVE = 'having (arg_max(score, "at") < 0.5) = $negative'

_LATENCY = """
select provider, {model} as model,
       sum(weight) as requests,
       coalesce(sum(weight) filter (failed), 0.0) as failed,
       quantile_cont(latency_ms, 0.5) filter (not failed) as p50_ms,
       quantile_cont(latency_ms, 0.95) filter (not failed) as p95_ms,
       quantile_cont(latency_ms, 0.99) filter (not failed) as p99_ms,
       quantile_cont(first_byte_ms, 0.5) filter (streaming and not failed) as ttft_p50_ms,
       quantile_cont(first_byte_ms, 0.95) filter (streaming and not failed) as ttft_p95_ms,
       sum(output_tokens) filter (not failed and latency_ms > 0) * 1000
         / sum(latency_ms) filter (not failed and latency_ms > 0 and output_tokens is not null)
         as tokens_per_s
from all_attempts where origin = 'user' and not cancelled and {where}
group by all order by requests desc, provider, model limit $limit
"""

_TRAFFIC = """
select floor("at" / $step_s) * $step_s as "at", sum({requests}) as requests, sum({failed}) as failed,
       sum({flagged}) as flagged, sum(coalesce(input_tokens, 0) * {weight})::bigint as input_tokens,
       sum(coalesce(output_tokens, 0) * {weight})::bigint as output_tokens,
       sum(coalesce(cost_usd, 0) * {weight}) as cost_usd
from {source} where {where} group by 1 order by 1 desc limit $limit
"""
_BY_MINUTE = {
    "source": "all_minutes",
    "requests": "requests",
    "failed": "failed",
    "flagged": "flagged",
    "weight": "1",
}
_BY_REQUEST = {
    "source": "(select * from all_exchanges where origin = 'user')",
    "requests": "weight",
    "failed": "weight * (outcome = 'failed')::int",
    "flagged": "weight * (len(failed_checks) > 0)::int",
    "weight": "weight",
}


def _requests(cursor: duckdb.DuckDBPyConnection, ask: Ask) -> Told:
    """With what deep checks found later."""
    told = _limited(cursor, _REQUESTS, ask)
    if not told.rows:
        return told
    wanted = {"since": told.rows[-1]["at"], "requests": [row["request_id"] for row in told.rows]}
    failed = {row["request_id"]: row["failed"] for row in fetch(cursor, _FAILED, wanted)}
    rows = [row | {"failed_checks": failed.get(row["request_id"], row["failed_checks"])} for row in told.rows]
    return Told(rows=tuple(rows), truncated=told.truncated)


def _events(cursor: duckdb.DuckDBPyConnection, ask: Ask) -> Told:
    told = _limited(cursor, _EVENTS, ask)
    rows = tuple(row | {"causal_signals": _decoded(row["causal_signals"])} for row in told.rows)
    return Told(rows=rows, truncated=told.truncated)


def _request(cursor: duckdb.DuckDBPyConnection, ask: Ask) -> Told:
    where, arguments = _where(ask.arguments)
    found = fetch(cursor, f"select body from all_exchanges where {where} limit 1", arguments)  # noqa: S608
    if not found:
        return Told()
    of_it = {"request_id": ask.arguments["request_id"]}
    signals = f"select {_SIGNAL} from all_signals"  # noqa: S608 - columns of ours
    texts = "select prompt, context, answer from all_texts"
    events = _events(cursor, Ask(name=Query.EVENTS, arguments=of_it, limit=ask.limit))
    kept = fetch(cursor, f"{texts} where request_id = $request_id limit 1", of_it)
    row: Row = {
        "exchange": _decoded(found[0]["body"]),
        "signals": _latest_word(fetch(cursor, f"{signals} where request_id = $request_id", of_it)),
        "events": list(events.rows),
        "text": kept[0] if kept else None,
        "feedback": list(_feedback(cursor, Ask(name=Query.FEEDBACK, arguments=of_it, limit=ask.limit)).rows),
    }
    return Told(rows=(row,))


def _latest_word(signals: list[Row]) -> list[Row]:
    """Without what a check could not say before the chunks came that it then judged by."""
    judged = {signal["check"] for signal in signals if signal["verdict"] in ("pass", "fail")}
    return [one for one in signals if one["verdict"] != "not_applicable" or one["check"] not in judged]


def _feedback(cursor: duckdb.DuckDBPyConnection, ask: Ask) -> Told:
    negative = ask.arguments.get("negative")
    sql = _FEEDBACK.replace("{having}", "" if negative is None else _NEGATIVE)
    more = {} if negative is None else {"negative": negative}
    return _limited(cursor, sql, _without(ask, "negative"), **more)


def _observations(cursor: duckdb.DuckDBPyConnection, ask: Ask) -> Told:
    span = {"since": 0.0, "until": _DOOMSDAY, "after": ""} | dict(ask.arguments)
    found = fetch(cursor, _OBSERVATIONS, span | {"limit": ask.limit + 1})
    page = found[: ask.limit]
    signals: dict[object, list[Row]] = {row["request_id"]: [] for row in page}
    wanted = {"since": span["since"], "until": span["until"], "requests": list(signals)}
    for signal in fetch(cursor, _SIGNALS_OF, wanted) if page else ():
        signals[signal.pop("request_id")].append(signal)
    rows = [
        row | {"exchange": _decoded(row["exchange"]), "signals": signals[row["request_id"]]} for row in page
    ]
    return Told(rows=tuple(rows), truncated=len(found) > ask.limit)


def _latency(cursor: duckdb.DuckDBPyConnection, ask: Ask) -> Told:
    by_provider = ask.arguments.get("group") == "provider"
    sql = _LATENCY.replace("{model}", "''" if by_provider else "model")
    return _limited(cursor, sql, _without(ask, "group"))


def _traffic(cursor: duckdb.DuckDBPyConnection, ask: Ask) -> Told:
    step_s = float(str(ask.arguments.get("step_s") or 60.0))
    sql = _TRAFFIC
    for name, value in (_BY_MINUTE if step_s % 60 == 0 else _BY_REQUEST).items():
        sql = sql.replace("{" + name + "}", value)
    return _limited(cursor, sql, _without(ask, "step_s"), step_s=step_s)


ANSWERS: dict[str, Callable[[duckdb.DuckDBPyConnection, Ask], Told]] = {
    Query.REQUESTS: _requests,
    Query.REQUEST: _request,
    Query.EVENTS: _events,
    Query.FEEDBACK: _feedback,
    Query.OBSERVATIONS: _observations,
    Query.LATENCY: _latency,
    Query.TRAFFIC: _traffic,
}


def _limited(cursor: duckdb.DuckDBPyConnection, sql: str, ask: Ask, **more: object) -> Told:
    where, arguments = _where(ask.arguments)
    rows = fetch(cursor, sql.replace("{where}", where), arguments | {"limit": ask.limit + 1} | more)
    return Told(rows=tuple(rows[: ask.limit]), truncated=len(rows) > ask.limit)


def _where(arguments: Mapping[str, object]) -> tuple[str, dict[str, object]]:
    given = {name: value for name, value in arguments.items() if value is not None}
    where = " and ".join(_FILTERS[name] for name in given) or "true"
    return where.replace("{recent}", _RECENT if "since" in given else ""), given


def _without(ask: Ask, name: str) -> Ask:
    return Ask(
        name=ask.name,
        arguments={key: value for key, value in ask.arguments.items() if key != name},
        limit=ask.limit,
        deadline_s=ask.deadline_s,
    )


def fetch(cursor: duckdb.DuckDBPyConnection, sql: str, arguments: Mapping[str, object]) -> list[Row]:
    found = cursor.execute(sql, dict(arguments))
    names = [str(column[0]) for column in found.description or ()]
    return [dict(zip(names, row, strict=True)) for row in found.fetchall()]


def _decoded(value: object) -> object:
    return msgspec.json.decode(str(value))
