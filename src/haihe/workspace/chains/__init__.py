"""Chains: a board for each industrial chain, its three lists that travel, and what the diagnosis proposes for them."""
