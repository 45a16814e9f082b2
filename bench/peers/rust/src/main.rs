//! One peer in Rust, serving as ../peer.h says: peers RIVAL TASKS POLICIES
mod cedar;
mod cel_rust;
mod regorus_vm;

use serde_json::{json, Value};
use std::hint::black_box;
use std::io::{stdin, BufRead};

/// A task as its file has it.
pub struct Task {
    pub name: &'static str,
    pub text: String,
    pub timed: usize,
    /// Values that were read before, of a task without lines.
    pub inputs: Vec<Value>,
    pub lines: Vec<String>,
    folder: String,
}

impl Task {
    fn read(tasks: &str, policies: &str, name: &'static str) -> Task {
        let text = std::fs::read_to_string(format!("{tasks}/{name}.json")).unwrap();
        let mut file: Value = serde_json::from_str(&text).unwrap();
        let items = |value: Value| value.as_array().cloned().unwrap_or_default();
        Task {
            name,
            text: file["text"].as_str().unwrap().to_string(),
            timed: file["timed"].as_u64().unwrap() as usize,
            inputs: items(file["inputs"].take()),
            lines: items(file["lines"].take())
                .iter()
                .map(|line| line.as_str().unwrap().to_string())
                .collect(),
            folder: policies.to_string(),
        }
    }

    /// The policy of this task in a language of the rival's own.
    pub fn policy(&self, suffix: &str) -> String {
        std::fs::read_to_string(format!("{}/{}{suffix}", self.folder, self.name)).unwrap()
    }

    /// All inputs as values, those of lines too.
    pub fn values(&self) -> Vec<Value> {
        let read = |line: &String| serde_json::from_str(line).unwrap();
        self.inputs
            .iter()
            .cloned()
            .chain(self.lines.iter().map(read))
            .collect()
    }
}

/// A line as a message, if it is a call.
pub fn message(line: &str) -> Option<Value> {
    let message: Value = serde_json::from_str(line).ok()?;
    (message["method"] == "tools/call").then_some(message)
}

struct Way {
    task: &'static str,
    name: &'static str,
    decisions: Box<dyn FnMut() -> String>,
    repeat: Box<dyn FnMut(usize) -> usize>,
}

#[derive(Default)]
pub struct Peer {
    ways: Vec<Way>,
    cannot: serde_json::Map<String, Value>,
}

impl Peer {
    /// `decide(i)`: whether input i is allowed.
    pub fn add<D>(&mut self, task: &Task, name: &'static str, decide: D)
    where
        D: FnMut(usize) -> bool + 'static,
    {
        let all = task.inputs.len().max(task.lines.len());
        let timed = task.timed;
        let decide = std::rc::Rc::new(std::cell::RefCell::new(decide));
        let repeated = decide.clone();
        self.ways.push(Way {
            task: task.name,
            name,
            decisions: Box::new(move || {
                let mut decide = decide.borrow_mut();
                (0..all).map(|i| if decide(i) { '1' } else { '0' }).collect()
            }),
            repeat: Box::new(move |passes| {
                let mut decide = repeated.borrow_mut();
                for _ in 0..passes {
                    for i in 0..timed {
                        black_box(decide(i));
                    }
                }
                passes * timed
            }),
        });
    }

    pub fn cannot(&mut self, task: &Task, why: &str) {
        self.cannot.insert(task.name.to_string(), json!(why));
    }

    fn serve(&mut self, name: &str, version: &str) {
        let ways: Vec<Value> = self.ways.iter().map(|w| json!([w.task, w.name])).collect();
        println!(
            "{}",
            json!({"name": name, "version": version, "ways": ways, "cannot": self.cannot})
        );
        for command in stdin().lock().lines() {
            let command = command.unwrap();
            let words: Vec<&str> = command.split(' ').collect();
            let way = self
                .ways
                .iter_mut()
                .find(|way| way.task == words[1] && way.name == words[2])
                .unwrap();
            if words[0] == "decide" {
                println!("{}", json!({"decisions": (way.decisions)()}));
            } else {
                println!("{}", json!({"decided": (way.repeat)(words[3].parse().unwrap())}));
            }
        }
    }
}

/// The version that Cargo.toml pins.
fn version_of(package: &str) -> &'static str {
    let start = format!("{package} = ");
    let pinned = include_str!("../Cargo.toml")
        .lines()
        .find_map(|line| line.strip_prefix(&start))
        .unwrap();
    let version = pinned.split_once("\"=").unwrap().1;
    version.split_once('"').unwrap().0
}

fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    let [_, rival, tasks, policies] = arguments.as_slice() else {
        panic!("it is called with RIVAL TASKS POLICIES");
    };
    let (name, package, add): (&str, &str, fn(&mut Peer, &Task)) = match rival.as_str() {
        "cedar" => ("Cedar", "cedar-policy", cedar::add),
        "regorus" => ("regorus", "regorus", regorus_vm::add),
        "cel-rust" => ("cel-rust", "cel", cel_rust::add),
        _ => panic!("no rival is called {rival}"),
    };
    let mut peer = Peer::default();
    for task in ["flights", "call", "line"] {
        add(&mut peer, &Task::read(tasks, policies, task));
    }
    peer.serve(name, version_of(package));
}
