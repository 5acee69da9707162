//! Bytes that should be values, against any schema: no call panics or blames the provider, what is read can be written
//! and comes back, and every answer is a value of the schema.
#![no_main]

use libfuzzer_sys::fuzz_target;
use proto::tfplugin5::{
    DynamicValue, plan_resource_change as plan, provider_server::Provider, read_resource as read,
    validate_resource_type_config as validate,
};
use provider_framework::fuzzing::{self, Bytes, Part};
use provider_framework_fuzz::{RUNTIME, TYPE_NAME, almost_value, assert_no_mistake, provider};
use tonic::Request;

fuzz_target!(|input: &[u8]| {
    let mut choices = Bytes::new(input);
    let schema = fuzzing::schema(&mut choices);
    let of = schema.implied_type();
    let mut sent = |part| {
        let msgpack = almost_value(&mut choices, &schema, part);
        fuzzing::round_trip(&msgpack, &of).expect("a value that was read comes back");
        Some(DynamicValue { msgpack, json: Vec::new() })
    };
    let (config, proposed, prior) = (sent(Part::Config), sent(Part::Config), sent(Part::State));
    let type_name = TYPE_NAME.to_owned();
    let service = fuzzing::service(provider(schema.clone()));
    RUNTIME.block_on(async {
        let request =
            validate::Request { type_name: type_name.clone(), config: config.clone(), ..Default::default() };
        let answer = service.validate_resource_type_config(Request::new(request)).await;
        assert_no_mistake(&answer.expect("the call is answered").into_inner().diagnostics);

        let request = read::Request {
            type_name: type_name.clone(),
            current_state: prior.clone(),
            ..Default::default()
        };
        let answer = service.read_resource(Request::new(request)).await.expect("the call is answered");
        let answer = answer.into_inner();
        assert_fits(answer.new_state.as_ref(), &of);

        let request = plan::Request {
            type_name,
            prior_state: prior,
            proposed_new_state: proposed,
            config,
            ..Default::default()
        };
        let answer = service.plan_resource_change(Request::new(request)).await.expect("the call is answered");
        let answer = answer.into_inner();
        assert_no_mistake(&answer.diagnostics);
        assert_fits(answer.planned_state.as_ref(), &of);
    });
});

fn assert_fits(value: Option<&DynamicValue>, of: &provider_framework::Type) {
    if let Some(value) = value {
        let read = fuzzing::round_trip(&value.msgpack, of).expect("an answer comes back");
        assert!(read.is_some(), "the answer is not a value of the schema: {:x?}", value.msgpack);
    }
}
