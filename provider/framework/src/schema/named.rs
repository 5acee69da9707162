//! Named blocks: `port { name = "http" … }`. Terraform sees a list whose blocks carry their name as an argument, since
//! labels cannot come from variables (<https://github.com/hashicorp/terraform/issues/32180>). A provider sees a map.

use std::collections::BTreeMap;

use super::{Block, Body, Schema};
use crate::{Diagnostics, Path, Type, Value, path::Step};

impl Schema {
    /// The value with every list of named blocks turned into a map by name, at every depth; the blocks keep no name
    /// inside. Blocks whose name is unknown or null are left out, and so are later blocks of a name that is taken.
    ///
    /// ```
    /// use provider_framework::{Attribute, Block, Path, Schema, Type};
    /// use serde_json::json;
    ///
    /// let port = Block::named("name", "Name of the port.").attribute("number", Attribute::required(Type::Number));
    /// let schema = Schema::new(0).block("port", port);
    /// // `port { name = "http"  number = 80 }`. Terraform has a list.
    /// let value = schema.encode(&json!({ "port": { "http": { "number": 80 } } }))?;
    /// assert_eq!(value.at(&Path::root("port").index(0).attribute("number")), Some(&80.into()));
    /// let number = Path::root("port").key("http").attribute("number");
    /// assert_eq!(schema.keyed(&value).at(&number), Some(&80.into()));
    /// # Ok::<(), provider_framework::Diagnostic>(())
    /// ```
    #[must_use]
    pub fn keyed(&self, value: &Value) -> Value {
        self.body.keyed(value.clone())
    }

    /// Returns the blocks called `name` in the form of [`Schema::keyed`], without the cost of the other blocks. Null for a
    /// name that the schema does not have.
    ///
    /// ```
    /// use provider_framework::{Attribute, Block, Schema, Type};
    /// use serde_json::json;
    ///
    /// let port = Block::named("name", "Name of the port.").attribute("number", Attribute::required(Type::Number));
    /// let schema = Schema::new(0).block("port", port);
    /// let value = schema.encode(&json!({ "port": { "http": { "number": 80 } } }))?;
    /// assert_eq!(schema.keyed_blocks(&value, "port").attribute("http").attribute("number"), &80.into());
    /// # Ok::<(), provider_framework::Diagnostic>(())
    /// ```
    #[must_use]
    pub fn keyed_blocks(&self, value: &Value, name: &str) -> Value {
        let blocks = value.attribute(name).clone();
        self.body.blocks.get(name).map_or(Value::Null, |block| block.keyed(blocks))
    }

    /// The required arguments that are missing in a value of [`Schema::keyed`], such as one that was merged from several.
    /// Terraform checks a configuration itself, but not such a value.
    ///
    /// ```
    /// use provider_framework::{Attribute, Block, Path, Schema, Type, Value};
    ///
    /// let port = Block::named("name", "Name of the port.").attribute("number", Attribute::required(Type::Number));
    /// let schema = Schema::new(0).block("port", port);
    /// let http = Value::object([("number", Value::Null)]);
    /// let keyed = Value::object([("port", Value::map([("http", http)]))]);
    /// assert_eq!(schema.missing(&keyed), [Path::root("port").key("http").attribute("number")]);
    /// ```
    pub fn missing(&self, keyed: &Value) -> Vec<Path> {
        let mut missing = Vec::new();
        self.body.missing(keyed, &Path::EMPTY, &mut missing);
        missing
    }

    /// The place of a path of [`Schema::keyed`]'s value in the value itself: `port["http"].port` is `port[0].port`.
    /// A name that no block has ends the path at the list.
    ///
    /// ```
    /// use provider_framework::{Attribute, Block, Path, Schema, Type};
    /// use serde_json::json;
    ///
    /// let port = Block::named("name", "Name of the port.").attribute("number", Attribute::required(Type::Number));
    /// let schema = Schema::new(0).block("port", port);
    /// let value = schema.encode(&json!({ "port": { "http": { "number": 80 } } }))?;
    /// let path = Path::root("port").key("http").attribute("number");
    /// assert_eq!(schema.locate(&value, &path).to_string(), "port[0].number");
    /// # Ok::<(), provider_framework::Diagnostic>(())
    /// ```
    #[must_use]
    pub fn locate(&self, value: &Value, path: &Path) -> Path {
        let (mut body, mut here, mut located) = (&self.body, value, Path::EMPTY);
        let mut steps = path.steps().iter();
        while let Some(step) = steps.next() {
            let Step::Attribute(name) = step else { return located.join(&rest(step, steps)) };
            here = here.attribute(name);
            located = located.attribute(name);
            let Some(block) = body.blocks.get(name) else { return located.join(&rest_of(steps)) };
            body = &block.body;
            let Some(next) = steps.as_slice().first() else { break };
            match (next, &block.key) {
                (Step::Attribute(_), _) => {}
                (Step::Key(name), Some(key)) => {
                    steps.next();
                    let blocks = here.as_list().unwrap_or_default();
                    let found = blocks.iter().position(|block| block.attribute(key).as_str() == Some(name));
                    let Some(index) = found else { return located };
                    located = located.index(index);
                    here = blocks.get(index).unwrap_or(&Value::Null);
                }
                (step, _) => {
                    steps.next();
                    here = here.at(&Path::EMPTY.step(step.clone())).unwrap_or(&Value::Null);
                    located = located.step(step.clone());
                }
            }
        }
        located
    }

    /// The diagnostics with their paths located in `value`: providers may give paths of [`Schema::keyed`]'s value.
    pub(crate) fn located(&self, value: &Value, diagnostics: Diagnostics) -> Diagnostics {
        let located = diagnostics.into_iter().map(|mut diagnostic| {
            diagnostic.path = diagnostic.path.map(|path| self.locate(value, &path));
            diagnostic
        });
        located.collect()
    }

    /// The object type of [`Schema::keyed`]'s values.
    pub(crate) fn keyed_type(&self) -> Type {
        self.body.keyed_type()
    }

    /// A value of [`Schema::keyed_type`] as Terraform has it: named blocks in lists, sorted by name.
    pub(crate) fn listed(&self, value: Value) -> Value {
        self.body.listed(value)
    }
}

fn rest(step: &Step, steps: std::slice::Iter<'_, Step>) -> Path {
    Path::EMPTY.step(step.clone()).join(&rest_of(steps))
}

fn rest_of(steps: std::slice::Iter<'_, Step>) -> Path {
    steps.cloned().fold(Path::EMPTY, Path::step)
}

impl Body {
    fn keyed(&self, value: Value) -> Value {
        self.each_block_of(value, &Block::keyed)
    }

    fn listed(&self, value: Value) -> Value {
        self.each_block_of(value, &|block, blocks| block.listed(blocks))
    }

    fn each_block_of(&self, value: Value, change: &dyn Fn(&Block, Value) -> Value) -> Value {
        let Value::Object(mut members) = value else { return value };
        for (name, block) in &self.blocks {
            if let Some(blocks) = members.get_mut(name) {
                *blocks = change(block, std::mem::take(blocks));
            }
        }
        Value::Object(members)
    }

    fn keyed_type(&self) -> Type {
        let attributes = self.attributes().map(|(name, attribute)| (name, attribute.of.clone()));
        let blocks = self.blocks().map(|(name, block)| (name, block.keyed_type()));
        Type::object(attributes.chain(blocks))
    }
}

impl Block {
    /// The blocks of this name with every list of named blocks turned into a map by name.
    pub(crate) fn keyed(&self, blocks: Value) -> Value {
        match (&self.key, blocks) {
            (Some(key), Value::List(blocks)) => {
                let mut named = BTreeMap::new();
                for block in blocks {
                    let Value::Object(mut members) = self.body.keyed(block) else { continue };
                    let Some(name) =
                        members.remove(key).and_then(|name| name.as_str().map(ToOwned::to_owned))
                    else {
                        continue;
                    };
                    named.entry(name).or_insert(Value::Object(members));
                }
                Value::Map(named)
            }
            (_, mut blocks) => {
                super::body::each_block(&mut blocks, &mut |block| {
                    *block = self.body.keyed(std::mem::take(block));
                });
                blocks
            }
        }
    }

    fn listed(&self, blocks: Value) -> Value {
        match (&self.key, blocks) {
            (Some(key), Value::Map(blocks)) => {
                let blocks = blocks.into_iter().map(|(name, block)| {
                    let mut block = self.body.listed(block);
                    if let Value::Object(members) = &mut block {
                        members.insert(key.clone(), Value::from(name));
                    }
                    block
                });
                Value::List(blocks.collect())
            }
            (_, mut blocks) => {
                super::body::each_block(&mut blocks, &mut |block| {
                    *block = self.body.listed(std::mem::take(block));
                });
                blocks
            }
        }
    }

    fn keyed_type(&self) -> Type {
        let Some(key) = &self.key else { return self.gathered(self.body.keyed_type()) };
        let mut inner = self.body.keyed_type();
        if let Type::Object(members) = &mut inner {
            members.remove(key);
        }
        Type::map(inner)
    }
}

#[cfg(test)]
mod tests {
    use crate::{Attribute, Block, Path, Schema, Type, Value};

    fn schema() -> Schema {
        let header = Block::named("name", "Its name.").attribute("value", Attribute::optional(Type::String));
        let rule = Block::single().block("header", header);
        let port = Block::named("name", "Its name.").attribute("port", Attribute::required(Type::Number));
        Schema::new(0).block("port", port).block("rule", rule)
    }

    fn port(name: Value, number: i64) -> Value {
        Value::object([("name", name), ("port", Value::from(number))])
    }

    fn value(ports: Vec<Value>) -> Value {
        let header = Value::object([("name", Value::from("X")), ("value", Value::from("1"))]);
        let rule = Value::object([("header", Value::List(vec![header]))]);
        Value::object([("port", Value::List(ports)), ("rule", rule)])
    }

    #[test]
    fn named_blocks_become_a_map_and_back() {
        let listed = value(vec![port("a".into(), 1), port("b".into(), 2)]);
        let keyed = schema().keyed(&listed);
        assert_eq!(keyed.attribute("port").attribute("b").attribute("port").as_i64(), Some(2));
        let header = keyed.attribute("rule").attribute("header").attribute("X");
        assert_eq!(header.attribute("value").as_str(), Some("1"));
        assert_eq!(schema().listed(keyed), listed);
    }

    #[test]
    fn the_order_of_named_blocks_means_nothing() {
        let one = value(vec![port("a".into(), 1), port("b".into(), 2)]);
        let other = value(vec![port("b".into(), 2), port("a".into(), 1)]);
        assert_eq!(schema().keyed(&one), schema().keyed(&other));
    }

    #[test]
    fn blocks_whose_name_is_unknown_are_left_out() {
        let keyed = schema().keyed(&value(vec![port(Value::Unknown, 1), port("b".into(), 2)]));
        assert_eq!(keyed.attribute("port").as_map().map(std::collections::BTreeMap::len), Some(1));
        let mut unknown = value(Vec::new());
        unknown.set(&Path::root("port"), Value::Unknown);
        assert!(schema().keyed(&unknown).attribute("port").is_unknown());
    }

    #[test]
    fn a_path_leads_to_the_block_in_the_list() {
        let value = value(vec![port("a".into(), 1), port("b".into(), 2)]);
        let check =
            |path: Path, located: &str| assert_eq!(schema().locate(&value, &path).to_string(), located);
        check(Path::root("port").key("b").attribute("port"), "port[1].port");
        check(Path::root("port").key("missing").attribute("port"), "port");
        check(Path::root("rule").attribute("header").key("X").attribute("value"), "rule.header[0].value");
        check(Path::root("name"), "name");
    }

    #[test]
    fn what_serializes_as_a_map_is_encoded_as_a_list() {
        let json = serde_json::json!({"port": {"b": {"port": 2}, "a": {"port": 1}}});
        let ports = vec![port("a".into(), 1), port("b".into(), 2)];
        assert_eq!(schema().encode(&json).unwrap().attribute("port"), &Value::List(ports));
    }
}
