"""Builds what keeps calls away from sick targets, from the configuration."""

import socket

from leadline.configuration.shape import Config
from leadline.gateway.board import Board
from leadline.gateway.breaker import BreakerRules
from leadline.gateway.breakers import Breakers
from leadline.gateway.parts import Spool
from leadline.gateway.target_news import TargetReporter


def breakers_of(config: Config, board: Board, spool: Spool, worker: int) -> Breakers:
    reporter = TargetReporter(spool.offer, socket.gethostname(), worker)
    return Breakers(board, _rules(config), reporter.turned)


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
