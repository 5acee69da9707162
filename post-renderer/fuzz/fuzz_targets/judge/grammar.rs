//! A grammar of manifests: objects that Kubernetes runs, bent by duplicate keys, merge keys, anchors, lists in lists
//! and values that look like limits. The fuzzer's bytes make the choices; when they run out, the plainest is taken.

use crate::node::Node;
use crate::writer::Writer;
use arbitrary::{Result, Unstructured};

const DEEPEST: usize = 3;

const KINDS: &[(&str, &str)] = &[
    ("v1", "Pod"),
    ("apps/v1", "Deployment"),
    ("v1", "ConfigMap"),
    ("batch/v1", "CronJob"),
    ("batch/v1", "Job"),
    ("v1", "List"),
    ("v1", "PodList"),
    ("apps/v1", "StatefulSet"),
    ("v1", "Secret"),
    ("v1", "PodTemplate"),
    ("serving.knative.dev/v1", "Service"),
    ("kapp.k14s.io/v1alpha1", "Config"),
    ("apps/v1", "deployment"),
];

const QUANTITIES: &[&str] = &[
    "256Mi",
    "64Gi",
    "8",
    "500m",
    "0",
    "-1",
    "1e12",
    "0x7fffffffffff",
    "1_000_000_000_000",
    "null",
    "~",
    "",
    ".5",
    "1E",
    "100Ei",
    "0777777777777",
    "+9",
    "-0",
    "9999999999999m",
    "1.5",
    "true",
    "2000m",
    "1Gi",
    "1025Mi",
    "1:00",
    ".inf",
    "0o777777777777",
    "08",
];

const TEXTS: &[&str] = &[
    "web",
    "registry.example.com/web:1.0",
    "nginx",
    "nginx:latest",
    "Helm",
    "payments",
    "a\u{85}b",
    "a\u{2028}b",
    "yes",
    "1.10",
    "it's",
    "\u{e9}",
    "---",
    "a: b",
    "a #b",
    "",
    " ",
    "{}",
    "null",
    "*a",
    "\u{feff}",
    "0x1F",
    "~",
];

const SEPARATORS: &[&str] = &[
    "---\n",
    "--- # note\n",
    "---\t\n",
    "...\n---\n",
    "---\r\n",
    "--- \n---\n",
    "\n---\n\n",
    "---#\n",
    "... \n",
    "--- !!map\n",
    "---\u{85}\n",
    "# note\u{85}---\n",
    "# note\r---\n",
    "\u{feff}---\n",
    "null\n---\n",
    "%YAML 1.1\n---\n",
];

/// A stream of manifests.
pub(crate) fn stream(bytes: &mut Unstructured<'_>) -> Result<String> {
    let mut grammar = Grammar { bytes, anchors: 0 };
    let mut stream = String::new();
    for index in 0..=grammar.below(3)? {
        if index > 0 || grammar.one_in(8)? {
            stream.push_str(grammar.choose(SEPARATORS)?);
        }
        grammar.anchors = 0;
        let document = grammar.document(0)?;
        Writer::new(grammar.bytes, &mut stream).document(&document)?;
    }
    Ok(stream)
}

struct Grammar<'a, 'b> {
    bytes: &'b mut Unstructured<'a>,
    /// How many anchors there are so far.
    anchors: usize,
}

impl Grammar<'_, '_> {
    fn below(&mut self, bound: usize) -> Result<usize> {
        self.bytes.int_in_range(0..=bound.saturating_sub(1))
    }

    /// A rare choice, which is not made when the bytes have run out.
    fn one_in(&mut self, chance: usize) -> Result<bool> {
        Ok(self.below(chance)? + 1 == chance)
    }

    fn choose<'c, T: ?Sized>(&mut self, choices: &[&'c T]) -> Result<&'c T> {
        Ok(choices[self.below(choices.len())?])
    }

    fn document(&mut self, depth: usize) -> Result<Node> {
        let (version, kind) = KINDS[self.below(KINDS.len())?];
        let mut entries = vec![
            ("apiVersion".to_owned(), Node::text(version)),
            ("kind".to_owned(), Node::text(kind)),
            ("metadata".to_owned(), self.metadata()?),
        ];
        if self.one_in(8)? {
            entries.push(("x".to_owned(), self.anything()?));
        }
        match kind {
            "Pod" => entries.push(("spec".to_owned(), self.pod()?)),
            "CronJob" => {
                let job = Node::mapping([("spec", self.workload()?)]);
                entries.push(("spec".to_owned(), Node::mapping([("jobTemplate", job)])));
            }
            "PodTemplate" => {
                let template = Node::mapping([("spec", self.pod()?)]);
                entries.push(("template".to_owned(), template));
            }
            "ConfigMap" | "Secret" | "Config" => entries.push(("data".to_owned(), self.texts()?)),
            "List" | "PodList" => {}
            _ => entries.push(("spec".to_owned(), self.workload()?)),
        }
        if depth < DEEPEST && (kind.ends_with("List") || self.one_in(16)?) {
            let mut items = Vec::new();
            for _ in 0..=self.below(3)? {
                items.push(self.document(depth + 1)?);
            }
            entries.push(("items".to_owned(), self.bent(Node::List(items))?));
        }
        self.mapping(entries)
    }

    fn metadata(&mut self) -> Result<Node> {
        let mut entries = vec![("name".to_owned(), Node::text("web"))];
        if self.one_in(3)? {
            entries.push(("labels".to_owned(), self.texts()?));
        }
        if self.one_in(4)? {
            entries.push(("annotations".to_owned(), self.texts()?));
        }
        self.mapping(entries)
    }

    fn workload(&mut self) -> Result<Node> {
        let template = vec![("spec".to_owned(), self.pod()?), ("metadata".to_owned(), self.metadata()?)];
        let template = self.mapping(template)?;
        self.mapping(vec![("template".to_owned(), template)])
    }

    fn pod(&mut self) -> Result<Node> {
        let mut entries = Vec::new();
        for list in ["containers", "initContainers", "ephemeralContainers", "Containers"] {
            if list == "containers" || self.one_in(6)? {
                let mut containers = Vec::new();
                for _ in 0..=self.below(2)? {
                    containers.push(self.container()?);
                }
                entries.push((list.to_owned(), self.bent(Node::List(containers))?));
            }
        }
        if self.one_in(6)? {
            entries.push(("resources".to_owned(), self.resources()?));
        }
        self.mapping(entries)
    }

    fn container(&mut self) -> Result<Node> {
        let mut entries = vec![
            ("name".to_owned(), Node::text("web")),
            ("image".to_owned(), Node::text("registry.example.com/web:1.0")),
        ];
        if self.one_in(6)? {
            entries[1].1 = Node::text(self.choose(TEXTS)?);
        }
        if !self.one_in(4)? {
            entries.push(("resources".to_owned(), self.resources()?));
        }
        if self.one_in(6)? {
            let value = Node::Plain(self.choose(&["false", "true", "null", "no", "", "\"false\""])?);
            let context = self.mapping(vec![("allowPrivilegeEscalation".to_owned(), value)])?;
            entries.push(("securityContext".to_owned(), context));
        }
        if self.one_in(6)? {
            entries.push(("env".to_owned(), self.anything()?));
        }
        self.mapping(entries)
    }

    fn resources(&mut self) -> Result<Node> {
        let mut entries = Vec::new();
        for part in ["limits", "requests", "Limits"] {
            if part == "limits" || self.one_in(4)? {
                let mut amounts = Vec::new();
                for name in ["memory", "cpu", "ephemeral-storage"] {
                    if !self.one_in(4)? {
                        let amount = self.choose(QUANTITIES)?;
                        let amount = if self.one_in(4)? { Node::text(amount) } else { Node::Plain(amount) };
                        amounts.push((name.to_owned(), amount));
                    }
                }
                entries.push((part.to_owned(), self.mapping(amounts)?));
            }
        }
        self.mapping(entries)
    }

    /// Labels, annotations or data.
    fn texts(&mut self) -> Result<Node> {
        const KEYS: &[&str] = &[
            "team",
            "ipsy.dev/team",
            "app.kubernetes.io/part-of",
            "app.kubernetes.io/managed-by",
            "ipsy.dev/config-hash",
            "exception.ipsy.dev/resource-maximum",
            "helm.sh/hook",
            "y",
            "a b",
            "ipsy.dev/post-render-config",
        ];
        let mut entries = Vec::new();
        for _ in 0..self.below(4)? {
            let key = self.choose(KEYS)?.to_owned();
            entries.push((key, Node::text(self.choose(TEXTS)?)));
        }
        self.mapping(entries)
    }

    fn anything(&mut self) -> Result<Node> {
        let value = match self.below(4)? {
            0 => Node::text(self.choose(TEXTS)?),
            1 => Node::List(vec![self.texts()?, Node::List(vec![Node::text(self.choose(TEXTS)?)])]),
            2 => self.resources()?,
            _ => self.container()?,
        };
        self.bent(value)
    }

    /// A mapping whose entries are shuffled, doubled, moved into merge keys or replaced by aliases.
    fn mapping(&mut self, mut entries: Vec<(String, Node)>) -> Result<Node> {
        for index in 0..entries.len() {
            if self.one_in(24)? {
                let other = self.below(entries.len())?;
                entries.swap(index, other);
            }
            if self.one_in(32)? {
                let (key, value) = entries[index].clone();
                entries[index] = ("<<".to_owned(), Node::Mapping(vec![(key, value)]));
            } else if self.one_in(32)? {
                let copy = (entries[index].0.clone(), self.anything()?);
                let place = self.below(entries.len() + 1)?;
                entries.insert(place, copy);
            } else if self.one_in(32)? {
                let merged = self.anything()?;
                let place = self.below(entries.len() + 1)?;
                entries.insert(place, ("<<".to_owned(), merged));
            } else if self.one_in(48)? && self.anchors > 0 {
                entries[index].1 = Node::Alias(self.below(self.anchors + 1)?);
            }
        }
        self.bent(Node::Mapping(entries))
    }

    /// The value, perhaps with an anchor or a tag.
    fn bent(&mut self, node: Node) -> Result<Node> {
        if self.one_in(24)? {
            self.anchors += 1;
            return Ok(Node::Anchor(self.anchors - 1, Box::new(node)));
        }
        if self.one_in(64)? {
            let tag = self.choose(&["!!map", "!!str", "!mine", "!!seq", "!", "!!null", "!!set"])?;
            return Ok(Node::Tag(tag, Box::new(node)));
        }
        Ok(node)
    }
}
