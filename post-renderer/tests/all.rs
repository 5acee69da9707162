//! All tests of the engine from outside, in one binary.

mod all {
    mod bad_input;
    mod cases;
    mod command;
    mod kustomize;
    mod properties;
    mod purity;
}
