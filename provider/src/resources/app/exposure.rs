//! The scheme of the load balancer that leads to an app, compared with the standards at plan.

use ipsy_aws::{Aws, Error};
use provider_framework::Diagnostics;

use crate::app::exposure::check_scheme;
use crate::app::problem::Problems;
use crate::app::resolve::App;
use crate::app::standards::{AppStandards, StandardsDocument};
use crate::diagnose::{aws_diagnostic, problem_diagnostics};

/// Reports a listener of a load balancer whose scheme the standards do not allow. AWS is asked only where they have one.
pub(super) async fn check(
    aws: &Aws,
    app: &App,
    standards: &StandardsDocument,
    diagnostics: &mut Diagnostics,
) {
    let listener = app.traffic.load_balancer.as_ref().map(|balancer| balancer.listener_arn.as_str());
    let Some(listener) = listener.filter(|arn| !arn.is_empty() && app.standards.exposure.is_some()) else {
        return;
    };
    let scheme = match scheme(aws, listener).await {
        Ok(scheme) => scheme,
        Err(error) => {
            diagnostics.push(aws_diagnostic("The load balancer cannot be read", &error));
            return;
        }
    };
    // A listener that does not exist is reported where its rule is made.
    let Some(scheme) = scheme else { return };
    let mut problems = Problems::default();
    let standards = AppStandards::of(standards, Some(&app.identity.environment), &mut problems);
    check_scheme(&scheme, "load_balancer.listener_arn", &standards, &app.exceptions, &mut problems);
    problem_diagnostics(&problems, true, diagnostics);
}

async fn scheme(aws: &Aws, listener_arn: &str) -> Result<Option<String>, Error> {
    let listener = aws.load_balancers.listeners(&[listener_arn.to_owned()]).await?.pop();
    let Some(listener) = listener else { return Ok(None) };
    let balancer = aws.load_balancers.describe(&[listener.load_balancer_arn]).await?.pop();
    Ok(balancer.map(|balancer| balancer.scheme))
}
