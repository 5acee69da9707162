//! Any text as configuration: no panic, and what is read writes itself as text that reads the same.
#![no_main]

use ipsy_post_renderer::Configuration;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: &[u8]| {
    let Ok(text) = std::str::from_utf8(input) else { return };
    if let Ok(configuration) = Configuration::from_yaml(text, "fuzz") {
        let json = configuration.to_canonical_json();
        let again = Configuration::from_json(&json, "json").expect("what was written reads");
        assert_eq!(again.to_canonical_json(), json);
    }
});
