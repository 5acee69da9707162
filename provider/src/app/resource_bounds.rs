//! The bounds that the standards set for the requests and limits of a container.

use std::collections::BTreeMap;

use ipsy_post_renderer::Quantity;
use ipsy_post_renderer::standards_document::member;

use super::exceptions::Exceptions;
use super::problem::Problems;
use super::standards::{AppStandards, Breach};

/// Quantities by resource, such as `cpu`.
type Texts = BTreeMap<String, String>;

/// Reports the requests and limits that are out of bounds. `argument` gives the argument of a resource in the list
/// `requests` or `limits`.
pub(super) fn check(
    requests: &Texts,
    limits: &Texts,
    argument: &dyn Fn(&str, &str) -> String,
    standards: &AppStandards<'_>,
    exceptions: &Exceptions,
    problems: &mut Problems,
) {
    let mut breach = |rule: String, list: &str, name: &str, summary: String, wanted: String, fix: &str| {
        if !exceptions.waives(&rule) {
            let (mode, place) = (standards.resources.mode, argument(list, name));
            let fix = fix.to_owned();
            problems.breach(mode, Breach { rule: &rule, place: &place, summary, wanted, fix });
        }
    };
    // One argument can set both: its limit is reported.
    let is_limit = |name: &String, text: &String| limits.get(name) == Some(text);
    let requests_alone = requests.iter().filter(|(name, text)| !is_limit(name, text));
    let amounts = limits.iter().map(|(name, text)| ("limits", name, text));
    for (list, name, text) in amounts.chain(requests_alone.map(|(name, text)| ("requests", name, text))) {
        let Ok(value) = Quantity::parse(text) else { continue };
        let sort = list.trim_end_matches('s');
        let source = |bound: &str| standards.source(member(&format!("resources.{bound}"), name).as_str());
        if let Some(most) = standards.resources.maximum.get(name).filter(|most| value > **most) {
            let summary = format!("The {name} {sort} of {text} is above what is allowed");
            let wanted = format!("{} allow at most {most}", source("maximum"));
            breach(format!("resource-maximum/{name}"), list, name, summary, wanted, "Lower it");
        }
        if let Some(least) = standards.resources.minimum.get(name).filter(|least| value < **least) {
            let summary = format!("The {name} {sort} of {text} is below what is allowed");
            let wanted = format!("{} allow at least {least}", source("minimum"));
            breach(format!("resource-minimum/{name}"), list, name, summary, wanted, "Raise it");
        }
    }
    for (name, ratio) in &standards.resources.limit_request_ratio {
        let amount = |texts: &Texts| texts.get(name).and_then(|text| Quantity::parse(text).ok());
        let (Some(limit), Some(request)) = (amount(limits), amount(requests)) else { continue };
        let least = limit.divided_up(ratio);
        if request < least {
            let summary =
                format!("The {name} limit of {limit} is more than {ratio} times the request of {request}");
            let field = member("resources.limitRequestRatio", name);
            let wanted =
                format!("{} ask for a request of at least {least}", standards.source(field.as_str()));
            let fix = "Raise the request or lower the limit";
            breach(format!("limit-request-ratio/{name}"), "limits", name, summary, wanted, fix);
        }
    }
}
