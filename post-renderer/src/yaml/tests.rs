//! Tests of reading and editing.
