//! go-plugin's services around the provider: shutdown, standard streams, broker, health.

use std::{pin::Pin, sync::Arc};

use futures::{Stream, StreamExt, stream};
use proto::{
    goplugin::{
        ConnInfo, Empty, StdioData, grpc_broker_server::GrpcBroker, grpc_controller_server::GrpcController,
        grpc_stdio_server::GrpcStdio,
    },
    health::{
        HealthCheckRequest, HealthCheckResponse, health_check_response::ServingStatus, health_server::Health,
    },
};
use tonic::{Request, Response, Status, Streaming, async_trait};

use crate::lifecycle::Lifecycle;

type Items<T> = Pin<Box<dyn Stream<Item = Result<T, Status>> + Send>>;

/// Ends the process on Terraform's request.
pub(crate) struct Controller(pub(crate) Arc<Lifecycle>);

#[async_trait]
impl GrpcController for Controller {
    async fn shutdown(&self, _request: Request<Empty>) -> Result<Response<Empty>, Status> {
        tracing::debug!("Terraform ends the plugin");
        self.0.end();
        Ok(Response::new(Empty {}))
    }
}

/// Carries nothing, but stays open: the host warns if it cannot listen.
pub(crate) struct Stdio(pub(crate) Arc<Lifecycle>);

#[async_trait]
impl GrpcStdio for Stdio {
    async fn stream_stdio(&self, _request: Request<()>) -> Result<Response<Items<StdioData>>, Status> {
        Ok(Response::new(silent(&self.0)))
    }
}

/// Terraform opens the broker's stream with every connection and never uses it.
pub(crate) struct Broker(pub(crate) Arc<Lifecycle>);

#[async_trait]
impl GrpcBroker for Broker {
    async fn start_stream(
        &self,
        _request: Request<Streaming<ConnInfo>>,
    ) -> Result<Response<Items<ConnInfo>>, Status> {
        Ok(Response::new(silent(&self.0)))
    }
}

/// A stream without items that ends with the process.
fn silent<T: Send + 'static>(lifecycle: &Lifecycle) -> Items<T> {
    Box::pin(stream::pending().take_until(lifecycle.ending().cancelled_owned()))
}

/// Reports to go-plugin's hosts that the plugin serves.
pub(crate) struct HealthCheck(pub(crate) Arc<Lifecycle>);

#[async_trait]
impl Health for HealthCheck {
    async fn check(
        &self,
        request: Request<HealthCheckRequest>,
    ) -> Result<Response<HealthCheckResponse>, Status> {
        match request.get_ref().service.as_str() {
            "" | "plugin" => Ok(Response::new(status(ServingStatus::Serving))),
            other => Err(Status::not_found(format!("service `{other}` not found"))),
        }
    }

    async fn watch(
        &self,
        request: Request<HealthCheckRequest>,
    ) -> Result<Response<Items<HealthCheckResponse>>, Status> {
        // The health protocol wants an answer here even where `check` has none.
        let first = match request.get_ref().service.as_str() {
            "" | "plugin" => ServingStatus::Serving,
            _ => ServingStatus::ServiceUnknown,
        };
        let first = stream::once(async move { Ok(status(first)) });
        Ok(Response::new(Box::pin(first.chain(silent(&self.0)))))
    }
}

fn status(status: ServingStatus) -> HealthCheckResponse {
    HealthCheckResponse { status: status.into() }
}
