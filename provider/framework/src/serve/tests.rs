//! Environments as Terraform never makes them.

use std::{
    ffi::OsString,
    os::unix::ffi::{OsStrExt, OsStringExt},
};

use super::rehearsed;

const COOKIE: &str = "d602bf8f470bc67ca7faa0386276bbdd4330efaf76d1a219cb4d6991ca9872b2";

fn check(name: &str, value: &[u8]) -> Result<String, String> {
    let variable = |name: &str, value: &[u8]| (name.into(), std::ffi::OsStr::from_bytes(value).to_owned());
    rehearsed([variable("TF_PLUGIN_MAGIC_COOKIE", COOKIE.as_bytes()), variable(name, value)])
}

#[test]
fn a_client_certificate_that_is_not_text_never_means_a_connection_without_tls() {
    let refused = check("PLUGIN_CLIENT_CERT", b"-----BEGIN CERTIFICATE-----\xff").unwrap_err();
    assert!(refused.contains("PLUGIN_CLIENT_CERT"), "{refused}");
    assert!(check("PLUGIN_CLIENT_CERT", b"").unwrap().ends_with("|grpc|"));
}

#[test]
fn a_folder_that_would_break_the_handshake_line_is_refused() {
    for folder in ["/tmp/a|b", "/tmp/a\nb"] {
        assert!(check("PLUGIN_UNIX_SOCKET_DIR", folder.as_bytes()).is_err(), "{folder:?}");
    }
    assert!(check("PLUGIN_UNIX_SOCKET_DIR", "/tmp/é b".as_bytes()).unwrap().contains("/tmp/é b/plugin-"));
}

#[test]
fn a_cookie_that_is_not_text_is_not_the_cookie() {
    let cookie = OsString::from_vec(vec![0xff]);
    assert!(rehearsed([("TF_PLUGIN_MAGIC_COOKIE".into(), cookie)]).is_err());
}
