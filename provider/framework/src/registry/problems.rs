//! Mistakes of the provider's developers that Terraform would misunderstand, found when it asks for the schemas.

use super::Registry;
use crate::Schema;

/// Names that Terraform takes for itself in `resource`, `data` and `ephemeral` blocks.
const RESERVED: [&str; 7] =
    ["count", "for_each", "depends_on", "provider", "lifecycle", "connection", "provisioner"];

/// Names that Terraform takes for itself in `provider` blocks.
const RESERVED_IN_PROVIDER: [&str; 5] = ["alias", "version", "source", "count", "for_each"];

impl Registry {
    /// Everything that is wrong with names, schemas and identities.
    pub(crate) fn problems(&self) -> Vec<String> {
        let mut found = self.duplicates.clone();
        let mut check = |place: String, schema: &Schema, reserved: &[&str]| {
            let names = schema.body().attributes().map(|(name, _)| name);
            let names = names.chain(schema.body().blocks().map(|(name, _)| name));
            let taken = names.filter(|name| reserved.contains(name));
            found
                .extend(taken.map(|name| format!("{place}: `{name}`: Terraform keeps this name for itself")));
            found.extend(schema.problems().into_iter().map(|problem| format!("{place}: {problem}")));
        };
        check("the provider".to_owned(), &self.typed().schema, &RESERVED_IN_PROVIDER);
        if let Some(meta) = self.meta() {
            check("`provider_meta`".to_owned(), &meta.schema, &[]);
        }
        for (name, entry) in &self.resources {
            check(format!("the resource `{name}`"), &entry.typed().schema, &RESERVED);
        }
        for (name, entry) in &self.data_sources {
            check(format!("the data source `{name}`"), &entry.typed().schema, &RESERVED);
        }
        for (name, entry) in &self.ephemeral_resources {
            check(format!("the ephemeral resource `{name}`"), &entry.typed().schema, &RESERVED);
        }
        for (name, entry) in &self.list_resources {
            check(format!("the list `{name}`"), &entry.typed().schema, &[]);
        }
        for (name, entry) in &self.actions {
            check(format!("the action `{name}`"), &entry.typed().schema, &[]);
        }
        self.check_identities(&mut found);
        found
    }

    fn check_identities(&self, found: &mut Vec<String>) {
        for (name, entry) in &self.resources {
            let problems = entry.typed().identity.iter().flat_map(|identity| identity.schema.problems());
            found.extend(problems.map(|problem| format!("the resource `{name}`: {problem}")));
        }
        for name in self.list_resources.keys() {
            if self.resources.get(name).is_none_or(|resource| resource.typed().identity.is_none()) {
                found.push(format!(
                    "the list `{name}`: there must be a resource of this name, with an identity"
                ));
            }
        }
        for (name, entry) in &self.actions {
            let body = entry.typed().schema.body();
            for (argument, _) in body.attributes().filter(|(_, attribute)| attribute.is_computed()) {
                found.push(format!("the action `{name}`: `{argument}` must not be computed"));
            }
        }
        for (name, entry) in &self.ephemeral_resources {
            let body = entry.typed().schema.body();
            for (argument, _) in body.attributes().filter(|(_, attribute)| attribute.is_write_only()) {
                found.push(format!("the ephemeral resource `{name}`: `{argument}` must not be write-only"));
            }
        }
        for (name, entry) in &self.functions {
            let signature = entry.signature();
            for parameter in signature.parameters.iter().chain(&signature.variadic) {
                if parameter.name.is_empty() {
                    found.push(format!("the function `{name}`: a parameter needs a name"));
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use crate::{
        Attribute, ConfigureRequest, CreateRequest, DeleteRequest, Diagnostics, Outcome, Provider,
        ReadRequest, Resource, Schema, Type, UpdateRequest, async_trait, registry::Registry,
    };

    struct Broken;

    #[async_trait]
    impl Provider for Broken {
        fn schema(&self) -> Schema {
            Schema::new(0).attribute("alias", Attribute::optional(Type::String))
        }

        async fn configure(&self, _request: ConfigureRequest) -> Diagnostics {
            Diagnostics::new()
        }

        fn resources(&self) -> Vec<Arc<dyn Resource>> {
            vec![Arc::new(Twice), Arc::new(Twice)]
        }
    }

    struct Twice;

    #[async_trait]
    impl Resource for Twice {
        fn type_name(&self) -> &'static str {
            "broken_thing"
        }

        fn schema(&self) -> Schema {
            Schema::new(0).attribute("count", Attribute::optional(Type::Number))
        }

        async fn create(&self, request: CreateRequest) -> Outcome {
            Outcome::of(request.planned)
        }

        async fn read(&self, request: ReadRequest) -> Outcome {
            Outcome::of(request.state)
        }

        async fn update(&self, request: UpdateRequest) -> Outcome {
            Outcome::of(request.planned)
        }

        async fn delete(&self, _request: DeleteRequest) -> Outcome {
            Outcome::gone()
        }
    }

    #[test]
    fn duplicate_types_and_reserved_arguments_are_reported() {
        let problems = Registry::new(Arc::new(Broken)).problems();
        assert_eq!(
            problems,
            [
                "the resource `broken_thing` is listed twice",
                "the provider: `alias`: Terraform keeps this name for itself",
                "the resource `broken_thing`: `count`: Terraform keeps this name for itself",
            ]
        );
    }
}
