"""BERT's attention with one product in place of three: wide ones keep the processor's multipliers busier."""

from __future__ import annotations

import copy
from typing import Any, TypeVar

import torch
from transformers.models.bert.modeling_bert import BertSelfAttention

AnyModule = TypeVar("AnyModule", bound=torch.nn.Module)


class JoinedAttention(torch.nn.Module):
    """What `BertSelfAttention` computes, for inference: query, key and value come from one product."""

    def __init__(self, source: Any) -> None:
        """Join the weights.

        Args:
            source: a `BertSelfAttention`.
        """
        super().__init__()
        self.heads, self.size = source.num_attention_heads, source.attention_head_size
        # Queries are scaled once, here, rather than at each reading.
        scales = (source.scaling, 1.0, 1.0)
        parts = tuple(zip((source.query, source.key, source.value), scales, strict=True))
        self.weight = torch.nn.Parameter(torch.cat([scale * part.weight.detach() for part, scale in parts]))
        self.bias = torch.nn.Parameter(torch.cat([scale * part.bias.detach() for part, scale in parts]))

    def forward(
        self, hidden_states: torch.Tensor, attention_mask: torch.Tensor, **_ignored: object
    ) -> tuple[torch.Tensor, None]:
        """Return the attended values, float32 (batch, tokens, dimension).

        Args:
            hidden_states: (batch, tokens, dimension).
            attention_mask: added to the scores, broadcast to (batch, heads, tokens, tokens).
        """
        batch, tokens, _ = hidden_states.shape
        joined = torch.nn.functional.linear(hidden_states, self.weight, self.bias)
        # The three parts become the outermost axis, so that taking one copies nothing.
        query, key, value = joined.view(batch, tokens, 3, self.heads, self.size).permute(2, 0, 3, 1, 4)
        shares = torch.softmax(query @ key.transpose(-1, -2) + attention_mask, dim=-1)
        return (shares @ value).transpose(1, 2).reshape(batch, tokens, -1), None


def join_attention(model: AnyModule) -> AnyModule:
    """Return a copy of a model whose BERT attentions are joined; attentions of other kinds stay as they are."""
    joined = copy.deepcopy(model)
    for module in list(joined.modules()):
        if isinstance(getattr(module, "self", None), BertSelfAttention):
            module.self = JoinedAttention(module.self)
    return joined
