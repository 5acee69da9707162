//! The judge (`tests/tools-modules/judge`) as a child process, asked through its pipes.

use std::io::{BufRead, BufReader, Write};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

/// How the answer to a clean output begins.
pub(crate) const CLEAN: &str = "{\"findings\":[],";

/// The running judge. It ends when its standard input closes, with this program.
pub(crate) struct Judge {
    questions: ChildStdin,
    answers: BufReader<ChildStdout>,
    _child: Child,
}

impl Judge {
    /// Starts the program that `IPSY_JUDGE` names.
    pub(crate) fn start() -> Self {
        let program = std::env::var_os("IPSY_JUDGE").expect("IPSY_JUDGE must name the judge's program");
        let mut child = Command::new(program)
            .arg("serve")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("the judge starts");
        let questions = child.stdin.take().expect("a pipe");
        let answers = BufReader::new(child.stdout.take().expect("a pipe"));
        Self { questions, answers, _child: child }
    }

    /// Asks about one rendering and returns the answer, a line of JSON.
    pub(crate) fn decide(&mut self, configuration: &[u8], input: &[u8], output: &[u8]) -> String {
        let mut question = format!("{} {} {}\n", configuration.len(), input.len(), output.len()).into_bytes();
        for text in [configuration, input, output] {
            question.extend_from_slice(text);
        }
        self.questions.write_all(&question).expect("the judge reads");
        self.questions.flush().expect("the judge reads");
        let mut answer = String::new();
        self.answers.read_line(&mut answer).expect("the judge answers");
        answer
    }
}
