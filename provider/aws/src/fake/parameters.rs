//! The parameter store of the AWS in memory.

use async_trait::async_trait;

use super::refusal::{Refusal, check_tags, is_name};
use super::world::{State, World, arn};
use crate::{Error, NewParameter, Parameter, ParameterKind, Parameters, Service, Tags};

const INVALID: &str = "ValidationException";

fn check_value(value: &str) -> Result<(), Refusal> {
    if (1..=4096).contains(&value.len()) {
        return Ok(());
    }
    Err(Refusal::invalid(INVALID, "a standard parameter has 1 to 4096 bytes"))
}

fn find<'a>(state: &'a mut State, name: &str) -> Result<&'a mut Parameter, Refusal> {
    let what = format!("the parameter {name}");
    state.parameters.get_mut(name).ok_or_else(|| Refusal::not_found("ParameterNotFound", &what))
}

fn tags_of<'a>(state: &'a mut State, name: &str) -> Result<&'a mut Tags, Refusal> {
    let Some(parameter) = state.parameters.get(name) else {
        return Err(Refusal::not_found("InvalidResourceId", &format!("the parameter {name}")));
    };
    Ok(state.tags.entry(parameter.arn.clone()).or_default())
}

#[async_trait]
impl Parameters for World {
    async fn create(&self, new: &NewParameter) -> Result<(), Error> {
        self.call(Service::Ssm, "PutParameter", &new.name, |state| {
            if !is_name(&new.name, 1, 1011, "_-/.") {
                return Err(Refusal::invalid(
                    INVALID,
                    format!("`{}` is not a valid parameter name", new.name),
                ));
            }
            check_value(&new.value)?;
            check_tags(INVALID, &new.tags)?;
            if state.parameters.contains_key(&new.name) {
                return Err(Refusal::exists("ParameterAlreadyExists", "the parameter"));
            }
            let parameter = Parameter {
                name: new.name.clone(),
                arn: arn("ssm", &format!("parameter/{}", new.name.trim_start_matches('/'))),
                value: new.value.clone(),
                kind: ParameterKind::Text,
                version: 1,
            };
            state.tags.insert(parameter.arn.clone(), new.tags.clone());
            state.parameters.insert(new.name.clone(), parameter);
            Ok(())
        })
    }

    async fn set_value(&self, name: &str, value: &str) -> Result<(), Error> {
        self.call(Service::Ssm, "PutParameter", name, |state| {
            let parameter = find(state, name)?;
            check_value(value)?;
            value.clone_into(&mut parameter.value);
            parameter.version += 1;
            Ok(())
        })
    }

    async fn get(&self, names: &[String]) -> Result<Vec<Parameter>, Error> {
        let mut all = Vec::new();
        for piece in names.chunks(10) {
            all.extend(self.call(Service::Ssm, "GetParameters", &piece.join(","), |state| {
                Ok(piece.iter().filter_map(|name| state.parameters.get(name)).cloned().collect::<Vec<_>>())
            })?);
        }
        Ok(all)
    }

    async fn tags(&self, name: &str) -> Result<Tags, Error> {
        self.call(Service::Ssm, "ListTagsForResource", name, |state| tags_of(state, name).cloned())
    }

    async fn tag(&self, name: &str, tags: &Tags) -> Result<(), Error> {
        self.call(Service::Ssm, "AddTagsToResource", name, |state| {
            check_tags(INVALID, tags)?;
            tags_of(state, name)?.extend(tags.clone());
            Ok(())
        })
    }

    async fn untag(&self, name: &str, keys: &[String]) -> Result<(), Error> {
        self.call(Service::Ssm, "RemoveTagsFromResource", name, |state| {
            tags_of(state, name)?.retain(|key, _| !keys.contains(key));
            Ok(())
        })
    }

    async fn delete(&self, name: &str) -> Result<(), Error> {
        self.call(Service::Ssm, "DeleteParameter", name, |state| {
            if let Some(parameter) = state.parameters.remove(name) {
                state.tags.remove(&parameter.arn);
            }
            Ok(())
        })
    }
}
