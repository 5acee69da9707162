//! Stored states of any schema, form and version: no upgrade panics, every answer is a known value of the schema, and a
//! state of the present version comes back unchanged.
#![no_main]

use libfuzzer_sys::fuzz_target;
use proto::tfplugin5::{
    RawState,
    provider_server::Provider,
    upgrade_resource_state::{Request, Response},
};
use provider_framework::{
    Schema, Value,
    fuzzing::{self, Bytes, Choices, Part},
};
use provider_framework_fuzz::{RUNTIME, TYPE_NAME, assert_no_mistake, mutate, provider};

fuzz_target!(|input: &[u8]| {
    let mut choices = Bytes::new(input);
    let schema = fuzzing::schema(&mut choices);
    let state = fuzzing::value_of(&mut choices, &schema, Part::State);
    let upgraded = upgrade(&schema, 0, stored(state.to_json().to_string().into_bytes()));
    if let (Some(upgraded), false) = (upgraded, schema.implied_type().to_json().to_string().contains("dynamic")) {
        assert_eq!(upgraded, state, "{schema:#?}");
    }

    let mut json = match choices.below(3) {
        0 => choices.take(4096).to_vec(),
        1 => state.to_json().to_string().into_bytes(),
        _ => state.to_json().to_string().replacen("a0", "old", 1).into_bytes(),
    };
    mutate(&mut choices, &mut json);
    let version = [i64::MIN, -1, 0, 1, i64::MAX][choices.below(5) as usize];
    let mut raw = stored(json);
    if choices.one_in(8) {
        raw.flatmap.insert("a0".to_owned(), "1".to_owned());
    }
    upgrade(&schema, version, raw);
});

fn stored(json: Vec<u8>) -> RawState {
    RawState { json, ..RawState::default() }
}

/// The state as it would be refreshed; `None` if it is refused.
fn upgrade(schema: &Schema, version: i64, raw: RawState) -> Option<Value> {
    let service = fuzzing::service(provider(schema.clone()));
    let request = Request { type_name: TYPE_NAME.to_owned(), version, raw_state: Some(raw) };
    let answer = RUNTIME.block_on(service.upgrade_resource_state(tonic::Request::new(request)));
    let Response { upgraded_state, diagnostics } = answer.expect("the call is answered").into_inner();
    assert_no_mistake(&diagnostics);
    let Some(state) = upgraded_state else {
        assert!(!diagnostics.is_empty(), "refused without a reason");
        return None;
    };
    let of = schema.implied_type();
    let state = fuzzing::round_trip(&state.msgpack, &of).expect("an answer comes back");
    let state = state.expect("the answer is a value of the schema");
    assert!(state.is_wholly_known());
    Some(state)
}
