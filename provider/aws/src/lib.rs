//! AWS, as small capabilities: traits, their SDK implementations and fakes.
