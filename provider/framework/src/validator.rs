//! Ready-made rules for `check` of attributes, parameters, blocks and schemas.
//!
//! ```
//! use provider_framework::{Attribute, Schema, Type, validator};
//!
//! let schema = Schema::new(0)
//!     .attribute("port", Attribute::optional(Type::Number).check(validator::range(1..=65535)))
//!     .attribute("name", Attribute::optional(Type::String).check(validator::length(1..=64)))
//!     .attribute("name_prefix", Attribute::optional(Type::String))
//!     .check(validator::exactly_one(["name", "name_prefix"]));
//! assert!(schema.problems().is_empty());
//! ```

mod across;
mod single;

pub use self::{
    across::{at_least_one, conflicts, exactly_one, together},
    single::{each, keys, length, one_of, pattern, range},
};
