//! All black-box tests, in one program so that they share what they build.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod aws_bench;
mod bad_input;
mod blue_green;
mod bootstrap;
mod charts;
mod cluster;
mod credentials;
mod deletion;
mod documents;
mod drift;
mod failures;
mod faults;
mod fixture;
mod helm_plugin;
mod holders;
mod hostile;
mod identity;
mod import;
mod install;
mod modules;
mod overrides;
mod pipelines;
mod post_render;
mod pure_parts;
mod quickstart;
mod rehearsal;
mod second_judge;
mod sensitive;
mod standards;
mod structure;
mod traffic;
mod whole_app;
mod workflows;
