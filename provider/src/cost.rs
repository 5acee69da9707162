//! The costs of apps: what their pods request by the Helm values, and what nodes and EC2 instances cost for it. Prices
//! are inputs. Arithmetic is decimal and exact; a result is rounded once, at its end.

pub(crate) mod comparison;
pub(crate) mod requests;

use bigdecimal::{BigDecimal, RoundingMode};

/// Hours in a month, as in AWS' own calculator.
pub(crate) const HOURS_PER_MONTH: u32 = 730;

/// Decimals of results that come from a division.
const DECIMALS: i64 = 6;

/// `amount`, rounded half to even, without trailing zeros.
pub(crate) fn rounded(amount: &BigDecimal) -> BigDecimal {
    amount.with_scale_round(DECIMALS, RoundingMode::HalfEven).normalized()
}

/// The costs of a month.
pub(crate) fn monthly(hourly: &BigDecimal) -> BigDecimal {
    hourly * BigDecimal::from(HOURS_PER_MONTH)
}
