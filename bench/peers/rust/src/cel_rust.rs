//! cel-rust: CEL parsed once, interpreted as a tree.
use crate::{message, Peer, Task};
use cel::{Context, Env, Program, Value as CelValue};
use serde_json::Value;
use std::collections::HashMap;
use std::rc::Rc;
use std::sync::Arc;

// What an error ends is a no.
fn holds(program: &Program, context: &Context) -> bool {
    program.execute(context) == Ok(CelValue::Bool(true))
}

fn cel_value(value: &Value) -> CelValue {
    match value {
        Value::Number(number) => match number.as_i64() {
            Some(integer) => CelValue::Int(integer),
            None => CelValue::Float(number.as_f64().unwrap_or(f64::NAN)),
        },
        Value::String(text) => text.as_str().into(),
        Value::Bool(value) => CelValue::Bool(*value),
        Value::Null => CelValue::Null,
        Value::Array(items) => items.iter().map(cel_value).collect::<Vec<_>>().into(),
        Value::Object(members) => members
            .iter()
            .map(|(name, value)| (name.as_str(), cel_value(value)))
            .collect::<HashMap<_, _>>()
            .into(),
    }
}

fn context_of(env: &Arc<Env>, variables: &[(&str, &Value)]) -> Context<'static, 'static> {
    let mut context = Context::with_env(env.clone());
    for (name, value) in variables {
        context.add_variable_from_value(*name, cel_value(value));
    }
    context
}

fn context_of_call(env: &Arc<Env>, message: &Value) -> Context<'static, 'static> {
    let params = &message["params"];
    let tool = serde_json::json!({"name": params["name"]});
    context_of(env, &[("tool", &tool), ("args", &params["arguments"])])
}

pub fn add(peer: &mut Peer, task: &Task) {
    let env = Arc::new(Env::stdlib());
    let text = match task.name {
        "line" => task.policy(".cel"),
        _ => task.text.clone(),
    };
    let program = Rc::new(env.compile(&text).unwrap());
    let contexts: Vec<_> = task
        .values()
        .iter()
        .map(|value| match value.get("params") {
            Some(_) => context_of_call(&env, value),
            None => {
                let names = ["Origin", "Country", "Value", "Adults"];
                context_of(&env, &names.map(|name| (name, &value[name])))
            }
        })
        .collect();
    let evaluates = program.clone();
    peer.add(task, "evaluation", move |i| holds(&evaluates, &contexts[i]));
    if task.lines.is_empty() {
        return;
    }
    let lines = task.lines.clone();
    peer.add(task, "line", move |i| {
        message(&lines[i])
            .is_some_and(|message| holds(&program, &context_of_call(&env, &message)))
    });
}
