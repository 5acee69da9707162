//! Reading and writing configurations.
