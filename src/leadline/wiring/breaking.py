"""Builds what keeps calls away from sick targets, from the configuration."""

import os
import socket

import msgspec

from leadline.configuration.shape import Config
from leadline.gateway.board import Board
from leadline.gateway.breaker import BreakerRules
from leadline.gateway.breakers import Breakers, pins_of, targets_of
from leadline.gateway.certificates import Certificates
from leadline.gateway.headroom import Headroom
from leadline.gateway.parts import Spool
from leadline.gateway.target_care import TargetCare
from leadline.gateway.target_news import TargetReporter
from leadline.vocabulary import Plan


class Guards(msgspec.Struct, frozen=True):
    """What one worker knows of its targets beyond single calls."""

    breakers: Breakers
    headroom: Headroom
    care: TargetCare
    certificates: Certificates

    def follow(self, plan: Plan) -> None:
        targets = targets_of(plan)
        self.breakers.follow(targets, pins_of(plan))
        self.headroom.follow(targets)
        routed = [target for route in plan.routes.values() for target in route.targets]
        self.certificates.follow([*routed, *plan.accounts.values()])


def guards_of(config: Config, board: Board, spool: Spool, worker: int) -> Guards:
    reporter = TargetReporter(spool.offer, socket.gethostname(), worker)
    breakers, headroom = Breakers(board, _rules(config), reporter.turned), Headroom(workers_of(config))
    care = TargetCare(breakers, headroom, reporter)
    return Guards(breakers, headroom, care, Certificates(reporter))


def workers_of(config: Config) -> int:
    """How many serve at a time. The board has twice as many columns, for those that take over."""
    return config.gateway.workers or os.cpu_count() or 1


def _rules(config: Config) -> BreakerRules:
    section = config.gateway.breaker
    return BreakerRules(
        enabled=section.enabled,
        hard_in_a_row=section.hard_in_a_row,
        window_s=section.window,
        window_min=section.window_min,
        window_share=section.window_share,
        open_s=section.open_for,
        longest_open_s=section.longest_open,
        parked_s=section.parked_for,
        longest_parked_s=section.longest_parked,
        settled_s=section.settled_after,
        longest_hold_s=section.longest_hold,
    )
