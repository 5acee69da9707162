//! The whole life of the process, from Terraform's cookie to the exit code.

mod certificate;
mod connection;
mod environment;
mod handshake;
mod listener;
mod orphan;
mod reattach;
mod signals;
mod verifier;

use std::{
    io::{self, Write},
    process::ExitCode,
    sync::Arc,
    time::Duration,
};

use proto::{
    goplugin::{
        grpc_broker_server::GrpcBrokerServer, grpc_controller_server::GrpcControllerServer,
        grpc_stdio_server::GrpcStdioServer,
    },
    health::health_server::HealthServer,
    tfplugin5::provider_server::ProviderServer,
};
use tonic::transport::Server as Transport;

use self::{environment::Environment, listener::Listener};
use crate::{
    Provider,
    lifecycle::Lifecycle,
    logging,
    registry::Registry,
    server::{Aliases, Broker, Controller, HealthCheck, Server, Stdio},
    trace::Trace,
};

/// The bound of Go's plugin servers; the usual 4 MiB are too few for large states.
const LARGEST_MESSAGE: usize = 256 << 20;

/// Terraform kills a plugin two seconds after it told it to shut down.
const LONGEST_FAREWELL: Duration = Duration::from_millis(1_500);

/// Serves the provider of this address until Terraform, a signal or the loss of Terraform ends it. The last part of the
/// address is the name, as in `terraform-provider-NAME` and `TF_LOG_PROVIDER_NAME`. Crates whose names contain it are
/// logged as the provider's own.
///
/// With `-debug` among the arguments, it serves without Terraform having started it, and prints the
/// `TF_REATTACH_PROVIDERS` by which Terraform finds it. All aliases of a configuration then share the one process, which
/// refuses a second configuration: its resources would go where the first ones belong.
///
/// `TF_PROVIDER_TRACE=FILE` appends one line of JSON for each call, with its duration and number of errors, and without
/// any values.
///
/// ```no_run
/// use std::process::ExitCode;
///
/// use provider_framework::{Unconfigured, serve};
///
/// fn main() -> ExitCode {
///     serve(Unconfigured::of([]), "registry.terraform.io/example/example")
/// }
/// ```
pub fn serve(provider: impl Provider + 'static, address: &'static str) -> ExitCode {
    let name = address.rsplit('/').next().unwrap_or(address);
    let debug = std::env::args().skip(1).any(|argument| argument == "-debug" || argument == "--debug");
    let environment = Environment::of_process();
    if !debug && !environment.has_cookie() {
        return refuse(&format!(
            "terraform-provider-{name} is a plugin for Terraform and is not meant to be run by itself.\n\
             Terraform runs it when a configuration asks for {address}. To debug it, run it with -debug."
        ));
    }
    let log = logging::start(name, &environment.log);
    let served = run(Arc::new(provider), address, &environment, debug);
    let code = match served {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            tracing::error!("{failure}");
            refuse(&format!("terraform-provider-{name}: {failure}"))
        }
    };
    log.flush();
    code
}

/// Why the provider could not serve.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Failure {
    #[error("the asynchronous runtime cannot start")]
    Runtime(#[source] io::Error),
    #[error("signals cannot be handled: {0}")]
    Signals(#[source] io::Error),
    #[error("no socket can be made: {0}")]
    Listener(#[from] listener::Unavailable),
    #[error("TLS cannot be set up: {0}")]
    Tls(#[from] certificate::Unusable),
    #[error("the handshake line cannot be written: {0}")]
    Handshake(#[source] io::Error),
    #[error("serving failed: {0}")]
    Serving(#[from] tonic::transport::Error),
}

fn refuse(text: &str) -> ExitCode {
    // If even stderr is closed, the error cannot be reported.
    let _ = writeln!(io::stderr(), "{text}");
    ExitCode::FAILURE
}

fn run(
    provider: Arc<dyn Provider>,
    address: &str,
    environment: &Environment,
    debug: bool,
) -> Result<(), Failure> {
    let threads = std::thread::available_parallelism().map_or(2, usize::from).clamp(2, 4);
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(threads)
        .enable_all()
        .build()
        .map_err(Failure::Runtime)?;
    let result = runtime.block_on(live(provider, address, environment, debug));
    // Calls that are still running are of no interest to anybody any more.
    runtime.shutdown_background();
    result
}

/// The handshake line of a process with these variables, without a process and without a listener.
#[cfg(all(unix, any(test, feature = "fuzzing")))]
pub(crate) fn rehearsed(
    variables: impl IntoIterator<Item = (std::ffi::OsString, std::ffi::OsString)>,
) -> Result<String, String> {
    let environment = Environment::of(variables);
    if !environment.has_cookie() {
        return Err("Terraform's cookie is missing".to_owned());
    }
    let certificate = environment.client_certificate.as_deref();
    let tls =
        certificate.map(certificate::mutual_tls).transpose().map_err(|unusable| unusable.to_string())?;
    let mut places = environment.sockets.folders.iter().map(|folder| listener::place(folder, 0));
    let place = places.find_map(Result::ok).ok_or("no folder can hold a socket")?;
    let address = listener::Address { network: "unix", place };
    Ok(handshake::line(environment.versions.as_deref(), &address, tls.as_ref()))
}

async fn live(
    provider: Arc<dyn Provider>,
    address: &str,
    environment: &Environment,
    debug: bool,
) -> Result<(), Failure> {
    let lifecycle = Arc::new(Lifecycle::new(Trace::open(environment.trace.as_deref())));
    let interrupt = if debug { signals::Interrupt::Ends } else { signals::Interrupt::Ignored };
    signals::watch(&lifecycle, interrupt).map_err(Failure::Signals)?;
    let listener = Listener::bind(&environment.sockets)?;
    let tls = if debug { None } else { environment.client_certificate.as_deref() };
    let tls = tls.map(certificate::mutual_tls).transpose()?;
    let line = if debug {
        reattach::line(address, listener.address())
    } else {
        handshake::line(environment.versions.as_deref(), listener.address(), tls.as_ref())
    };
    handshake::announce(&line).map_err(Failure::Handshake)?;
    if !debug {
        orphan::watch(&lifecycle);
    }
    let (incoming, accepting) = connection::accept(listener, tls, &lifecycle);
    let registry = Arc::new(Registry::new(provider));
    let server = Server::new(registry, Arc::clone(&lifecycle), debug.then(Aliases::default));
    let serving = Transport::builder()
        .max_concurrent_streams(None)
        .initial_stream_window_size(1 << 20)
        .initial_connection_window_size(8 << 20)
        .add_service(
            ProviderServer::new(server)
                .max_decoding_message_size(LARGEST_MESSAGE)
                .max_encoding_message_size(LARGEST_MESSAGE),
        )
        .add_service(GrpcControllerServer::new(Controller(Arc::clone(&lifecycle))))
        .add_service(GrpcStdioServer::new(Stdio(Arc::clone(&lifecycle))))
        .add_service(GrpcBrokerServer::new(Broker(Arc::clone(&lifecycle))))
        .add_service(HealthServer::new(HealthCheck(Arc::clone(&lifecycle))))
        .serve_with_incoming_shutdown(incoming, lifecycle.ending().cancelled_owned());
    let outcome = tokio::select! {
        result = serving => result,
        () = farewell(&lifecycle) => Ok(()),
    };
    lifecycle.end();
    // Otherwise the process may end before the task that removes the socket runs again.
    let _ = accepting.await;
    // The last connection may close before the last change is done.
    let _ = tokio::time::timeout(LONGEST_FAREWELL, lifecycle.no_mutations()).await;
    Ok(outcome?)
}

/// Ends soon after the process was told to end, whatever still runs: changes get a moment to come to a safe
/// point, and the last reply a moment to leave.
async fn farewell(lifecycle: &Lifecycle) {
    lifecycle.ending().cancelled().await;
    let _ = tokio::time::timeout(LONGEST_FAREWELL, lifecycle.no_mutations()).await;
    tokio::time::sleep(Duration::from_millis(100)).await;
}

#[cfg(all(test, unix))]
mod tests;
