//! Signatures by `gpg`, with the key of the release or with one made for a test.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use tempfile::TempDir;

use crate::process::Process;

/// Who signs.
#[derive(Debug)]
pub struct Signer {
    /// The name or fingerprint of the key.
    key: String,
    /// The folder of `gpg`, if it is not the caller's own.
    home: Option<TempDir>,
}

impl Signer {
    /// A key that the caller's `gpg` holds.
    pub fn with_key(key: String) -> Self {
        Self { key, home: None }
    }

    /// A key without a passphrase that lives as long as this value.
    pub fn for_a_test() -> Result<Self> {
        let home = tempfile::Builder::new().prefix("ipsy-gpg-").tempdir()?;
        let key = "ipsy release test <release@example.com>".to_owned();
        let signer = Self { key, home: Some(home) };
        // Terraform's OpenPGP library reads RSA keys of any GnuPG.
        signer
            .gpg()
            .args(["--passphrase", "", "--quick-generate-key", &signer.key, "rsa3072", "sign", "never"])
            .succeed()?;
        Ok(signer)
    }

    /// Writes a detached signature beside a file, with `.sig` after its name.
    pub(super) fn sign(&self, file: &Path) -> Result<PathBuf> {
        let signature = PathBuf::from(format!("{}.sig", file.display()));
        self.gpg()
            .args(["--local-user", &self.key, "--detach-sign", "--output"])
            .arg(&signature)
            .arg(file)
            .succeed()?;
        Ok(signature)
    }

    /// Checks the signature beside a file.
    pub fn verify(&self, file: &Path) -> Result<()> {
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
    pub fn public_key(&self) -> Result<String> {
        Ok(self.gpg().args(["--armor", "--export", &self.key]).succeed()?.stdout)
    }

    /// Writes the public key into a file that Helm takes as `--keyring`.
    pub fn write_keyring(&self, file: &Path) -> Result<()> {
        self.gpg().arg("--output").arg(file).args(["--export", &self.key]).succeed().map(drop)
    }

    /// The long identifier of the key, as the protocol of Terraform's registries names it.
    pub fn key_id(&self) -> Result<String> {
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
        match &self.home {
            Some(home) => gpg.env("GNUPGHOME", home.path()),
            None => gpg,
        }
    }
}

impl Drop for Signer {
    fn drop(&mut self) {
        if let Some(home) = &self.home {
            // GnuPG leaves an agent behind that would keep the folder in use.
            let _ =
                Process::inheriting("gpgconf").args(["--kill", "all"]).env("GNUPGHOME", home.path()).run();
            let _ = fs::remove_dir_all(home.path());
        }
    }
}
