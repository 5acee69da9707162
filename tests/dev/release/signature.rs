//! Signatures by `gpg`, with the key of the project or with one made for a test.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use acceptance::process::Process;
use anyhow::{Context, Result};
use tempfile::TempDir;

/// The variable that holds an armoured private key without a passphrase, as CI keeps it.
const KEY_VARIABLE: &str = "IPSY_SIGNING_KEY";
/// The time of all signatures of a test: two releases of the same sources are equal, signatures included.
const TIME_OF_TESTS: &str = "20260101T000000!";

/// Who signs.
#[derive(Debug, Clone)]
pub(crate) struct Signer {
    /// The name or fingerprint of the key.
    key: String,
    /// The folder of `gpg`, if it is not the caller's own.
    home: Option<Arc<Home>>,
    /// The time of signatures, if it is not the present.
    time: Option<&'static str>,
}

impl Signer {
    /// A key that the caller's `gpg` holds, else the one that a variable holds, else a new key for a test.
    pub(crate) fn chosen(key: Option<String>) -> Result<Self> {
        match (key, std::env::var(KEY_VARIABLE)) {
            (Some(key), _) => Ok(Self { key, home: None, time: None }),
            // GitHub sets a variable to nothing if its secret is missing. That must not publish a test's signature.
            (None, Ok(private_key)) => Self::with_private_key(&private_key),
            (None, Err(_)) => Self::for_a_test(),
        }
    }

    /// A key that lives as long as this value and its clones.
    pub(crate) fn with_private_key(private_key: &str) -> Result<Self> {
        let mut signer = Self { key: String::new(), home: Some(Home::empty()?), time: None };
        signer.gpg().arg("--import").input(private_key).succeed().with_context(|| {
            format!("{KEY_VARIABLE} must hold a private key, as `gpg --armor --export-secret-keys` prints it")
        })?;
        let listed = signer.gpg().args(["--with-colons", "--list-secret-keys"]).succeed()?.stdout;
        let fingerprint = listed.lines().find(|line| line.starts_with("fpr:"));
        let fingerprint = fingerprint.and_then(|line| line.split(':').nth(9));
        fingerprint
            .with_context(|| format!("{KEY_VARIABLE} holds no private key"))?
            .clone_into(&mut signer.key);
        Ok(signer)
    }

    /// A new key without a passphrase that lives as long as this value and its clones.
    pub(crate) fn for_a_test() -> Result<Self> {
        let key = "ipsy release test <release@example.com>".to_owned();
        let signer = Self { key, home: Some(Home::empty()?), time: Some(TIME_OF_TESTS) };
        // Terraform's OpenPGP library reads RSA keys of any GnuPG.
        signer
            .gpg()
            .args(["--passphrase", "", "--quick-generate-key", &signer.key, "rsa3072", "sign", "never"])
            .succeed()?;
        Ok(signer)
    }

    /// The private key, armoured.
    pub(crate) fn private_key(&self) -> Result<String> {
        Ok(self.gpg().args(["--armor", "--export-secret-keys", &self.key]).succeed()?.stdout)
    }

    /// Writes a detached signature beside a file, with `.sig` after its name.
    pub(crate) fn sign(&self, file: &Path) -> Result<PathBuf> {
        let signature = PathBuf::from(format!("{}.sig", file.display()));
        self.gpg()
            .args(["--local-user", &self.key, "--detach-sign", "--output"])
            .arg(&signature)
            .arg(file)
            .succeed()?;
        Ok(signature)
    }

    /// Checks the signature beside a file.
    pub(crate) fn verify(&self, file: &Path) -> Result<()> {
        self.gpg().arg("--verify").arg(format!("{}.sig", file.display())).arg(file).succeed().map(drop)
    }

    /// A text with a signature around it.
    pub(super) fn sign_text(&self, text: &str) -> Result<String> {
        let signed = self
            .gpg()
            .args(["--digest-algo", "SHA512", "--local-user", &self.key, "--clear-sign"])
            .input(text)
            .succeed()?;
        Ok(signed.stdout)
    }

    /// The public key in the form that registries publish.
    pub(crate) fn public_key(&self) -> Result<String> {
        Ok(self.gpg().args(["--armor", "--export", &self.key]).succeed()?.stdout)
    }

    /// Writes the public key into a file that Helm takes as `--keyring`.
    pub(crate) fn write_keyring(&self, file: &Path) -> Result<()> {
        self.gpg().arg("--output").arg(file).args(["--export", &self.key]).succeed().map(drop)
    }

    /// The long identifier of the key, as the protocol of Terraform's registries names it.
    pub(crate) fn key_id(&self) -> Result<String> {
        let listed = self.gpg().args(["--with-colons", "--list-keys", &self.key]).succeed()?.stdout;
        let fields = listed.lines().find_map(|line| line.strip_prefix("pub:"));
        fields
            .and_then(|fields| fields.split(':').nth(3))
            .map(str::to_owned)
            .context("`gpg` lists no such key")
    }

    fn gpg(&self) -> Process {
        let gpg = Process::inheriting("gpg").args(["--batch", "--yes", "--quiet", "--no-tty"]);
        let gpg = gpg.args(["--pinentry-mode", "loopback"]);
        let gpg = match self.time {
            Some(time) => gpg.args(["--faked-system-time", time]),
            None => gpg,
        };
        match &self.home {
            Some(home) => gpg.env("GNUPGHOME", home.0.path()),
            None => gpg,
        }
    }
}

/// A folder of `gpg` that is removed with this value.
#[derive(Debug)]
struct Home(TempDir);

impl Home {
    fn empty() -> Result<Arc<Self>> {
        Ok(Arc::new(Self(tempfile::Builder::new().prefix("ipsy-gpg-").tempdir()?)))
    }
}

impl Drop for Home {
    fn drop(&mut self) {
        // GnuPG leaves an agent behind that would keep the folder in use.
        let kill = Process::inheriting("gpgconf").args(["--kill", "all"]).env("GNUPGHOME", self.0.path());
        let _ = kill.run();
    }
}
