//! Every field of the chart has an argument, and the table has only fields of the chart.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;

use super::document::{ANY, Place};
use super::locate::Located;
use super::{Field, Form, fields, locate};
use crate::app::problem;

/// The table for people, which the tests with a cluster read as well.
const TABLE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../examples/whole-app/chart-fields.txt");

/// All fields of the chart that hold no further ones, by their path.
fn leaves(place: &Place, path: &[String], found: &mut Vec<Vec<String>>) {
    let names: BTreeSet<&str> = place.inside().map(|(name, _)| name).collect();
    if names.is_empty() {
        found.push(path.to_vec());
    }
    for name in names {
        leaves(&place.child(name).unwrap(), &[path, &[name.to_owned()]].concat(), found);
    }
}

/// The argument, as it is written in HCL.
fn shown(located: &Located, path: &[String]) -> String {
    let mut text = String::new();
    for place in &located.places {
        match place {
            problem::Place::Attribute(name) if text.is_empty() => text.push_str(name),
            problem::Place::Attribute(name) => text.extend([".", name]),
            problem::Place::Key(_) | problem::Place::Index(_) => text.push_str("[*]"),
        }
    }
    let decided = located.decided_by.map(|by| format!("decided by {by}"));
    let text = [Some(text).filter(|text| !text.is_empty()), decided].into_iter().flatten();
    let text = text.collect::<Vec<_>>().join(", ");
    assert!(!text.is_empty(), "{path:?}");
    text
}

#[test]
fn every_field_of_the_chart_has_an_argument() {
    let mut paths = Vec::new();
    leaves(&Place::root(), &[], &mut paths);
    let fields = fields();
    let (mut table, mut missing) = (BTreeMap::new(), Vec::new());
    for path in &paths {
        // A list counts its elements.
        let counted: Vec<String> =
            path.iter().map(|step| if step == ANY { "0".to_owned() } else { step.clone() }).collect();
        let located = locate(fields, &counted);
        if located.exact {
            table.insert(path.join("."), shown(&located, path));
        } else {
            missing.push(path.join("."));
        }
    }
    assert!(missing.is_empty(), "no argument sets these:\n{}", missing.join("\n"));
    assert!(table.len() > 300, "{} fields", table.len());
    let lines = table.iter().map(|(field, argument)| format!("{field:<70} {argument}\n"));
    let found = lines.collect::<String>();
    if std::env::var_os("IPSY_ACCEPT").is_some() {
        fs::write(TABLE, &found).unwrap();
    }
    let expected = fs::read_to_string(TABLE).unwrap();
    assert!(found == expected, "{TABLE} is not up to date; IPSY_ACCEPT=1 writes it:\n{found}");
}

fn check(fields: &[Field], place: &Place, path: &str, problems: &mut Vec<String>) {
    for field in fields {
        let here = format!("{path}.{}", field.argument);
        let each = matches!(field.form, Form::Named(..) | Form::Blocks(_));
        for target in &field.targets {
            // CPU and memory are metrics of the chart beside those of any name, and are described by hand.
            let own_words = field.inside().is_empty() && field.description.is_some();
            let Some(target) = place.at(target) else {
                if !own_words {
                    problems.push(format!("{here}: the chart has no {target}"));
                }
                continue;
            };
            if field.description.or(target.description().as_deref()).is_none_or(str::is_empty) {
                problems.push(format!("{here} is not described"));
            }
            let inside = if each { target.at(ANY) } else { Some(target) };
            match inside {
                Some(inside) => check(field.inside(), &inside, &here, problems),
                None => problems.push(format!("{here}: the chart has no elements there")),
            }
        }
    }
}

#[test]
fn every_argument_of_the_table_is_a_field_of_the_chart_and_described() {
    let mut problems = Vec::new();
    check(fields(), &Place::root(), "", &mut problems);
    assert!(problems.is_empty(), "{}", problems.join("\n"));
}
