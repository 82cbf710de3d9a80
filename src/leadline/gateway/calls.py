"""The hot path: admit, route, call, check, answer, record. Read it from top to bottom."""

import asyncio
import traceback

import msgspec
import structlog

from leadline.gateway import (
    admission,
    answering,
    attribution,
    falling,
    screening,
    settling,
    tool_gate,
    translating,
)
from leadline.gateway.admission import AdmittedKey
from leadline.gateway.client import BodyTooLarge, Client, ClientLeft
from leadline.gateway.concluding import conclude, refuse_call
from leadline.gateway.deadline import deadline_of
from leadline.gateway.ladders import HEADER as SIMULATE
from leadline.gateway.ladders import read_simulation, speaks_of
from leadline.gateway.parts import GatewayParts, GatewaySettings
from leadline.gateway.passing import pass_on, passes
from leadline.gateway.reading import read_whole
from leadline.gateway.recent import Recent
from leadline.gateway.recording import CLIENT_LEFT, Call, Passage, Try, observation, short_circuited
from leadline.gateway.relay import is_stream
from leadline.gateway.routing import (
    Available,
    Cause,
    Ladder,
    Patience,
    ReadyRoute,
    ReadyTarget,
    Step,
    sticking_to,
)
from leadline.gateway.unpacking import is_packed, unpacked
from leadline.gateway.upstream import UpstreamResponse, arrived
from leadline.policy.fallback import FailureMode
from leadline.providers import ClientRequest, UnreadableRequest
from leadline.vocabulary import ClientError, FailureKind, UpstreamFailure

_log = structlog.get_logger()


class Calls:
    """Answers generating calls. One object per worker; everything of one request is in its `Call`."""

    def __init__(self, parts: GatewayParts, settings: GatewaySettings, recent: Recent) -> None:
        self._parts = parts
        self._settings = settings
        self._recent = recent
        self._patience = Patience(settings.backoff_s, settings.longest_retry_after_s)
        self._templates = attribution.Templates(settings.most_templates)
        self._features = attribution.Names(settings.most_features)

    async def serve(self, call: Call, client: Client) -> None:
        """One request, from its head to its record."""
        try:
            route = await self._admit(call, client)
            if route is not None:
                client.watch()
                await self._answer(call, client, route)
        except ClientLeft:
            call.status = CLIENT_LEFT
        except asyncio.CancelledError:
            self._abandon(call)
            if not client.left or not _forget_cancelling():
                raise
        except Exception as error:  # noqa: BLE001 - our own mistake is told to the client, never a crash
            await self._own_mistake(call, client, error)
        finally:
            client.stop_watching()
            if call.entered and call.key is not None:
                self._parts.limits.leave(call.key.key_hash, call.key.grant)
            self._record(call)

    # admit

    async def _admit(self, call: Call, client: Client) -> ReadyRoute | None:
        """None = refused, and the client was told why."""
        found = await self._judge(call, client)
        if isinstance(found, ReadyRoute):
            return found
        await self._refuse(call, client, found)
        return None

    async def _judge(self, call: Call, client: Client) -> ReadyRoute | ClientError:
        key = admission.find_key(call.active.keys, call.request.headers, call.request.query)
        if isinstance(key, ClientError):
            return key
        call.key = key
        refusal = (
            self._check_limits(call, key) or await self._read_body(call, client) or self._read_question(call)
        )
        if refusal is not None:
            return refusal
        self._attribute(call, key)
        return screening.refuse_index(call, key.grant) or self._find_route(call, key)

    def _check_limits(self, call: Call, key: AdmittedKey) -> ClientError | None:
        if not key.limited:
            return None
        retry_after_s = self._parts.limits.enter(key.key_hash, key.grant)
        if retry_after_s is not None:
            return admission.refuse_rate(key.grant, retry_after_s)
        call.entered = True
        return None

    async def _read_body(self, call: Call, client: Client) -> ClientError | None:
        request = call.request
        limit = self._settings.body_limit_bytes
        before = self._parts.perf()
        try:
            body = await client.body(limit, request.headers.get("content-length"))
        except BodyTooLarge:
            return ClientError(
                status=413,
                code="body_too_large",
                message=f"The request is over the limit of {limit} bytes; send a shorter one.",
            )
        finally:
            call.waited_s += self._parts.perf() - before
        call.request = ClientRequest(
            method=request.method,
            path=request.path,
            query=request.query,
            headers=request.headers,
            body=body,
        )
        if is_packed(request) and call.passage is None:
            plain = await unpacked(call.request, limit)
            if isinstance(plain, ClientError):
                return plain
            call.request = plain
        return None

    def _read_question(self, call: Call) -> ClientError | None:
        try:
            call.request = call.surface.canonical(call.request)
            call.question = call.surface.read_question(call.request)
        except UnreadableRequest as error:
            return ClientError(status=400, code="body_unreadable", message=str(error))
        return None

    def _attribute(self, call: Call, key: AdmittedKey) -> None:
        """Whose request it is and what it counts for, from the key and, within its lists, the headers."""
        headers, grant = call.request.headers, key.grant
        feature = attribution.feature_of(headers, grant.features, grant.feature, self._features)
        call.caller = key.caller_for(feature, attribution.user_of(headers, call.question))
        call.template = self._templates.of(call.question, headers, grant.templates)
        call.retrieval = attribution.retrieval_of(headers)
        call.client_retry_count = attribution.retry_count(headers)

    def _find_route(self, call: Call, key: AdmittedKey) -> ReadyRoute | ClientError:
        if call.passage is not None:
            return self._passage(call, key, call.passage)
        model = call.question.model
        route = call.active.routes[call.surface.protocol].get(model)
        if route is not None and model in key.may_use:
            asked = call.request.headers.get(SIMULATE)
            if asked is not None:
                return self._simulate(call, route, asked)
            return self._bound(call.question.bound_to, key, route) if call.question.bound_to else route
        spoken, endpoints = call.active.spoken.get(model, ()), call.active.endpoints
        return admission.refuse_model(model, key, [endpoints[protocol] for protocol in spoken])

    def _passage(self, call: Call, key: AdmittedKey, passage: Passage) -> ReadyRoute | ClientError:
        """A response that this tenant had made needs no further right, and is where it was made."""
        made_by = call.made_by = self._recent.maker_of(passage.response_id, key.grant.tenant)
        if made_by is not None:
            keeper = made_by.attempts[-1].target
            made_at = [one for one in call.active.accounts.values() if one.targets[0].is_account_of(keeper)]
            return made_at[0] if made_at else passage.route
        return passage.route if admission.PASSTHROUGH in key.grant.rights else admission.REFUSED_PASSAGE

    def _bound(self, response_id: str, key: AdmittedKey, route: ReadyRoute) -> ReadyRoute:
        """What goes on from an earlier response can be answered only by the account that keeps it."""
        keeper = self._recent.keeper_of(response_id, key.grant.tenant)
        targets = route.targets
        fitting = [one for one in targets if keeper is not None and one.is_account_of(keeper)]
        return ReadyRoute.of(route.alias, tuple(fitting[:1] or targets[:1]), route.retries)

    def _simulate(self, call: Call, route: ReadyRoute, asked: str) -> ReadyRoute | ClientError:
        rights = call.key.grant.rights if call.key is not None else ()
        found = read_simulation(asked, rights)
        if isinstance(found, ClientError):
            return found
        call.simulation = found
        return route

    async def _refuse(self, call: Call, client: Client, refusal: ClientError) -> None:
        if refusal.status == 413:
            call.status, headers, body = answering.own_error(
                call.surface, msgspec.structs.replace(refusal, request_id=call.request_id)
            )
            await client.refuse_body(call.status, headers, body)
        else:
            await refuse_call(call, client, refusal)

    # call

    async def _answer(self, call: Call, client: Client, route: ReadyRoute) -> None:
        """From target to target, then from rung to rung, until one answers or the answer has begun."""
        total_s = route.tiers[0].targets[0].target.timeouts.total_s
        call.deadline = deadline_of(call.started, total_s, call.request.headers)
        call.ladders = falling.ladders_of(call, route)
        if call.active.guarding is not None:
            await screening.screen_question(call, self._parts)
        if call.refusal is not None:
            await falling.stand_in_for_question(call, client, self._climb_instead)
        else:
            await self._ask(call, client, route)
        call.overhead_ms = (self._parts.perf() - call.started - call.waited_s) * 1000
        await conclude(call, client, self._parts)

    async def _ask(self, call: Call, client: Client, route: ReadyRoute) -> None:
        ladder = self._ladder(call, route)
        if call.ladders:
            ladder.bypasses = not speaks_of(call.ladders, FailureMode.ALL_OPEN)
        await self._climb(call, client, ladder, ladder.first(self._parts.clock()))
        if call.ladders and call.tries and not client.begun:
            await falling.stand_in(call, client, self._climb_instead)

    def _ladder(self, call: Call, route: ReadyRoute) -> Ladder:
        available: Available = self._parts.breakers.available
        if route.translates:
            available = translating.Portable(call, available)
        if route.shares and (short := self._parts.headroom.short(self._parts.clock())):
            route = route.sparing(short)
        who = sticking_to(route, call.caller)
        return Ladder(route, self._patience, self._parts.random, available, who, len(call.tries))

    async def _climb_instead(self, call: Call, client: Client, route: ReadyRoute, cause: Cause) -> None:
        ladder = self._ladder(call, route)
        await self._climb(call, client, ladder, ladder.first(self._parts.clock(), cause))

    async def _climb(self, call: Call, client: Client, ladder: Ladder, step: Step | None) -> None:
        """Try target after target until one answers, or the answer has begun, or there is none left."""
        parts = self._parts
        while step is not None:
            if ladder.avoided:
                call.tries += [short_circuited(one, parts.clock()) for one in ladder.take_avoided()]
            if step.wait_s:
                await self._pause(call, step.wait_s)
            tried = Try(number=step.number, step=step, started_at=parts.clock())
            call.tries.append(tried)
            await self._attempt(call, client, tried)
            tried.ended_at = parts.clock()
            self._tell_guards(tried, tried.ended_at)
            settling.bill(call, tried, self._settings.counted_chars)
            if tried.failure is None or client.begun:
                self._settle(call, tried)
                return
            left_s = call.deadline.left_s(parts.perf())
            step = ladder.after(translating.on_the_ladder(tried, tried.failure), parts.clock(), left_s)
        if ladder.avoided:
            call.tries += [short_circuited(one, parts.clock()) for one in ladder.take_avoided()]

    def _tell_guards(self, tried: Try, ended_at: float) -> None:
        """Breaker and rate limits learn from what really happened."""
        parts, target, health = self._parts, tried.step.target.target, tried.step.health
        if falling.was_simulated(tried):
            parts.breakers.forget(target.identity, health, tried.started_at, ended_at)
            return
        parts.breakers.tell(target.identity, health, tried.started_at, ended_at, tried.failure)
        if tried.response is not None:
            usage = tried.answer.usage if tried.answer is not None else None
            parts.headroom.heard(target, tried.response.headers, usage, ended_at)

    async def _pause(self, call: Call, seconds: float) -> None:
        before = self._parts.perf()
        await asyncio.sleep(seconds)
        call.waited_s += self._parts.perf() - before

    async def _attempt(self, call: Call, client: Client, tried: Try) -> None:
        """One call to one target. A stream goes to the client from here; a whole answer waits in `tried`."""
        target = tried.step.target
        if call.simulation is not None and falling.is_simulated(call, tried):
            tried.failure = call.simulation.failure()
            return
        response = await self._send(call, tried, target)
        if response is None:
            return
        tried.response = response
        if passes(call, response):
            await pass_on(call, client, tried, response, self._parts.perf)
        elif is_stream(call, response):
            await screening.relay(call, client, self._parts).run(tried, response)
        else:
            await read_whole(call, tried, response, self._parts, self._settings.answer_limit_bytes)

    async def _send(self, call: Call, tried: Try, target: ReadyTarget) -> UpstreamResponse | None:
        if target.secret is None:
            tried.failure = _no_secret(target)
            return None
        request = translating.outbound(call, target, target.secret)
        tried.dropped = translating.dropped(call, target)
        before = self._parts.perf()
        timeouts = target.target.timeouts
        if tried.number > 1 or call.deadline.is_hurried:
            timeouts = call.deadline.bounded(timeouts, before, streaming=call.question.streaming)
        sent = await self._parts.transport.send(request, timeouts)
        call.waited_s += self._parts.perf() - before
        if arrived(sent):
            return sent
        tried.failure = sent.failure
        tried.timings = sent.timings()
        return None

    # check and answer

    def _settle(self, call: Call, tried: Try) -> None:
        """What the checks think of the answer; a broken-off answer is not judged."""
        answer, target = tried.answer, tried.step.target
        judged = tried.failure is None and tried.stopped is None
        if answer is not None and judged and call.surface.operation.generates:
            settling.count_input(call, target, self._settings.counted_chars)
            call.signals = tool_gate.take_signals(call)
            if not (call.active.checking.is_idle or tool_gate.told_by_us(answer)):
                examination = settling.examination(call, target, answer, self._parts.clock())
                call.signals += call.active.checking.run(examination)
        call.signals += tried.guarded

    # when it ends otherwise

    def _abandon(self, call: Call) -> None:
        """The client left, or the worker stops: nobody waits for the upstream any more."""
        call.status = CLIENT_LEFT
        response = call.tries[-1].response if call.tries else None
        if response is not None:
            response.abort()
        self._say_nothing(call)

    def _say_nothing(self, call: Call) -> None:
        """Of a target whose call did not come to its end."""
        tried = call.tries[-1] if call.tries else None
        if tried is not None and tried.ended_at is None:
            identity, health = tried.step.target.target.identity, tried.step.health
            self._parts.breakers.forget(identity, health, tried.started_at, self._parts.clock())

    async def _own_mistake(self, call: Call, client: Client, error: Exception) -> None:
        at = traceback.extract_tb(error.__traceback__)[-1]
        # Type and place only: a message may quote what the client wrote.
        _log.error("a request failed on our side", type=type(error).__name__, at=f"{at.filename}:{at.lineno}")
        if client.finished:
            return  # the answer was whole; only its record or its checks are not
        self._abandon(call)
        told = ClientError(
            status=500,
            code="internal_error",
            message="The gateway made a mistake; its log has the place. The request may be sent again.",
            request_id=call.request_id,
        )
        call.status = 500
        if client.begun:
            await client.end(call.surface.error_event(told))
        else:
            await answering.refuse(client, call.surface, told)

    def _record(self, call: Call) -> None:
        record = observation(call, self._parts.clock(), self._settings.captured_text_chars)
        if record is not None:
            self._recent.remember(record.exchange, record.signals)
            self._parts.spool.offer(record)


def _forget_cancelling() -> bool:
    """Whether the one cancellation that we asked for ourselves was the only one."""
    task = asyncio.current_task()
    return task is not None and task.uncancel() == 0


def _no_secret(target: ReadyTarget) -> UpstreamFailure:
    return UpstreamFailure(
        kind=FailureKind.PROVIDER_AUTH,
        error_code=answering.SECRET_MISSING,
        message=f"the key reference of {target.target.identity.provider} points nowhere; see the log",
        fail_over=True,
    )
