//! All tests of the engine from outside, in one binary.

#[cfg(test)]
mod all {
    mod bad_input;
    mod check;
    mod command;
    mod kustomization;
    mod kustomize;
    mod linear;
    mod pins;
    mod properties;
    mod purity;
    mod report;
    mod rules;
    mod secrets;
    mod standards_document;
    mod threads;
    mod unknown_fields;
}
