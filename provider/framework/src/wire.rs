//! Between the wire types and our own: what protobuf leaves open is decided here, and its types go no further.

pub(crate) mod diagnostics;
pub(crate) mod functions;
pub(crate) mod identities;
pub(crate) mod schemas;
pub(crate) mod values;
