//! Any patch on a stream of many shapes: no panic, no edit that is not confirmed, and rendering twice is rendering
//! once.
#![no_main]

use ipsy_post_renderer::{AdvancedSetting, Configuration, RenderOptions, check_setting, render};
use libfuzzer_sys::fuzz_target;
use serde_json::Value;

const STREAM: &[u8] = include_bytes!("stream.yaml");

fuzz_target!(|input: &[u8]| {
    let Ok(text) = std::str::from_utf8(input) else { return };
    let flags = input.first().copied().unwrap_or(0);
    let mut setting = AdvancedSetting::default();
    setting.patch = Value::String(text.get(1..).unwrap_or_default().to_owned());
    setting.create = flags & 1 == 1;
    setting.prepend = flags & 2 == 2;
    setting.lenient = flags & 4 == 4;
    setting.target = Some(ipsy_post_renderer::Target::default());
    if !check_setting(&setting).is_empty() {
        return;
    }
    let configuration = Configuration { advanced_settings: vec![setting], ..Configuration::default() };
    let options = RenderOptions::default();
    match render(STREAM, &configuration, &options) {
        Ok(rendered) => {
            let again = render(&rendered.output, &configuration, &options).expect("what was rendered renders");
            assert_eq!(String::from_utf8_lossy(&again.output), String::from_utf8_lossy(&rendered.output));
        }
        Err(error) => {
            assert!(error.findings.iter().all(|finding| finding.id != "edit-unconfirmed"), "{error}");
        }
    }
});
