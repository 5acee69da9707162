//! Certificates and keys of one cluster: an authority that lives as long as the test, the API
//! server, the administrator, and the key that signs the tokens of service accounts.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use rcgen::{
    BasicConstraints, CertificateParams, CertifiedIssuer, DnType, ExtendedKeyUsagePurpose, IsCa, KeyPair,
    KeyUsagePurpose,
};
use serde_json::{Value, json};

/// File of the certificate of the authority.
pub(super) const AUTHORITY: &str = "authority.crt";
/// File of the key that signs tokens.
pub(super) const SERVICE_ACCOUNT_KEY: &str = "service-account.key";
const SERVICE_ACCOUNT_PUBLIC_KEY: &str = "service-account.pub";

/// The certificate of the authority that a folder holds, as PEM.
pub(super) fn authority(folder: &Path) -> Result<String> {
    Ok(fs::read_to_string(folder.join(AUTHORITY))?)
}

/// The administrator's certificate and key that a folder holds, as the status of an `ExecCredential`.
pub(super) fn client(folder: &Path) -> Result<Value> {
    let read = |name: &str| fs::read_to_string(folder.join(name));
    Ok(json!({
        "clientCertificateData": read("administrator.crt")?,
        "clientKeyData": read("administrator.key")?,
    }))
}

/// The folder that holds them.
pub(super) struct Certificates {
    folder: PathBuf,
}

impl Certificates {
    /// Makes all of them.
    pub(super) fn make(folder: &Path) -> Result<Self> {
        let certificates = Self { folder: folder.to_owned() };
        let mut parameters = CertificateParams::default();
        parameters.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        parameters.key_usages = vec![KeyUsagePurpose::KeyCertSign];
        parameters.distinguished_name.push(DnType::CommonName, "ipsy-test-cluster");
        let authority = CertifiedIssuer::self_signed(parameters, KeyPair::generate()?)?;
        certificates.write(AUTHORITY, &authority.pem())?;

        let mut server = CertificateParams::new(["127.0.0.1".to_owned(), "localhost".to_owned()])?;
        server.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
        certificates.issue("kube-apiserver", server, &authority)?;

        // Kubernetes takes the organisation for the group; this one may do everything.
        let mut administrator = CertificateParams::default();
        administrator.distinguished_name.push(DnType::OrganizationName, "system:masters");
        administrator.extended_key_usages = vec![ExtendedKeyUsagePurpose::ClientAuth];
        certificates.issue("administrator", administrator, &authority)?;

        let accounts = KeyPair::generate()?;
        certificates.write(SERVICE_ACCOUNT_KEY, &accounts.serialize_pem())?;
        certificates.write(SERVICE_ACCOUNT_PUBLIC_KEY, &accounts.public_key_pem())?;
        Ok(certificates)
    }

    /// What the API server has to know of them.
    pub(super) fn api_server_arguments(&self) -> Vec<String> {
        let files = [
            ("client-ca-file", AUTHORITY),
            ("tls-cert-file", "kube-apiserver.crt"),
            ("tls-private-key-file", "kube-apiserver.key"),
            ("service-account-key-file", SERVICE_ACCOUNT_PUBLIC_KEY),
            ("service-account-signing-key-file", SERVICE_ACCOUNT_KEY),
        ];
        files.iter().map(|(name, file)| format!("--{name}={}", self.folder.join(file).display())).collect()
    }

    /// Writes a kubeconfig of the administrator and returns its path.
    pub(super) fn kubeconfig(&self, url: &str) -> Result<PathBuf> {
        let path = |name: &str| self.folder.join(name).to_string_lossy().into_owned();
        let document = json!({
            "apiVersion": "v1",
            "kind": "Config",
            "clusters": [{
                "name": "test",
                "cluster": { "server": url, "certificate-authority": path(AUTHORITY) },
            }],
            "users": [{
                "name": "administrator",
                "user": {
                    "client-certificate": path("administrator.crt"),
                    "client-key": path("administrator.key"),
                },
            }],
            "contexts": [{ "name": "test", "context": { "cluster": "test", "user": "administrator" } }],
            "current-context": "test",
        });
        self.write("kubeconfig", &document.to_string())?;
        Ok(self.folder.join("kubeconfig"))
    }

    fn issue(
        &self,
        name: &str,
        mut parameters: CertificateParams,
        authority: &CertifiedIssuer<'_, KeyPair>,
    ) -> Result<()> {
        parameters.key_usages = vec![KeyUsagePurpose::DigitalSignature];
        parameters.distinguished_name.push(DnType::CommonName, name);
        let key = KeyPair::generate()?;
        let certificate = parameters.signed_by(&key, authority)?;
        self.write(&format!("{name}.crt"), &certificate.pem())?;
        self.write(&format!("{name}.key"), &key.serialize_pem())
    }

    fn write(&self, name: &str, text: &str) -> Result<()> {
        fs::write(self.folder.join(name), text).with_context(|| format!("cannot write {name}"))
    }
}
