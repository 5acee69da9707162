//! kustomize files as configuration.
