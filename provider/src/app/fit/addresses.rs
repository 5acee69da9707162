//! Addresses of single machines in what the app is configured with. The texts can be sensitive, so they are not shown.

use std::collections::BTreeMap;
use std::net::Ipv4Addr;

use serde_json::Value;

use super::{Judged, Misfit};

/// The address of EC2's instance metadata.
const INSTANCE_METADATA: Ipv4Addr = Ipv4Addr::new(169, 254, 169, 254);

/// Fields of the chart that hold parts by name, with the block of each.
const PARTS: [(&str, &str); 4] =
    [("crons", "cron"), ("initContainers", "init_container"), ("sidecars", "sidecar"), ("workers", "worker")];

impl Judged<'_> {
    pub(super) fn addresses(&self) -> Vec<Misfit> {
        let found = self.texts().into_iter().filter_map(|(path, text)| Some((path, find(text)?)));
        // One warning for each argument, however many texts it has.
        let mut misfits: BTreeMap<_, Misfit> = BTreeMap::new();
        for (path, address) in found {
            let path: Vec<&str> = path.iter().map(String::as_str).collect();
            let place = self.place(&path);
            misfits.entry((place.clone(), address)).or_insert_with(|| Misfit { place, ..misfit(address) });
        }
        misfits.into_values().collect()
    }

    /// Every text of the environment, of commands and of files, with its field.
    fn texts(&self) -> Vec<(Vec<String>, &str)> {
        let mut texts = Vec::new();
        if self.knows(&["env", "command", "args"]) {
            texts.extend(of_container(self.values, &[]));
        }
        for (kind, block) in PARTS {
            if self.knows(&[block]) {
                let parts = self.values[kind].as_object().into_iter().flatten();
                texts.extend(parts.flat_map(|(name, part)| of_container(part, &[kind, name.as_str()])));
            }
        }
        if self.knows(&["migration"]) {
            texts.extend(of_container(&self.values["migration"], &["migration"]));
        }
        if self.knows(&["file"]) {
            let files = self.values["files"].as_object().into_iter().flatten();
            let contents = files.filter_map(|(path, file)| {
                let field = ["files", path.as_str(), "content"].map(ToOwned::to_owned);
                Some((field.to_vec(), file["content"].as_str()?))
            });
            texts.extend(contents);
        }
        texts
    }
}

fn of_container<'v>(container: &'v Value, at: &[&str]) -> Vec<(Vec<String>, &'v str)> {
    let path = |more: &[&str]| at.iter().chain(more).map(|step| (*step).to_owned()).collect::<Vec<_>>();
    let env = container["env"].as_object().into_iter().flatten();
    // Four numbers can be a version.
    let env = env.filter(|(name, _)| !name.to_ascii_uppercase().contains("VERSION"));
    let env = env.filter_map(|(name, text)| Some((path(&["env", name.as_str()]), text.as_str()?)));
    let words = ["command", "args"].into_iter().flat_map(|field| {
        let words = container[field].as_array().into_iter().flatten().filter_map(Value::as_str);
        words.map(move |word| (path(&[field]), word))
    });
    env.chain(words).collect()
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Address {
    Fixed,
    InstanceMetadata,
}

/// The first address of a single machine in `text`.
fn find(text: &str) -> Option<Address> {
    let is_part = |character: char| character.is_ascii_alphanumeric() || "-._".contains(character);
    let mut rest = text;
    while let Some(start) = rest.find(is_part) {
        let (_, from) = rest.split_at(start);
        let end = from.find(|character| !is_part(character)).unwrap_or(from.len());
        let (word, after) = from.split_at(end);
        let is_network = after
            .strip_prefix('/')
            .is_some_and(|after| after.starts_with(|next: char| next.is_ascii_digit()));
        if let Some(address) = judge(word.trim_end_matches('.')).filter(|_| !is_network) {
            return Some(address);
        }
        rest = after;
    }
    None
}

fn judge(word: &str) -> Option<Address> {
    if let Ok(address) = word.parse::<Ipv4Addr>() {
        let fixed = address.is_private().then_some(Address::Fixed);
        return if address == INSTANCE_METADATA { Some(Address::InstanceMetadata) } else { fixed };
    }
    let name = word.to_ascii_lowercase();
    let is_private_name =
        name.starts_with("ip-") && (name.ends_with(".ec2.internal") || name.ends_with(".compute.internal"));
    let is_public_name = name.starts_with("ec2-") && name.ends_with(".amazonaws.com");
    (is_private_name || is_public_name).then_some(Address::Fixed)
}

/// The place is filled in by the caller.
fn misfit(address: Address) -> Misfit {
    match address {
        Address::Fixed => Misfit {
            part: "fit/fixed-address",
            place: Vec::new(),
            summary: "The address of a single machine is configured".to_owned(),
            effect: "Instances and pods change their addresses whenever they are replaced".to_owned(),
            hint: "Use a name that follows them: the DNS name of a Service, a load balancer, a database endpoint, or a \
                   record in Route 53.",
        },
        Address::InstanceMetadata => Misfit {
            part: "fit/instance-metadata",
            place: Vec::new(),
            summary: "The instance metadata of EC2 is configured".to_owned(),
            effect: "A pod gets the identity of its node there, or no answer".to_owned(),
            hint: "Take credentials from the app's role (`iam`), which AWS' SDKs find by themselves, and facts about \
                   the pod from `env_fields`.",
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_of_machines_are_found_in_texts() {
        for text in [
            "10.0.3.7",
            "postgres://shop:x@10.0.3.7:5432/shop",
            "a,172.16.0.9,b",
            "http://ip-10-0-3-7.ec2.internal:8080/",
            "host: IP-10-0-3-7.eu-west-1.compute.internal.",
            "ec2-203-0-113-25.compute-1.amazonaws.com",
        ] {
            assert_eq!(find(text), Some(Address::Fixed), "{text}");
        }
        assert_eq!(find("http://169.254.169.254/latest"), Some(Address::InstanceMetadata));
    }

    #[test]
    fn networks_names_and_other_numbers_are_not_machines() {
        for text in [
            "10.0.0.0/8",
            "0.0.0.0:8080",
            "127.0.0.1",
            "203.0.113.25",
            "1.2.3",
            "10.0.3.7.5",
            "v10.0.3.7",
            "db.shop.internal",
            "ec2.us-east-1.amazonaws.com",
            "",
        ] {
            assert_eq!(find(text), None, "{text}");
        }
    }
}
