//! The fields of the standard chart that an app's arguments set one to one: [`fields`] maps each argument to its
//! field. Terraform's schema, the values, and the place of each error of the chart's schema all follow from that table.

mod arguments;
pub(crate) mod document;
mod fields;
mod locate;
mod merge;
mod translate;

pub(crate) use arguments::{add, block};
pub(crate) use fields::{Field, Form, fields};
pub(crate) use locate::locate;
pub(crate) use merge::{contains, merge};
pub(crate) use translate::translate;

#[cfg(test)]
mod tests;
