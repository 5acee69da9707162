//! The line that a plugin prints so that Terraform can connect.

use std::io::{self, Write};

use base64::{Engine, prelude::BASE64_STANDARD_NO_PAD};

use super::{certificate::MutualTls, listener::Address};

/// The protocol versions that this framework speaks.
const SUPPORTED: [u32; 1] = [5];

/// Version of go-plugin's own protocol.
const CORE: u32 = 1;

/// `1|5|unix|/tmp/plugin…|grpc|certificate`. The certificate is there with TLS only.
pub(super) fn line(versions: Option<&str>, address: &Address, tls: Option<&MutualTls>) -> String {
    let certificate = tls.map(|tls| BASE64_STANDARD_NO_PAD.encode(&tls.certificate)).unwrap_or_default();
    format!("{CORE}|{}|{}|{}|grpc|{certificate}", negotiate(versions), address.network, address.place)
}

/// The highest version that both sides speak. If there is none, our lowest: Terraform then reports the
/// versions that do not match.
fn negotiate(versions: Option<&str>) -> u32 {
    let theirs = versions.unwrap_or_default().split(',').filter_map(|version| version.trim().parse().ok());
    theirs.filter(|version| SUPPORTED.contains(version)).max().unwrap_or(SUPPORTED[0])
}

/// Writes a line to stdout at once. Nothing may be printed before the handshake line.
pub(super) fn announce(line: &str) -> io::Result<()> {
    let mut stdout = io::stdout().lock();
    writeln!(stdout, "{line}")?;
    stdout.flush()
}

#[cfg(test)]
mod tests {
    use super::{Address, line, negotiate};

    #[test]
    fn the_highest_common_version_or_ours() {
        for versions in [Some("5"), Some("6,5"), Some("4,5,6"), Some("6"), None, Some("x,5"), Some("")] {
            assert_eq!(negotiate(versions), 5, "{versions:?}");
        }
    }

    #[test]
    fn six_fields_even_without_a_certificate() {
        let address = Address { network: "unix", place: "/tmp/a".into() };
        assert_eq!(line(Some("5,6"), &address, None), "1|5|unix|/tmp/a|grpc|");
    }
}
