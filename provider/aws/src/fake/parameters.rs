//! The parameter store of the AWS in memory.

use async_trait::async_trait;

use super::refusal::Refusal;
use super::world::{State, World, arn};
use crate::{Error, NewParameter, Parameter, ParameterKind, Parameters, Service, Tags};

fn find<'a>(state: &'a mut State, name: &str) -> Result<&'a mut Parameter, Refusal> {
    let what = format!("the parameter {name}");
    state.parameters.get_mut(name).ok_or_else(|| Refusal::not_found("ParameterNotFound", &what))
}

fn arn_of(name: &str) -> String {
    arn("ssm", &format!("parameter/{}", name.trim_start_matches('/')))
}

#[async_trait]
impl Parameters for World {
    async fn create(&self, new: &NewParameter) -> Result<(), Error> {
        self.call(Service::Ssm, "PutParameter", &new.name, |state| {
            if state.parameters.contains_key(&new.name) {
                return Err(Refusal::exists("ParameterAlreadyExists", "the parameter"));
            }
            let parameter = Parameter {
                name: new.name.clone(),
                arn: arn_of(&new.name),
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
            value.clone_into(&mut parameter.value);
            parameter.version += 1;
            Ok(())
        })
    }

    async fn get(&self, names: &[String]) -> Result<Vec<Parameter>, Error> {
        self.call(Service::Ssm, "GetParameters", &names.join(","), |state| {
            Ok(names.iter().filter_map(|name| state.parameters.get(name)).cloned().collect())
        })
    }

    async fn tags(&self, name: &str) -> Result<Tags, Error> {
        self.read_tags(Service::Ssm, "ListTagsForResource", &arn_of(name))
    }

    async fn tag(&self, name: &str, tags: &Tags) -> Result<(), Error> {
        self.add_tags(Service::Ssm, "AddTagsToResource", &arn_of(name), tags)
    }

    async fn untag(&self, name: &str, keys: &[String]) -> Result<(), Error> {
        self.remove_tags(Service::Ssm, "RemoveTagsFromResource", &arn_of(name), keys)
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
