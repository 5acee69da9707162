//! No input panics, an empty configuration changes nothing, and both readers agree.
#![no_main]

use ipsy_post_renderer::configuration::Stamp;
use ipsy_post_renderer::{Configuration, RenderOptions, fuzzing, render};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: &[u8]| {
    // An old stamp would be renewed.
    let nothing = Configuration { stamp: Stamp::Never, ..Configuration::default() };
    if let Ok(rendered) = render(input, &nothing, &RenderOptions::default()) {
        // An autoscaler in the stream takes replicas out, and a configuration in it may say anything.
        let acts = |word: &str| String::from_utf8_lossy(input).contains(word);
        assert!(acts("scaleTargetRef") || acts("post-render-config") || rendered.output == input);
    }
    if let Ok(text) = std::str::from_utf8(input) {
        if let Err(difference) = fuzzing::agreement(text) {
            panic!("{difference}");
        }
    }
});
