//! The AWS in memory refuses what AWS refuses.
