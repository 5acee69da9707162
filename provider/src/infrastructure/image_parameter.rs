//! The SSM parameter that points at the image to run. ipsy makes it and then only reads it: it belongs to CI.

use async_trait::async_trait;
use ipsy_aws::{Aws, Error, NewParameter, Tags};
use serde_json::{Value, json};

use super::ownership::Ownership;
use super::{Component, ComponentKey, Facts, Kind, LiveValue, Observed, Pointer, Stage};
use crate::app::deletion::Deletion;

/// Key and ownership component of an image parameter.
pub(crate) const KEY: ComponentKey = ComponentKey::only(Kind::ImageParameter);

/// The image parameter of an app.
pub(crate) struct ImageParameter {
    pub(crate) aws: Aws,
    pub(crate) ownership: Ownership,
    pub(crate) name: String,
    /// What it holds when it is made.
    pub(crate) initial: String,
}

#[async_trait]
impl Component for ImageParameter {
    fn key(&self) -> ComponentKey {
        KEY
    }

    fn identity(&self) -> String {
        self.name.clone()
    }

    fn title(&self) -> String {
        format!("SSM parameter `{}`", self.name)
    }

    fn stage(&self) -> Stage {
        Stage::Foundation
    }

    fn ownership(&self) -> &Ownership {
        &self.ownership
    }

    // Its value is not among the properties: a value that CI writes is not drift.
    fn desired(&self) -> Value {
        json!({ "name": self.name, "tags": self.ownership.shown() })
    }

    async fn observe(&self, _known_arn: Option<&str>) -> Result<Option<Observed>, Error> {
        let Some(parameter) = self.aws.parameters.get(std::slice::from_ref(&self.name)).await?.pop() else {
            return Ok(None);
        };
        let tags = self.aws.parameters.tags(&self.name).await?;
        let properties = json!({ "name": parameter.name, "tags": self.ownership.observed(&tags) });
        let arn = parameter.arn.clone();
        Ok(Some(Observed { arn, properties, tags, value: Some(LiveValue::Pointer(Pointer::new(parameter))) }))
    }

    async fn create(&self, _facts: &Facts) -> Result<Observed, Error> {
        let identity = self.ownership.identity();
        let tags = self.ownership.tags(&KEY);
        let parameter = NewParameter {
            name: self.name.clone(),
            value: self.initial.clone(),
            description: format!("Image of {} in {}; written by CI", identity.app, identity.environment),
            tags: tags.clone(),
        };
        self.aws.parameters.create(&parameter).await?;
        let pointer = Pointer { value: self.initial.clone(), kind: "String".to_owned() };
        let value = Some(LiveValue::Pointer(pointer));
        Ok(Observed { arn: String::new(), properties: self.desired(), tags, value })
    }

    // Its value belongs to CI, and nothing else can change.
    async fn change(&self, _observed: &Observed, _facts: &Facts) -> Result<(), Error> {
        Ok(())
    }

    async fn tag(&self, _observed: &Observed, tags: &Tags) -> Result<(), Error> {
        self.aws.parameters.tag(&self.name, tags).await
    }

    async fn untag(&self, _observed: &Observed, keys: &[String]) -> Result<(), Error> {
        self.aws.parameters.untag(&self.name, keys).await
    }

    async fn delete(&self, _observed: &Observed, _deletion: &Deletion) -> Result<(), Error> {
        self.aws.parameters.delete(&self.name).await
    }
}
