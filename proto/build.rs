//! Compiles the `.proto` texts with protox, so that no `protoc` needs to be installed.

use std::{error::Error, path::Path};

const FILES: [&str; 3] = ["tfplugin5.proto", "goplugin.proto", "health.proto"];

fn main() -> Result<(), Box<dyn Error>> {
    let folder = Path::new("proto");
    for file in FILES {
        println!("cargo::rerun-if-changed={}", folder.join(file).display());
    }
    let descriptors = protox::compile(FILES, [folder])?;
    tonic_prost_build::configure()
        // What a server does not offer is answered with `Unimplemented`, which Terraform understands.
        .generate_default_stubs(true)
        // Maps on the wire in the order of their keys: the same schema is always the same bytes.
        .btree_map(".")
        .compile_fds(descriptors)?;
    Ok(())
}
