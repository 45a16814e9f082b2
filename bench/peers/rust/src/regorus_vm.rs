//! regorus: Rego compiled to a program of its virtual machine, which is used again.
use crate::{Peer, Task};
use regorus::languages::rego::compiler::Compiler;
use regorus::rvm::vm::RegoVM;
use regorus::{Engine, Value};
use std::cell::RefCell;
use std::rc::Rc;

fn allows(machine: &mut RegoVM, input: Value) -> bool {
    machine.set_input(input);
    matches!(machine.execute(), Ok(Value::Bool(true)))
}

pub fn add(peer: &mut Peer, task: &Task) {
    let mut engine = Engine::new();
    engine.add_policy(format!("{}.rego", task.name), task.policy(".rego")).unwrap();
    let entry_point = format!("data.{}.allow", task.name);
    let compiled = engine.compile_with_entrypoint(&entry_point.as_str().into()).unwrap();
    let program = Compiler::compile_from_policy(&compiled, &[entry_point.as_str()]).unwrap();
    let mut machine = RegoVM::new();
    machine.load_program(program);
    let machine = Rc::new(RefCell::new(machine));

    let texts = task.inputs.iter().map(|input| input.to_string()).chain(task.lines.clone());
    let inputs: Vec<Value> = texts.map(|text| Value::from_json_str(&text).unwrap()).collect();
    let evaluates = machine.clone();
    peer.add(task, "evaluation", move |i| {
        allows(&mut evaluates.borrow_mut(), inputs[i].clone())
    });
    if task.lines.is_empty() {
        return;
    }
    let lines = task.lines.clone();
    let method = Value::from("tools/call");
    peer.add(task, "line", move |i| match Value::from_json_str(&lines[i]) {
        Ok(message) => {
            message["method"] == method && allows(&mut machine.borrow_mut(), message)
        }
        Err(_) => false,
    });
}
