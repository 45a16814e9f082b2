//! Cedar: a policy set that is parsed once, and a request for each call. A tool is an action; what
//! a policy reads of a call is the context. Cedar has no fractions and no null: the host makes a
//! `decimal` of the amount, and leaves out what is null.
use crate::{message, Peer, Task};
use cedar_policy::{
    Authorizer, Context, Decision, Entities, EntityUid, PolicySet, Request, RestrictedExpression,
};
use serde_json::Value;
use std::rc::Rc;

/// What is asked, apart from the context and the action.
struct World {
    authorizer: Authorizer,
    policies: PolicySet,
    entities: Entities,
    agent: EntityUid,
    server: EntityUid,
}

impl World {
    fn allows(&self, request: &Request) -> bool {
        let response = self.authorizer.is_authorized(request, &self.policies, &self.entities);
        response.decision() == Decision::Allow
    }

    fn request(&self, action: &str, context: Context) -> Option<Request> {
        let action = EntityUid::from_type_name_and_id("Action".parse().unwrap(), id(action));
        Request::new(self.agent.clone(), action, self.server.clone(), context, None).ok()
    }

    fn request_of(&self, message: &Value) -> Option<Request> {
        let params = &message["params"];
        let mut members = Vec::new();
        for (name, value) in params["arguments"].as_object().into_iter().flatten() {
            if let Some(value) = expression(name, value) {
                members.push((name.clone(), value));
            }
        }
        self.request(params["name"].as_str()?, Context::from_pairs(members).ok()?)
    }
}

fn id(text: &str) -> cedar_policy::EntityId {
    cedar_policy::EntityId::new(text)
}

fn expression(name: &str, value: &Value) -> Option<RestrictedExpression> {
    Some(match value {
        Value::Null => return None,
        Value::Bool(value) => RestrictedExpression::new_bool(*value),
        Value::String(text) => RestrictedExpression::new_string(text.clone()),
        Value::Number(number) if name == "amount" => {
            RestrictedExpression::new_decimal(format!("{:.4}", number.as_f64()?))
        }
        Value::Number(number) => RestrictedExpression::new_long(number.as_i64()?),
        Value::Array(items) => {
            RestrictedExpression::new_set(items.iter().filter_map(|item| expression("", item)))
        }
        Value::Object(members) => RestrictedExpression::new_record(
            members
                .iter()
                .filter_map(|(name, value)| Some((name.clone(), expression(name, value)?))),
        )
        .ok()?,
    })
}

pub fn add(peer: &mut Peer, task: &Task) {
    if task.name == "call" {
        peer.cannot(task, "Cedar cannot tell how long a text is");
        return;
    }
    let world = Rc::new(World {
        authorizer: Authorizer::new(),
        policies: task.policy(".cedar").parse().unwrap(),
        entities: Entities::empty(),
        agent: r#"Agent::"agent""#.parse().unwrap(),
        server: r#"Server::"server""#.parse().unwrap(),
    });
    let requests: Vec<Option<Request>> = task
        .values()
        .into_iter()
        .map(|value| {
            if task.lines.is_empty() {
                world.request("search", Context::from_json_value(value, None).unwrap())
            } else {
                world.request_of(&value)
            }
        })
        .collect();
    let evaluates = world.clone();
    peer.add(task, "evaluation", move |i| {
        requests[i].as_ref().is_some_and(|request| evaluates.allows(request))
    });
    if task.lines.is_empty() {
        return;
    }
    let lines = task.lines.clone();
    peer.add(task, "line", move |i| {
        message(&lines[i])
            .and_then(|message| world.request_of(&message))
            .is_some_and(|request| world.allows(&request))
    });
}
