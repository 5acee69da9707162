//! Reads that arrive at the same time go to AWS in one call. Terraform refreshes many apps at once, each by
//! itself; AWS describes up to a hundred objects in a call. Changes are never delayed, except for priorities of rules that
//! are taken. Nothing is remembered from one call to the next, except for a refresh, for some seconds. Knows no SDK.

pub(crate) mod batcher;
pub(crate) mod bulk_tags;
pub(crate) mod kept;
pub(crate) mod pod_identity_list;
pub(crate) mod reads;
pub(crate) mod role_list;
pub(crate) mod swaps;
