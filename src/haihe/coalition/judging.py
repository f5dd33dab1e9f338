"""What the coordinator accepts from a member, and why it does not.

A member can say what it likes about itself as long as it says it without contradiction. Answers that no concave value
could give are found out: at the prices of each round its answer of that round must be best for it among all its answers,
and no amounts gain more than its own prices of the offer say, because these are what the first unit is worth.
"""

import numpy as np

from haihe.coalition.exchange_messages import Message, from_table
from haihe.coalition.member import Answer, Offer
from haihe.coalition.pooling import YUAN
from haihe.messages import HaiheError
from haihe.planning.program import Floats

SLACK = 1e-5
"""How far answers may contradict each other, relative to the amounts of money in them: a solver's accuracy."""
LARGEST_AMOUNT, LARGEST_PRICE, LARGEST_WEIGHT, LARGEST_WORTH = 1e15, 1e12, 1e3, 1e9
"""Most that an offer may declare: units a year, yuan a unit, years, and all of it together in bn yuan."""


class Judge:
    """Judges the messages of one member.

    Parameters
    ----------
    member : str
    terms : mapping
        Things, units and years of the exchange.
    """

    def __init__(self, member: str, terms: Message) -> None:
        self.member, self.terms = member, terms
        self.shape = (len(terms["things"]), len(terms["years"]))
        self.offer: Offer | None = None
        self.data = ""
        self._seen: list[tuple[int, Floats, Answer]] = []

    def of_offer(self, message: Message, terms: Message) -> Offer:
        """Judge an offer that answers the terms as they were sent.

        Raises
        ------
        HaiheError
            ``E-COA-74`` an answer to other terms, ``E-COA-76`` other things, units or years, ``E-COA-75`` another shape, a
            negative bound or numbers beyond any economy.
        """
        self._replies(message, terms)
        self._same_terms(message)
        bounds, prices = (from_table(message, name, *self.shape) for name in ("bounds", "own_prices"))
        weights = np.array(message["weights"], dtype=np.float64)
        if weights.shape != self.shape[1:] or (weights <= 0).any() or (bounds < 0).any():
            raise HaiheError("E-COA-75", what="bounds, weights", things=self.shape[0], years=self.shape[1])
        limits = ((bounds, LARGEST_AMOUNT), (prices, LARGEST_PRICE), (weights, LARGEST_WEIGHT))
        offer = Offer(bounds, prices, weights)
        if any((np.abs(values) > most).any() for values, most in limits) or _worth(offer, bounds) > LARGEST_WORTH:
            what = f"bounds, own_prices, weights (<= {LARGEST_WORTH:g} bn yuan)"
            raise HaiheError("E-COA-75", what=what, things=self.shape[0], years=self.shape[1])
        return offer

    def take_offer(self, message: Message, terms: Message) -> Offer:
        """Judge an offer and hold the member to it."""
        self.offer, self.data = self.of_offer(message, terms), str(message["data"])
        return self.offer

    def of_answer(self, message: Message, question: Message) -> Answer:
        """Judge an answer to a question.

        Raises
        ------
        HaiheError
            ``E-COA-74`` an answer to something else, ``E-COA-76`` other things, units or years, ``E-COA-79`` other data
            than the offer's, ``E-COA-75`` another shape, ``E-COA-77`` more than was declared, ``E-COA-78`` a contradiction
            to the offer or to an earlier answer.
        """
        self._replies(message, question)
        self._same_terms(message)
        if message["data"] != self.data:
            raise HaiheError("E-COA-79", value=self.member)
        answer = Answer(from_table(message, "amounts", *self.shape), float(message["gain"]))
        prices = from_table(question, "prices", *self.shape)
        self._within_bounds(answer)
        self._without_contradiction(int(question["round"]), prices, answer)
        return answer

    def take_answer(self, round_: int, prices: Floats, answer: Answer) -> None:
        """Hold the member to an answer that was accepted."""
        self._seen.append((round_, prices, answer))

    @property
    def _declared(self) -> Offer:
        """The offer that the member is held to."""
        if self.offer is None:
            raise ValueError("an answer came before the offer")
        return self.offer

    def _replies(self, message: Message, asked: Message) -> None:
        """Whether a message answers what was asked, and in its round."""
        for name, wanted in (("reply_to", asked["signature"]), ("round", asked["round"])):
            if message[name] != wanted:
                raise HaiheError("E-COA-74", what=name, value=str(message[name]), wanted=str(wanted))

    def _same_terms(self, message: Message) -> None:
        for name in ("things", "units", "years"):
            if message[name] != self.terms[name]:
                raise HaiheError("E-COA-76", what=name, value=str(message[name]), wanted=str(self.terms[name]))

    def _within_bounds(self, answer: Answer) -> None:
        bounds = self._declared.bounds
        over = np.abs(answer.amounts) - bounds * (1 + 1e-6) - 1e-9 * (1.0 + bounds.max(initial=0.0))
        if over.max() > 0:
            k, t = (int(at) for at in np.unravel_index(int(over.argmax()), over.shape))
            thing, year = self.terms["things"][k], self.terms["years"][t]
            said, most = f"{answer.amounts[k, t]:.6g}", f"{bounds[k, t]:.6g}"
            unit = self.terms["units"][k]
            raise HaiheError("E-COA-77", thing=thing, year=year, unit=unit, value=said, wanted=most)

    def _without_contradiction(self, round_: int, prices: Floats, answer: Answer) -> None:
        """At each round's prices that round's answer must be worth most to the member, net of what it pays.

        At its own prices of the offer no exchange is worth most: a concave value lies below its slope at 0.
        """
        own = self._declared.prices
        too_little = self._net(answer, prices) < -self._slack(answer, prices)
        if too_little or self._net(answer, own) > self._slack(answer, own):
            raise HaiheError("E-COA-78", round=round_, other=0)
        for other, asked, earlier in self._seen:
            for one, rival, at in ((answer, earlier, prices), (earlier, answer, asked)):
                slack = self._slack(one, at) + self._slack(rival, at)
                if self._net(one, at) < self._net(rival, at) - slack:
                    raise HaiheError("E-COA-78", round=round_, other=other)

    def _net(self, answer: Answer, prices: Floats) -> float:
        """Gain less what the amounts cost at prices, bn yuan discounted."""
        return answer.gain - float((answer.amounts * prices * self._declared.weights).sum()) / YUAN

    def _slack(self, answer: Answer, prices: Floats) -> float:
        paid = float(np.abs(answer.amounts * prices * self._declared.weights).sum()) / YUAN
        return SLACK * (abs(answer.gain) + paid + 1e-3)


def _worth(offer: Offer, amounts: Floats) -> float:
    """What amounts are worth at a member's own prices, all counted positive; bn yuan discounted."""
    return float(np.abs(amounts * offer.prices * offer.weights).sum()) / YUAN
