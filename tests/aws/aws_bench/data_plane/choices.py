"""Choice of the target group and the target of a request."""

from aws_bench.data_plane.table import Target


class Choices:
    """Remembers the turns of groups and targets.

    Groups take turns by smooth weighted round robin, as in nginx: for weights 2 and 1 the order is a, b, a.
    Over as many requests as the sum of the weights, shares are exact. A group of weight 0 has no turn.
    """

    def __init__(self) -> None:
        # By rule: its weights, and how much each group is owed.
        self._owed: dict[str, tuple[tuple[tuple[str, int], ...], dict[str, int]]] = {}
        self._turns: dict[str, int] = {}

    def group(self, rule_arn: str, weights: tuple[tuple[str, int], ...]) -> str | None:
        """The group whose turn it is; None if all weights are 0."""
        known, owed = self._owed.get(rule_arn, ((), {}))
        if known != weights:
            owed = {arn: 0 for arn, weight in weights if weight > 0}
            self._owed[rule_arn] = (weights, owed)
        if not owed:
            return None
        for arn, weight in weights:
            if weight > 0:
                owed[arn] += weight
        chosen = max(owed, key=lambda arn: owed[arn])
        owed[chosen] -= sum(weight for _, weight in weights)
        return chosen

    def target(self, group_arn: str, candidates: list[Target]) -> Target:
        """The target whose turn it is."""
        turn = self._turns.get(group_arn, 0)
        self._turns[group_arn] = turn + 1
        return candidates[turn % len(candidates)]
