//! Any environment, as `/proc/PID/environ` shows one: no panic; no handshake without the cookie; TLS whenever a client
//! certificate is set; and one line of six fields.
#![no_main]

use std::{
    collections::BTreeMap,
    ffi::{OsStr, OsString},
    os::unix::ffi::OsStrExt,
};

use base64::{Engine, prelude::BASE64_STANDARD_NO_PAD};
use libfuzzer_sys::fuzz_target;
use provider_framework::fuzzing;

const COOKIE: &str = "d602bf8f470bc67ca7faa0386276bbdd4330efaf76d1a219cb4d6991ca9872b2";

fuzz_target!(|input: &[u8]| {
    let variables: BTreeMap<OsString, OsString> = input
        .split(|byte| *byte == 0)
        .filter_map(|variable| {
            let middle = variable.iter().position(|byte| *byte == b'=')?;
            let (name, value) = variable.split_at(middle);
            Some((OsStr::from_bytes(name).to_owned(), OsStr::from_bytes(value.get(1..)?).to_owned()))
        })
        .collect();
    let value = |name: &str| variables.get(OsStr::new(name)).map_or(&[][..], |value| value.as_bytes());
    let Ok(line) = fuzzing::handshake(variables.clone()) else { return };
    assert_eq!(value("TF_PLUGIN_MAGIC_COOKIE"), COOKIE.as_bytes());
    assert!(!line.contains(char::is_control), "{line:?}");
    let fields: Vec<&str> = line.split('|').collect();
    let [core, protocol, network, place, kind, certificate] = fields[..] else { panic!("{line}") };
    assert_eq!((core, protocol, network, kind), ("1", "5", "unix", "grpc"));
    assert!(!place.is_empty());
    assert_eq!(certificate.is_empty(), value("PLUGIN_CLIENT_CERT").is_empty(), "{line}");
    let certificate = BASE64_STANDARD_NO_PAD.decode(certificate).expect("base64 without padding");
    assert!(certificate.is_empty() || certificate.starts_with(&[0x30]), "not DER");
});
