//! The table of calls: which file answers which, and whether it changes the world.

use std::sync::Arc;

use proto::tfplugin5::{self as tf, provider_server::Provider as Wire};
use tonic::{Request, Response, Status, async_trait};

use super::{
    apply,
    call::{Call, Effect, answer, isolated},
    configure, functions, import, metadata, move_state, plan, read, read_data, schema, upgrade, validate,
};
use crate::{FunctionError, lifecycle::Lifecycle, registry::Registry};

/// Answers Terraform. Calls that are not here are answered with `Unimplemented`, which Terraform understands
/// as "this provider has none": identities, ephemeral resources, lists and actions.
pub(crate) struct Server {
    registry: Arc<Registry>,
    lifecycle: Arc<Lifecycle>,
}

impl Server {
    pub(crate) fn new(registry: Arc<Registry>, lifecycle: Arc<Lifecycle>) -> Self {
        Self { registry, lifecycle }
    }

    fn call(&self) -> Call {
        Call { registry: Arc::clone(&self.registry), context: self.lifecycle.context() }
    }
}

/// One method of the service: its name, its types, whether it changes the world, and what answers it.
macro_rules! answered {
    ($self:ident, $name:literal, $effect:ident, |$call:ident| $answer:expr) => {{
        let $call = $self.call();
        Ok(answer(&$self.lifecycle, $name, Effect::$effect, async move { $answer }).await)
    }};
}

type Reply<T> = Result<Response<T>, Status>;

#[async_trait]
impl Wire for Server {
    async fn get_metadata(
        &self,
        _request: Request<tf::get_metadata::Request>,
    ) -> Reply<tf::get_metadata::Response> {
        answered!(self, "GetMetadata", None, |call| Ok(metadata::answer(&call)))
    }

    async fn get_schema(
        &self,
        _request: Request<tf::get_provider_schema::Request>,
    ) -> Reply<tf::get_provider_schema::Response> {
        answered!(self, "GetSchema", None, |call| Ok(schema::answer(&call)))
    }

    async fn prepare_provider_config(
        &self,
        request: Request<tf::prepare_provider_config::Request>,
    ) -> Reply<tf::prepare_provider_config::Response> {
        let request = request.into_inner();
        answered!(self, "PrepareProviderConfig", None, |call| validate::provider(&call, request))
    }

    async fn configure(&self, request: Request<tf::configure::Request>) -> Reply<tf::configure::Response> {
        let request = request.into_inner();
        answered!(self, "Configure", None, |call| configure::answer(call, request).await)
    }

    async fn validate_resource_type_config(
        &self,
        request: Request<tf::validate_resource_type_config::Request>,
    ) -> Reply<tf::validate_resource_type_config::Response> {
        let request = request.into_inner();
        answered!(self, "ValidateResourceTypeConfig", None, |call| validate::resource(call, &request))
    }

    async fn validate_data_source_config(
        &self,
        request: Request<tf::validate_data_source_config::Request>,
    ) -> Reply<tf::validate_data_source_config::Response> {
        let request = request.into_inner();
        answered!(self, "ValidateDataSourceConfig", None, |call| validate::data_source(&call, &request))
    }

    async fn upgrade_resource_state(
        &self,
        request: Request<tf::upgrade_resource_state::Request>,
    ) -> Reply<tf::upgrade_resource_state::Response> {
        let request = request.into_inner();
        answered!(self, "UpgradeResourceState", None, |call| upgrade::answer(&call, &request))
    }

    async fn read_resource(
        &self,
        request: Request<tf::read_resource::Request>,
    ) -> Reply<tf::read_resource::Response> {
        let request = request.into_inner();
        answered!(self, "ReadResource", None, |call| read::answer(call, request).await)
    }

    async fn plan_resource_change(
        &self,
        request: Request<tf::plan_resource_change::Request>,
    ) -> Reply<tf::plan_resource_change::Response> {
        let request = request.into_inner();
        answered!(self, "PlanResourceChange", None, |call| plan::answer(call, request).await)
    }

    async fn apply_resource_change(
        &self,
        request: Request<tf::apply_resource_change::Request>,
    ) -> Reply<tf::apply_resource_change::Response> {
        let request = request.into_inner();
        answered!(self, "ApplyResourceChange", Mutation, |call| apply::answer(call, request).await)
    }

    async fn import_resource_state(
        &self,
        request: Request<tf::import_resource_state::Request>,
    ) -> Reply<tf::import_resource_state::Response> {
        let request = request.into_inner();
        answered!(self, "ImportResourceState", None, |call| import::answer(call, request).await)
    }

    async fn move_resource_state(
        &self,
        request: Request<tf::move_resource_state::Request>,
    ) -> Reply<tf::move_resource_state::Response> {
        let request = request.into_inner();
        answered!(self, "MoveResourceState", None, |call| move_state::answer(&call, request))
    }

    async fn read_data_source(
        &self,
        request: Request<tf::read_data_source::Request>,
    ) -> Reply<tf::read_data_source::Response> {
        let request = request.into_inner();
        answered!(self, "ReadDataSource", None, |call| read_data::answer(call, request).await)
    }

    async fn get_functions(
        &self,
        _request: Request<tf::get_functions::Request>,
    ) -> Reply<tf::get_functions::Response> {
        answered!(self, "GetFunctions", None, |call| Ok(functions::list(&call)))
    }

    async fn call_function(
        &self,
        request: Request<tf::call_function::Request>,
    ) -> Reply<tf::call_function::Response> {
        let (call, request) = (self.call(), request.into_inner());
        let task = functions::call(call, request);
        let result = isolated(&self.lifecycle, "CallFunction", Effect::None, task).await;
        let failed = |diagnostic| functions::failed_or(Err(FunctionError::from(diagnostic)));
        Ok(Response::new(result.unwrap_or_else(failed)))
    }

    async fn stop(&self, _request: Request<tf::stop::Request>) -> Reply<tf::stop::Response> {
        tracing::info!("Stop: running calls end at their next safe point");
        self.lifecycle.stop();
        let provider = Arc::clone(&self.registry.provider);
        let stopped = async move { provider.stop().await };
        let result = isolated(&self.lifecycle, "Stop", Effect::None, stopped).await;
        let error = result.err().map(|diagnostic| diagnostic.detail).unwrap_or_default();
        Ok(Response::new(tf::stop::Response { error }))
    }
}
