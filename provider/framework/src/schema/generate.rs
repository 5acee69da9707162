//! The configuration that a state could come from, for `-generate-config-out`.

use super::{Attribute, Body, Presence, Schema, body::each_block};
use crate::Value;

impl Schema {
    /// The state without what a configuration cannot or need not set.
    pub(crate) fn configuration_of(&self, state: &Value) -> Value {
        let mut config = state.clone();
        strip(&self.body, &mut config);
        config
    }
}

fn strip(body: &Body, value: &mut Value) {
    let Value::Object(members) = value else { return };
    for (name, attribute) in &body.attributes {
        if let Some(value) = members.get_mut(name)
            && is_left_out(attribute, value)
        {
            *value = Value::Null;
        }
    }
    for (name, block) in &body.blocks {
        if let Some(blocks) = members.get_mut(name) {
            if block.body.deprecation.is_some() && block.min == 0 {
                *blocks = Value::Null;
            }
            each_block(blocks, &mut |inner| strip(&block.body, inner));
        }
    }
}

fn is_left_out(attribute: &Attribute, value: &Value) -> bool {
    let is_default = || attribute.default_for_plan().is_some_and(|default| default == *value);
    match attribute.presence {
        Presence::Required => attribute.write_only,
        Presence::Computed => true,
        Presence::Optional | Presence::OptionalComputed => {
            attribute.write_only || attribute.deprecation.is_some() || is_default()
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::{Attribute, Block, Schema, Type, Value};

    #[test]
    fn only_what_a_configuration_needs_is_left() {
        let schema = Schema::new(0)
            .attribute("name", Attribute::required(Type::String))
            .attribute("size", Attribute::optional_computed(Type::Number).default(1))
            .attribute("zone", Attribute::optional_computed(Type::String))
            .attribute("old", Attribute::optional(Type::String).deprecated("Use `name`."))
            .attribute("id", Attribute::computed(Type::String))
            .block("rule", Block::list().attribute("id", Attribute::computed(Type::String)));
        let state = Value::object([
            ("name", Value::from("a")),
            ("size", Value::from(1)),
            ("zone", Value::from("b")),
            ("old", Value::from("c")),
            ("id", Value::from("d")),
            ("rule", Value::List(vec![Value::object([("id", Value::from("e"))])])),
        ]);
        let config = Value::object([
            ("name", Value::from("a")),
            ("size", Value::Null),
            ("zone", Value::from("b")),
            ("old", Value::Null),
            ("id", Value::Null),
            ("rule", Value::List(vec![Value::object([("id", Value::Null)])])),
        ]);
        assert_eq!(schema.configuration_of(&state), config);
    }
}
