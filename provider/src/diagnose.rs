//! From faults to Terraform's diagnostics: what, where, why, and what to do.

use ipsy_aws::Error;
use provider_framework::{Diagnostic, Diagnostics, Path};

use crate::advice::advice;
use crate::app::contract;
use crate::app::layers::Layers;
use crate::app::overrides;
use crate::app::problem::{Place, Problem, Problems};
use crate::app::resolve::App;
use crate::infrastructure::failure::{Failure, Fault};

/// `detail`, with an explanation of `ADDRESS` in its commands: Terraform does not pass the address to providers.
pub(crate) fn with_address(detail: String) -> String {
    if detail.contains("ADDRESS") {
        format!(
            "{detail}\n\nADDRESS is the resource's address, such as `module.shop.ipsy_app.checkout`: Terraform prints it \
             after `with`."
        )
    } else {
        detail
    }
}

/// All problems of a configuration; `warnings` are told only where it is asked for, because Terraform checks a
/// configuration several times in one run.
pub(crate) fn problem_diagnostics(problems: &Problems, warnings: bool, diagnostics: &mut Diagnostics) {
    for problem in &problems.0 {
        if warnings || !problem.warning {
            diagnostics.push(problem_diagnostic(problem));
        }
    }
}

fn problem_diagnostic(problem: &Problem) -> Diagnostic {
    let diagnostic = if problem.warning {
        Diagnostic::warning(&problem.summary, &problem.detail)
    } else {
        Diagnostic::error(&problem.summary, &problem.detail)
    };
    diagnostic.at(path(&problem.place))
}

fn path(places: &[Place]) -> Path {
    places.iter().fold(Path::EMPTY, |path, place| match place {
        Place::Attribute(name) => path.attribute(name),
        Place::Key(key) => path.key(key),
        Place::Index(index) => path.index(*index),
    })
}

/// What the standard chart would refuse of the `values` that `app` has for a backend, at the argument that each comes from:
/// better reported here than by Helm.
pub(crate) fn contract_diagnostics(
    app: &App,
    backend: Option<&str>,
    values: &serde_json::Value,
    diagnostics: &mut Diagnostics,
) {
    let layers = Layers::of(app, backend);
    for refusal in contract::refusals(values) {
        let field = refusal.field();
        let diagnostic = if let Some(place) = layers.extra(&refusal.path) {
            // They may be sensitive, so they are not shown.
            Diagnostic::error(
                format!("The standard chart does not take `{field}` of `extra_values`"),
                format!("{}. Correct or remove this field of `extra_values`.", refusal.reason_without_value),
            )
            .at(path(place))
        } else {
            let places = layers.argument(&refusal.path);
            let overridden = overrides::place(&app.arguments, &app.identity.environment, &places);
            let place = path(&overridden.unwrap_or(places));
            let reason = if refusal.shows_text { &refusal.reason_without_value } else { &refusal.reason };
            let diagnostic = Diagnostic::error(
                "The standard chart does not take these values",
                format!("{field}: {reason}. Change the argument that this value comes from."),
            );
            if place == Path::EMPTY { diagnostic } else { diagnostic.at(place) }
        };
        // Clusters share most values: each problem is told once.
        if !diagnostics.iter().any(|known| *known == diagnostic) {
            diagnostics.push(diagnostic);
        }
    }
}

/// An error of AWS: operation, object, code and request id, then what to do.
pub(crate) fn aws_diagnostic(summary: &str, error: &Error) -> Diagnostic {
    let advice = advice(error);
    let detail = if advice.is_empty() { format!("{error}.") } else { format!("{error}.\n\n{advice}") };
    Diagnostic::error(summary, detail)
}

/// A change that has ended early.
pub(crate) fn fault_diagnostic(summary: &str, fault: &Fault) -> Diagnostic {
    match fault {
        Fault::Aws(error) => aws_diagnostic(summary, error),
        Fault::Halted(reason) => halted_diagnostic(summary, reason),
    }
}

fn halted_diagnostic(summary: &str, reason: &str) -> Diagnostic {
    let detail = format!("{reason}\n\nWhen the cause is fixed, the next apply continues from here.");
    Diagnostic::error(summary, detail)
}

/// A failure of a run. `verb` names the attempted action: "made", "deleted".
pub(crate) fn failure_diagnostic(failure: &Failure, verb: &str) -> Diagnostic {
    match failure {
        Failure::Aws { title, error } => aws_diagnostic(&format!("The {title} was not {verb}"), error),
        Failure::Halted { title, reason } => {
            halted_diagnostic(&format!("The {title} was not {verb}"), reason)
        }
        Failure::Obstructed { title, obstacle } => Diagnostic::error(
            format!("AWS would refuse to delete the {title}"),
            format!("Nothing was changed, because {}.\n\n{}", obstacle.reason, obstacle.remedy),
        ),
        Failure::Foreign { title, owner, take_over } => Diagnostic::error(
            format!("The {title} exists and is not this app's"),
            with_address(format!(
                "ipsy does not touch what it has not made: {owner}. Nothing was changed.\n\nIf it is meant to \
                 belong to this app, {take_over}. Otherwise rename the app or the object."
            )),
        ),
        Failure::Cancelled => Diagnostic::error(
            "Stopped on request",
            "Terraform asked to stop. What was in progress has been finished; the next apply does the rest.",
        ),
        Failure::Leftover { title, error } => Diagnostic::error(
            format!("The {title} is left over"),
            format!(
                "The app could not be made, and this part could not be taken back either: {error}.\n\nIt is kept \
                 in the state. The next apply continues from here, or `terraform destroy` removes it."
            ),
        ),
    }
}
