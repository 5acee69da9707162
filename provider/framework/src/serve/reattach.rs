//! What Terraform needs to find a provider that it did not start itself.

use serde_json::json;

use super::listener::Address;

/// An assignment for the shell in which Terraform is to run.
pub(super) fn line(provider: &str, address: &Address) -> String {
    let providers = json!({
        provider: {
            "Protocol": "grpc",
            "ProtocolVersion": 5,
            "Pid": std::process::id(),
            // Terraform then neither ends nor kills the provider.
            "Test": true,
            "Addr": { "Network": address.network, "String": address.place },
        }
    });
    format!("TF_REATTACH_PROVIDERS='{providers}'")
}
