//! Applies standards and advanced settings to rendered Kubernetes manifests.
