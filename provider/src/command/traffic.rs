//! `shift` and `rollback`: the actions for traffic, for OpenTofu, for Terraform before 1.14, and for the night.

pub(super) mod options;

use std::ffi::OsString;

use clap::{ArgMatches, Command};
use provider_framework::Diagnostics;
use tokio::sync::{OnceCell, mpsc};
use tokio_util::sync::CancellationToken;

use super::terminal::Terminal;
use super::{DONE, REFUSED, USAGE, fleet};
use crate::app::rollout::Shares;
use crate::diagnose::aws_diagnostic;
use crate::infrastructure::account::Account;
use crate::infrastructure::report::Report;
use crate::operations::{self, Surroundings};
use crate::session::Configured;

/// Runs `shift` with the arguments after it; gives the exit code.
pub(super) async fn shift(arguments: impl Iterator<Item = OsString>, terminal: &mut Terminal<'_>) -> u8 {
    run(options::shift(), arguments, terminal, async |configured, matches, surroundings| {
        let request = options::request(matches)?;
        operations::shift(configured, &options::identity(matches), &request, surroundings).await
    })
    .await
}

/// Runs `rollback` with the arguments after it; gives the exit code.
pub(super) async fn rollback(arguments: impl Iterator<Item = OsString>, terminal: &mut Terminal<'_>) -> u8 {
    run(options::rollback(), arguments, terminal, async |configured, matches, surroundings| {
        operations::rollback(configured, &options::identity(matches), surroundings).await
    })
    .await
}

async fn run(
    command: Command,
    arguments: impl Iterator<Item = OsString>,
    terminal: &mut Terminal<'_>,
    operation: impl AsyncFnOnce(&Configured, &ArgMatches, &Surroundings) -> Result<Shares, Diagnostics>,
) -> u8 {
    let name = OsString::from(command.get_name().to_owned());
    let matches = match command.try_get_matches_from(std::iter::once(name).chain(arguments)) {
        Ok(matches) => matches,
        Err(message) => {
            terminal.show(message.to_string().trim_end());
            return if message.use_stderr() { USAGE } else { DONE };
        }
    };
    let (sender, mut lines) = mpsc::unbounded_channel();
    let report = Report::to(move |line| {
        // The receiver lives as long as the operation.
        let _ = sender.send(line);
    });
    let surroundings = Surroundings { report, cancel: CancellationToken::new() };
    let work = async {
        let configured = connect(matches.get_one::<String>("region").map(String::as_str)).await?;
        operation(&configured, &matches, &surroundings).await
    };
    tokio::pin!(work);
    let result = loop {
        tokio::select! {
            biased;
            Some(line) = lines.recv() => terminal.show(line),
            // The operation ends at its next safe point.
            Ok(()) = tokio::signal::ctrl_c(), if !surroundings.cancel.is_cancelled() => surroundings.cancel.cancel(),
            result = &mut work => break result,
        }
    };
    while let Ok(line) = lines.try_recv() {
        terminal.show(line);
    }
    match result {
        Ok(_) => DONE,
        Err(diagnostics) => {
            for problem in &diagnostics {
                terminal.show(format!("{}\n{}", problem.summary, problem.detail));
            }
            REFUSED
        }
    }
}

/// Connects by the environment, as the command line of AWS does.
async fn connect(region: Option<&str>) -> Result<Configured, Diagnostics> {
    let configuration = fleet::configuration(region);
    let aws = ipsy_aws::Aws::connect(&configuration).await;
    let aws = aws.map_err(|error| aws_diagnostic("AWS cannot be reached", &error))?;
    let account = Account::of(&aws).await;
    let account = account.map_err(|error| aws_diagnostic("AWS cannot be reached", &error))?;
    let connection = OnceCell::new_with(Some((aws, account)));
    Ok(Configured { complete: true, connection, ..Configured::default() })
}
