//! The way to AWS, tried without AWS.
