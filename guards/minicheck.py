"""Bespoke-MiniCheck: is a claim supported by a document?

`Yes` means supported, the opposite of Granite's `Yes`. One call a claim and a document; the document comes
first, so that the server keeps it between claims. Source: the model's page (Bespoke Labs) and the MiniCheck
paper (arXiv 2404.10774). The weights are for non-commercial use.
"""

from __future__ import annotations

from collections.abc import Sequence

from guards.errors import NotUnderstood
from guards.frame import neutralised, pieces, probability, score
from guards.ollama_client import OllamaClient
from guards.sentences import claims_in
from guards.verdict import Risk, Stage

INSTRUCTION = (
    "Determine whether the provided claim is consistent with the corresponding document. Consistency in "
    "this context "
    "implies that all information presented in the claim is substantiated by the document. If not, it "
    "should be "
    "considered inconsistent. Please assess the claim's consistency with the document by responding with "
    "either "
    '"Yes" or "No".'
)
_NUM_CTX = 8192
_NUM_PREDICT = 4
_FRAME_TOKENS = 160


class MiniCheck:
    """One MiniCheck model. As a guard it judges an answer, claim by claim, against the passages it stands
    on.
    """

    checks_groundedness = True

    def __init__(
        self,
        model: str = "bespoke-minicheck:7b",
        *,
        client: OllamaClient | None = None,
        num_ctx: int = _NUM_CTX,
    ) -> None:
        self.name = self.model = model
        self._client = client or OllamaClient()
        self._num_ctx = num_ctx

    def check(self, stage: Stage, text: str, *, question: str = "", context: Sequence[str] = ()) -> list[Risk]:
        """The risk `groundedness`: how little the least supported claim of the text is supported."""
        claims = claims_in(text)
        if not claims:
            return []
        least = min(self.support(claim, context) for claim in claims)
        return [Risk("groundedness", "A claim that the sources do not support", 1.0 - least)]

    def support(self, claim: str, documents: Sequence[str]) -> float:
        """Probability that one of the documents supports the claim; 0 where there is no document.

        The best document decides: a claim needs one source, not all of them.
        """
        self._client.capabilities(self.model)
        room = self._num_ctx - _FRAME_TOKENS - _NUM_PREDICT - len(claim) // 3
        best = 0.0
        for document in documents:
            for piece in pieces(neutralised(document), room):
                best = max(best, self._supported(neutralised(claim), piece))
                if best >= 0.9:
                    return best
        return best

    def _supported(self, claim: str, document: str) -> float:
        reply = self._client.chat(
            self.model, messages(claim, document), num_ctx=self._num_ctx, num_predict=_NUM_PREDICT
        )
        return score(parsed(reply.text), probability(reply.first, "Yes", "No"))


def messages(claim: str, document: str) -> list[dict[str, str]]:
    """The chat messages; the instruction is sent too, so that a server without the built-in one asks the
    same.
    """
    return [
        {"role": "system", "content": INSTRUCTION},
        {"role": "user", "content": f"Document: {document}\nClaim: {claim}"},
    ]


def parsed(answer: str) -> bool:
    """Whether the answer says "supported". Raises NotUnderstood for anything but Yes or No."""
    word = answer.strip()
    if word not in ("Yes", "No"):
        raise NotUnderstood("The answer is neither Yes nor No.")
    return word == "Yes"
