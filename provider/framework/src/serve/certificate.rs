//! The certificate of our side, and TLS by which both sides know each other.

use std::{ffi::OsStr, sync::Arc};

use rcgen::{
    CertificateParams, DnType, ExtendedKeyUsagePurpose, KeyPair, KeyUsagePurpose, PKCS_ECDSA_P256_SHA256,
};
use rustls::{
    ServerConfig,
    crypto::aws_lc_rs,
    pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer, pem::PemObject},
};

use super::verifier::Pinned;

/// TLS that is ready to serve, and the certificate that Terraform is told to expect.
pub(super) struct MutualTls {
    pub(super) certificate: Vec<u8>,
    pub(super) server: Arc<ServerConfig>,
}

/// Why TLS cannot be used. Without it, any process of this machine could use the provider's credentials.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Unusable {
    #[error("PLUGIN_CLIENT_CERT holds no certificate in PEM form")]
    ClientCertificate(#[source] rustls::pki_types::pem::Error),
    #[error("no certificate can be made")]
    OwnCertificate(#[from] rcgen::Error),
    #[error(transparent)]
    Tls(#[from] rustls::Error),
}

/// Makes a new certificate for this process, and accepts only the owner of `client`'s key.
pub(super) fn mutual_tls(client: &OsStr) -> Result<MutualTls, Unusable> {
    let client =
        CertificateDer::from_pem_slice(client.as_encoded_bytes()).map_err(Unusable::ClientCertificate)?;
    let crypto = Arc::new(aws_lc_rs::default_provider());
    let (certificate, key) = own_certificate()?;
    let verifier = Pinned::new(client, crypto.signature_verification_algorithms);
    let mut server = ServerConfig::builder_with_provider(crypto)
        .with_safe_default_protocol_versions()?
        .with_client_cert_verifier(Arc::new(verifier))
        .with_single_cert(vec![certificate.clone()], key)?;
    // gRPC clients of Go refuse a server that does not negotiate HTTP/2.
    server.alpn_protocols = vec![b"h2".to_vec()];
    Ok(MutualTls { certificate: certificate.to_vec(), server: Arc::new(server) })
}

/// Terraform trusts exactly this certificate and asks for the name `localhost`. The curve is one that even
/// Terraform 0.12 knows.
fn own_certificate() -> Result<(CertificateDer<'static>, PrivateKeyDer<'static>), rcgen::Error> {
    let key = KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256)?;
    let mut parameters = CertificateParams::new(["localhost".to_owned()])?;
    parameters.distinguished_name.push(DnType::CommonName, "localhost");
    parameters.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    parameters.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    let certificate = parameters.self_signed(&key)?;
    let key = PrivatePkcs8KeyDer::from(key.serialize_der());
    Ok((certificate.der().clone(), PrivateKeyDer::Pkcs8(key)))
}
