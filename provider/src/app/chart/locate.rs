//! From a field of the chart to the argument that sets it.

use super::{Field, Form};
use crate::app::problem::Place;

/// The argument of a field.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Located {
    /// Its place in the configuration, as far as there are arguments on the way.
    pub(crate) places: Vec<Place>,
    /// Whether an argument sets this field itself, and not only one that it is inside of.
    pub(crate) exact: bool,
    /// The source of the field, if no single argument sets it.
    pub(crate) decided_by: Option<&'static str>,
}

impl Located {
    fn at(places: Vec<Place>, exact: bool) -> Self {
        Self { places, exact, decided_by: None }
    }

    fn within(self, mut outer: Vec<Place>) -> Self {
        outer.extend(self.places);
        Self { places: outer, ..self }
    }
}

/// The argument that sets the field at `path`: names, keys and positions from the root of the values.
pub(crate) fn locate(fields: &[Field], path: &[String]) -> Located {
    let Some((field, length)) = closest(fields, path) else {
        return Located::at(Vec::new(), path.is_empty());
    };
    if matches!(field.form, Form::Decided) {
        return Located { exact: true, decided_by: Some(field.argument), ..Located::default() };
    }
    let argument = Place::Attribute(field.argument.to_owned());
    let Some((step, rest)) = path.get(length..).and_then(<[String]>::split_first) else {
        return Located::at(vec![argument], true);
    };
    let inside = field.inside();
    match &field.form {
        Form::Block(_) | Form::Enabling(_) => {
            locate(inside, path.get(length..).unwrap_or_default()).within(vec![argument])
        }
        Form::Named(..) => locate(inside, rest).within(vec![argument, Place::Key(step.clone())]),
        Form::Blocks(_) => match step.parse() {
            Ok(index) => locate(inside, rest).within(vec![argument, Place::Index(index)]),
            Err(_) => Located::at(vec![argument], false),
        },
        Form::TextMap => Located::at(vec![argument, Place::Key(step.clone())], rest.is_empty()),
        Form::Json | Form::Texts | Form::NumbersOrTexts => Located::at(vec![argument], true),
        _ => Located::at(vec![argument], false),
    }
}

/// The field whose target is the longest beginning of `path`, the first of several, and the target's length.
fn closest<'f>(fields: &'f [Field], path: &[String]) -> Option<(&'f Field, usize)> {
    let mut best: Option<(&Field, usize)> = None;
    for field in fields.iter().filter(|field| !matches!(field.form, Form::Switch)) {
        for target in &field.targets {
            let steps = target.split('.').filter(|step| !step.is_empty());
            let length = steps.clone().count();
            let leads = path.iter().take(length).eq(steps);
            if leads && best.is_none_or(|(_, longest)| length > longest) {
                best = Some((field, length));
            }
        }
    }
    best
}

#[cfg(test)]
mod tests {
    use super::super::fields;
    use super::*;
    use crate::app::problem::parse_place;

    fn check(path: &[&str], place: &str, exact: bool) {
        let path: Vec<String> = path.iter().map(|step| (*step).to_owned()).collect();
        assert_eq!(locate(fields(), &path), Located::at(parse_place(place), exact), "{path:?}");
    }

    #[test]
    fn a_field_leads_to_its_argument() {
        check(
            &["workers", "events", "resources", "requests", "cpu"],
            "worker[\"events\"].resources.cpu_request",
            true,
        );
        check(&["pdb", "minAvailable"], "disruption_budget.min_available", true);
        check(&["placement", "tolerations", "0", "key"], "placement.toleration[0].key", true);
        check(&["files", "/etc/a.yaml", "mode"], "file[\"/etc/a.yaml\"].mode", true);
        check(
            &["resources", "limits", "nvidia.com/gpu"],
            "resources.extended_resources[\"nvidia.com/gpu\"]",
            true,
        );
        check(&["env", "A=B"], "env[\"A=B\"]", true);
    }

    #[test]
    fn a_field_without_an_argument_leads_to_the_closest_one() {
        check(&["crons", "nightly", "unknown"], "cron[\"nightly\"]", false);
        check(&["unknown"], "", false);
        check(&["app", "unknown"], "", false);
    }
}
