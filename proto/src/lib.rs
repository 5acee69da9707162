//! Wire types of the Terraform plugin protocol 5 and of the go-plugin services around it.
//!
//! Everything here is generated from our own texts in `proto/proto`. Nothing but a border layer should
//! touch these types: protobuf's nullability is not meant to travel further in.

/// Terraform's provider service, protocol 5 with the 5.10 surface.
#[expect(missing_docs, clippy::pedantic, reason = "generated from proto/tfplugin5.proto")]
pub mod tfplugin5 {
    tonic::include_proto!("tfplugin5");
}

/// go-plugin's controller, stdio and broker services.
#[expect(missing_docs, clippy::pedantic, reason = "generated from proto/goplugin.proto")]
pub mod goplugin {
    tonic::include_proto!("plugin");
}

/// gRPC's standard health service.
#[expect(missing_docs, clippy::pedantic, reason = "generated from proto/health.proto")]
pub mod health {
    tonic::include_proto!("grpc.health.v1");
}

#[cfg(test)]
mod tests;
