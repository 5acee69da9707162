"""Metric math: arithmetic of time series, and `FILL` with a number.

Other functions of CloudWatch are refused, so that a test does not take an empty result for an answer.
"""

import ast
import operator
from collections.abc import Callable
from datetime import datetime

from moto.cloudwatch.exceptions import ValidationError

Series = dict[datetime, float]

OPERATORS: dict[type[ast.operator], Callable[[float, float], float]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
}


def evaluate(expression: str, known: dict[str, Series]) -> Series:
    """The series of an expression over series with ids, such as `100 * errors / requests`."""
    try:
        value = _value(ast.parse(expression.strip(), mode="eval").body, known)
    except (SyntaxError, NotImplementedError):
        raise ValidationError(f"Error in expression: unsupported expression {expression}") from None
    if not isinstance(value, dict):
        raise ValidationError(f"Error in expression: {expression} does not return a time series")
    return value


def _value(node: ast.expr, known: dict[str, Series]) -> Series | float:
    match node:
        case ast.Constant(value=(int() | float()) as number):
            return float(number)
        case ast.Name(id=name):
            if name not in known:
                raise ValidationError(f"Error in expression: Unknown identifier {name}")
            return known[name]
        case ast.UnaryOp(op=ast.USub(), operand=operand):
            return _combined(operator.sub, 0.0, _value(operand, known))
        case ast.BinOp(left=left, op=sign, right=right) if type(sign) in OPERATORS:
            return _combined(OPERATORS[type(sign)], _value(left, known), _value(right, known))
        case ast.Call(func=ast.Name(id="FILL"), args=[ast.Name(id=name), ast.Constant(value=number)]):
            stamps = sorted(stamp for series in known.values() for stamp in series)
            return {stamp: known.get(name, {}).get(stamp, float(number)) for stamp in stamps}
    raise NotImplementedError


def _combined(
    sign: Callable[[float, float], float], left: Series | float, right: Series | float
) -> Series | float:
    """Combines two values. A time that a series lacks, or a division by zero, gives no data point."""
    if isinstance(left, float) and isinstance(right, float):
        return sign(left, right)
    stamps = set.intersection(*(set(side) for side in (left, right) if isinstance(side, dict)))
    combined = {}
    for stamp in sorted(stamps):
        one, other = (side[stamp] if isinstance(side, dict) else side for side in (left, right))
        if sign is not operator.truediv or other:
            combined[stamp] = sign(one, other)
    return combined
