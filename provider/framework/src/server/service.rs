//! The table of calls: which file answers which, and whether it changes the world.

use std::sync::Arc;

use proto::tfplugin5::{self as tf, provider_server::Provider as Wire};
use tonic::{Request, Response, Status, async_trait};

use super::{
    action,
    aliases::{Aliases, ConnectionId},
    apply,
    call::{Call, Effect, answer, isolated},
    configure, ephemeral, functions, generate, identity, import, list, metadata, move_state, plan, read,
    read_data, schema,
    stream::Events,
    upgrade, validate,
};
use crate::{Context, FunctionError, lifecycle::Lifecycle, registry::Registry};

/// Answers Terraform.
pub(crate) struct Server {
    registry: Arc<Registry>,
    lifecycle: Arc<Lifecycle>,
    /// What is configured over which connection, if all aliases share this process.
    aliases: Option<Arc<Aliases>>,
}

impl Server {
    pub(crate) fn new(registry: Arc<Registry>, lifecycle: Arc<Lifecycle>, aliases: Option<Aliases>) -> Self {
        Self { registry, lifecycle, aliases: aliases.map(Arc::new) }
    }

    fn call(&self) -> Call {
        let configured = self.registry.configured.clone();
        let context = Context { configured, ..self.lifecycle.context() };
        Call { registry: Arc::clone(&self.registry), context }
    }
}

/// One method of the service: its name, the type that it is about, whether it changes the world, and what answers it.
macro_rules! answered {
    ($self:ident, $name:literal, $about:expr, $effect:ident, |$call:ident| $answer:expr) => {{
        let ($call, about) = ($self.call(), String::from(&$about[..]));
        Ok(answer(&$self.lifecycle, $name, &about, Effect::$effect, async move { $answer }).await)
    }};
}

type Reply<T> = Result<Response<T>, Status>;

#[async_trait]
impl Wire for Server {
    async fn get_metadata(
        &self,
        _request: Request<tf::get_metadata::Request>,
    ) -> Reply<tf::get_metadata::Response> {
        answered!(self, "GetMetadata", "", None, |call| Ok(metadata::answer(&call)))
    }

    async fn get_schema(
        &self,
        _request: Request<tf::get_provider_schema::Request>,
    ) -> Reply<tf::get_provider_schema::Response> {
        answered!(self, "GetSchema", "", None, |call| Ok(schema::answer(&call)))
    }

    async fn prepare_provider_config(
        &self,
        request: Request<tf::prepare_provider_config::Request>,
    ) -> Reply<tf::prepare_provider_config::Response> {
        let request = request.into_inner();
        answered!(self, "PrepareProviderConfig", "", None, |call| validate::provider(&call, request))
    }

    async fn configure(&self, request: Request<tf::configure::Request>) -> Reply<tf::configure::Response> {
        let connection = request.extensions().get::<ConnectionId>().cloned();
        let aliases = self.aliases.clone().zip(connection);
        let request = request.into_inner();
        answered!(self, "Configure", "", None, |call| configure::answer(call, request, aliases).await)
    }

    async fn validate_resource_type_config(
        &self,
        request: Request<tf::validate_resource_type_config::Request>,
    ) -> Reply<tf::validate_resource_type_config::Response> {
        let request = request.into_inner();
        answered!(self, "ValidateResourceTypeConfig", request.type_name, None, |call| validate::resource(
            call, &request
        ))
    }

    async fn validate_data_source_config(
        &self,
        request: Request<tf::validate_data_source_config::Request>,
    ) -> Reply<tf::validate_data_source_config::Response> {
        let request = request.into_inner();
        answered!(self, "ValidateDataSourceConfig", request.type_name, None, |call| validate::data_source(
            &call, &request
        ))
    }

    async fn upgrade_resource_state(
        &self,
        request: Request<tf::upgrade_resource_state::Request>,
    ) -> Reply<tf::upgrade_resource_state::Response> {
        let request = request.into_inner();
        answered!(self, "UpgradeResourceState", request.type_name, None, |call| upgrade::answer(
            &call, &request
        ))
    }

    async fn read_resource(
        &self,
        request: Request<tf::read_resource::Request>,
    ) -> Reply<tf::read_resource::Response> {
        let request = request.into_inner();
        answered!(self, "ReadResource", request.type_name, None, |call| read::answer(call, request).await)
    }

    async fn plan_resource_change(
        &self,
        request: Request<tf::plan_resource_change::Request>,
    ) -> Reply<tf::plan_resource_change::Response> {
        let request = request.into_inner();
        answered!(self, "PlanResourceChange", request.type_name, None, |call| plan::answer(call, request)
            .await)
    }

    async fn apply_resource_change(
        &self,
        request: Request<tf::apply_resource_change::Request>,
    ) -> Reply<tf::apply_resource_change::Response> {
        let request = request.into_inner();
        answered!(self, "ApplyResourceChange", request.type_name, Mutation, |call| apply::answer(
            call, request
        )
        .await)
    }

    async fn import_resource_state(
        &self,
        request: Request<tf::import_resource_state::Request>,
    ) -> Reply<tf::import_resource_state::Response> {
        let request = request.into_inner();
        answered!(self, "ImportResourceState", request.type_name, None, |call| import::answer(call, request)
            .await)
    }

    async fn move_resource_state(
        &self,
        request: Request<tf::move_resource_state::Request>,
    ) -> Reply<tf::move_resource_state::Response> {
        let request = request.into_inner();
        answered!(self, "MoveResourceState", request.target_type_name, None, |call| move_state::answer(
            &call, request
        ))
    }

    async fn read_data_source(
        &self,
        request: Request<tf::read_data_source::Request>,
    ) -> Reply<tf::read_data_source::Response> {
        let request = request.into_inner();
        answered!(self, "ReadDataSource", request.type_name, None, |call| read_data::answer(call, request)
            .await)
    }

    async fn get_functions(
        &self,
        _request: Request<tf::get_functions::Request>,
    ) -> Reply<tf::get_functions::Response> {
        answered!(self, "GetFunctions", "", None, |call| Ok(functions::list(&call)))
    }

    async fn call_function(
        &self,
        request: Request<tf::call_function::Request>,
    ) -> Reply<tf::call_function::Response> {
        let (call, request) = (self.call(), request.into_inner());
        let about = request.name.clone();
        let task = async move { functions::call(&call, &request) };
        let result = isolated(&self.lifecycle, "CallFunction", &about, Effect::None, task).await;
        let failed = |diagnostic| functions::failed_or(Err(FunctionError::from(diagnostic)));
        Ok(Response::new(result.unwrap_or_else(failed)))
    }

    async fn get_resource_identity_schemas(
        &self,
        _request: Request<tf::get_resource_identity_schemas::Request>,
    ) -> Reply<tf::get_resource_identity_schemas::Response> {
        answered!(self, "GetResourceIdentitySchemas", "", None, |call| Ok(identity::schemas(&call)))
    }

    async fn upgrade_resource_identity(
        &self,
        request: Request<tf::upgrade_resource_identity::Request>,
    ) -> Reply<tf::upgrade_resource_identity::Response> {
        let request = request.into_inner();
        answered!(self, "UpgradeResourceIdentity", request.type_name, None, |call| identity::upgrade(
            &call, &request
        ))
    }

    async fn generate_resource_config(
        &self,
        request: Request<tf::generate_resource_config::Request>,
    ) -> Reply<tf::generate_resource_config::Response> {
        let request = request.into_inner();
        answered!(self, "GenerateResourceConfig", request.type_name, None, |call| generate::answer(
            &call, &request
        ))
    }

    async fn validate_ephemeral_resource_config(
        &self,
        request: Request<tf::validate_ephemeral_resource_config::Request>,
    ) -> Reply<tf::validate_ephemeral_resource_config::Response> {
        let request = request.into_inner();
        answered!(self, "ValidateEphemeralResourceConfig", request.type_name, None, |call| {
            validate::ephemeral_resource(&call, &request)
        })
    }

    async fn open_ephemeral_resource(
        &self,
        request: Request<tf::open_ephemeral_resource::Request>,
    ) -> Reply<tf::open_ephemeral_resource::Response> {
        let request = request.into_inner();
        answered!(self, "OpenEphemeralResource", request.type_name, None, |call| ephemeral::opened(
            call, request
        )
        .await)
    }

    async fn renew_ephemeral_resource(
        &self,
        request: Request<tf::renew_ephemeral_resource::Request>,
    ) -> Reply<tf::renew_ephemeral_resource::Response> {
        let request = request.into_inner();
        answered!(self, "RenewEphemeralResource", request.type_name, None, |call| ephemeral::renewed(
            call, request
        )
        .await)
    }

    async fn close_ephemeral_resource(
        &self,
        request: Request<tf::close_ephemeral_resource::Request>,
    ) -> Reply<tf::close_ephemeral_resource::Response> {
        let request = request.into_inner();
        answered!(self, "CloseEphemeralResource", request.type_name, Mutation, |call| ephemeral::closed(
            call, request
        )
        .await)
    }

    async fn validate_list_resource_config(
        &self,
        request: Request<tf::validate_list_resource_config::Request>,
    ) -> Reply<tf::validate_list_resource_config::Response> {
        let request = request.into_inner();
        answered!(
            self,
            "ValidateListResourceConfig",
            request.type_name,
            None,
            |call| validate::list_resource(&call, &request)
        )
    }

    async fn validate_action_config(
        &self,
        request: Request<tf::validate_action_config::Request>,
    ) -> Reply<tf::validate_action_config::Response> {
        let request = request.into_inner();
        answered!(self, "ValidateActionConfig", request.type_name, None, |call| validate::action(
            &call, &request
        ))
    }

    async fn plan_action(
        &self,
        request: Request<tf::plan_action::Request>,
    ) -> Reply<tf::plan_action::Response> {
        let request = request.into_inner();
        answered!(self, "PlanAction", request.action_type, None, |call| action::planned(call, request).await)
    }

    async fn list_resource(
        &self,
        request: Request<tf::list_resource::Request>,
    ) -> Reply<Events<tf::list_resource::Event>> {
        Ok(Response::new(list::answer(self.call(), request.get_ref(), &self.lifecycle)))
    }

    async fn invoke_action(
        &self,
        request: Request<tf::invoke_action::Request>,
    ) -> Reply<Events<tf::invoke_action::Event>> {
        Ok(Response::new(action::invoked(self.call(), request.into_inner(), &self.lifecycle)))
    }

    async fn stop(&self, _request: Request<tf::stop::Request>) -> Reply<tf::stop::Response> {
        tracing::info!("Stop: running calls end at their next safe point");
        self.lifecycle.stop();
        let provider = Arc::clone(&self.registry.provider);
        let stopped = async move { provider.stop().await };
        let result = isolated(&self.lifecycle, "Stop", "", Effect::None, stopped).await;
        let error = result.err().map(|diagnostic| diagnostic.detail).unwrap_or_default();
        Ok(Response::new(tf::stop::Response { error }))
    }
}
